"""The door for alerts: signed bodies in, rows out, and the rows worked off into incidents."""
