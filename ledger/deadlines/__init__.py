"""The deadline engine (docs/spec/deadlines.md): due dates under a rule, in two readings, with reasons and sources.

Rooms: ``rules`` (what a rule is), ``rule_file`` and ``rulebook`` (reading rules), ``authorities`` (who supervises),
``places`` and ``calendars`` (where, which days are holidays), ``counting`` (days and pauses), ``periods`` and
``extensions`` (of one period), ``steps`` (who may do what next), ``engine`` (``due``, which puts them together),
``request`` (bad input of a caller, refused with a reason), ``as_json`` and ``ics`` (the answer as JSON and as a
calendar).

Nothing here knows statements, logs or chains: ``from ledger.deadlines import due`` needs no server.
"""

from ledger.deadlines.calendars import LAST_DAY
from ledger.deadlines.counting import Pause
from ledger.deadlines.engine import Deadline, check_covered, due, ends
from ledger.deadlines.extensions import Extended
from ledger.deadlines.rulebook import load_rule

__all__ = ["LAST_DAY", "Deadline", "Extended", "Pause", "check_covered", "due", "ends", "load_rule"]
