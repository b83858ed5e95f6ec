"""What the tests share: a clock to move, a server to start and kill."""
