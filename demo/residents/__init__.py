"""The residents of the demonstration street: who they are, what they did in sixty days, and what waits today."""
