"""The register of sites: its pages, what they read, what they check."""
