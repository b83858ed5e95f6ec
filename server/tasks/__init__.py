"""The life of a task: what may happen to it, decided purely, and the use cases around it."""
