"""An auditor's own reading of a whole ledger (docs/spec/audit.md).

Rooms: ``replay`` (every leaf in order, its index roots computed again), ``lists`` (the case index against the
replay), ``anchoring`` (what the contract holds against it), ``memory_trie`` (an index in memory), ``findings`` (what
was found, types only).
"""
