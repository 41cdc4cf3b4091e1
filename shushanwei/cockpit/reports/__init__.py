"""Daily, weekly and monthly reports: one definition of each figure, for the number and for the list behind it."""
