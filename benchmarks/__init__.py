"""Measures what the project promises about speed and cost, beside an in-memory floor."""
