"""How people are told, and how they answer where they are."""
