"""Who is asked: from `assign_to` to a person, several people, or nobody."""
