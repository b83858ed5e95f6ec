"""The server as its contract says it is: fuzzed, modelled, refused, overloaded."""
