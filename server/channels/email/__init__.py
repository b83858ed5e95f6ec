"""Email: mails that ask, and the senders they go out through."""
