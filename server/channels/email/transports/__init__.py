"""The ways that mails go out, one file each."""
