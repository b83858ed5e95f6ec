"""The server: tasks come in over HTTP, people answer them, agents are woken."""
