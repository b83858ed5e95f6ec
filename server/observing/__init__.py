"""What operators see of a running server: metrics, spans and log lines."""
