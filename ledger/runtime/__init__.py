"""The running service: database, log, chain. A map of this folder is in ``README.md``."""
