"""The starter catalogue: data files, how they are read (no database) and how they are loaded."""
