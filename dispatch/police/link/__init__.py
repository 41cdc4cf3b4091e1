"""The signed line to the police station's own system: an outbox, an inbox, and how the line stands."""
