"""Who is calling: the admin token, sessions, passwords and the first-run setup."""
