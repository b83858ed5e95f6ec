"""Verifiers: a model of yours checks each answer on the server before the agent gets it."""
