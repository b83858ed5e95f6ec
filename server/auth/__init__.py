"""Who is calling, and what lets them in: the admin token, API keys, sessions, the first run."""
