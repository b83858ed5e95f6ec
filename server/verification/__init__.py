"""A model that checks an answer before the agent trusts it."""
