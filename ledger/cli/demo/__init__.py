"""``habeas demo``: the whole way once, with real parts, in one process."""
