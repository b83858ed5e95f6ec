"""Requests that wait for a task to settle, and what wakes them."""
