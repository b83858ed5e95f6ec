"""What transitions owe to the world: sent until it arrives, or given up after three days."""
