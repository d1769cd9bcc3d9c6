"""The attester: a party of its own that checks evidence and signs what the check gave (docs/spec/attester.md).

It needs no ledger's database. What it asks of a ledger goes through ``ledgers.LedgerApi``.
"""
