"""Slack: messages that ask, and what people press and write there."""
