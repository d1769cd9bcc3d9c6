"""What the record says of a case where its lists are complete (docs/spec/assessment.md, "Finding").

A house with rooms: ``timeline`` (who said what, between which times), ``delivery`` (arrival and channel), ``due``
(due dates with pauses and extensions), ``lateness``, ``notices`` (of more time, too late), ``outcome``, ``complaints``
(to an authority, and its decisions), ``periods`` (time without access), ``steps`` (who may do what until when), and
``case``, which puts them together. ``told`` and ``told_next`` say it in fixed sentences, ``shown`` as JSON.

Everything rests on the entries of the needed lists and the policy alone, which are the same whatever else is taken
out of a bundle; only lower bounds can be lost, and each use of one says less without it.
"""
