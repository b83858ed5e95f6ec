"""The people who answer and operate, what they get in with, and how that changes."""
