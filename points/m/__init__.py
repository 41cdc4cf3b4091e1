"""The residents' pages below `/m/`."""
