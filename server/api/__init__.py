"""The contract's operations, one file per tag: wire to domain, one call, domain to wire."""
