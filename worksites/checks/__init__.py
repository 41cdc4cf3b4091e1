"""Inspections, findings and their pages."""
