"""What is made from openapi.yaml: wire models, the HTTP client, the contract as JSON."""
