"""What stands behind the residents' pages, for those who work in the centre."""
