"""A made-up month of waste trucks with labels: what they did, and what of it was wrong."""
