"""Writes about the ground."""
