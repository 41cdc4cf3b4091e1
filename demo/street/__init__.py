"""The demonstration street: what is loaded before the first alert comes in."""
