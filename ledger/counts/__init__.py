"""Counts and rates over the cases of one company (docs/spec/counts.md).

Not to be confused with ``ledger.deadlines.counting``, which counts days. Rooms: ``summary`` (what of a finding is
counted, as a format of its own), ``counts`` (the pure count), ``read`` (from a finding to a summary), ``words`` and
``told`` (fixed sentences), ``shown`` (JSON).

Anybody can make a key and state anything. So what people state is a plain count, and a rate stands on proven arrival
alone: five hundred strangers change no rate.
"""
