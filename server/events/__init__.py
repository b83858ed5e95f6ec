"""Streams of what changed: one reader of the history for all that listen in this process."""
