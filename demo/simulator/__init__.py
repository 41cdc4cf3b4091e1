"""Cameras, phones, units and seats of the demonstration street, as a client of the public API."""
