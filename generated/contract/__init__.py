"""The contract as data. Made by `make generate` from openapi.yaml; never edited."""
