"""The vendors whose models verify, one file each."""
