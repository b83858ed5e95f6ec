"""People and their sessions, as plain values."""
