"""Turns a JSON Schema into a form's fields, and checks what comes back against the schema."""
