"""The HTTP API of Habeas (docs/api.md): a module for each resource."""
