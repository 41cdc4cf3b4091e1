"""Tracks of waste trucks into trips, and the fourteen rules that judge them. Pure: no database, no clock."""
