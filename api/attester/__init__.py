"""The HTTP service of an attester: an application of its own, without a ledger's database."""
