"""What changes sites, checks, findings, trucks and their alerts."""
