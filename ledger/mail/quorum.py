"""What several resolvers say together of one key record (docs/spec/dns-capture.md, "The key at receipt").

The rule is the one by which certificate authorities check a domain from several networks (CA/Browser Forum
Baseline Requirements 3.2.2.9): of 2 to 5 at most one may disagree, of 6 and more at most two; but of two both must
agree. Who did not answer did not agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ledger.mail.key import Origin
from ledger.mail.reasons import found_text

ViewStatus = Literal["found", "revoked", "missing", "broken"]
_SMALL = 5


@dataclass(frozen=True, slots=True)
class View:
    """What one source says of the key: ``records`` are the DKIM records' texts, one unless it is missing or broken."""

    status: ViewStatus
    records: tuple[bytes, ...] = ()

    @property
    def record(self) -> bytes | None:
        return self.records[0] if self.status in ("found", "revoked") else None


@dataclass(frozen=True, slots=True)
class Decision:
    """The view that counts, None where there is none, and the places in the list of those who share it."""

    view: View | None
    origin: Origin
    agreed: tuple[int, ...]
    reason: str


def view_of(texts: Sequence[bytes]) -> View:
    """The view of a source whose TXT records have these texts, their character-strings joined.

    Records of others at the same name do not count. Several DKIM records are "undefined" (RFC 6376
    section 3.6.2.2): a sender could point to either later.
    """
    records = tuple(sorted({text for text in texts if _is_dkim(text)}))
    if not records:
        return View("missing")
    if len(records) > 1:
        return View("broken", records)
    return View("revoked" if _tags(records[0]).get(b"p") == b"" else "found", records)


def decide(views: Sequence[View | None]) -> Decision:
    """The view of all resolvers asked; None stands for one that did not answer."""
    given = Counter(view for view in views if view is not None)
    if not given:
        return Decision(None, "none", (), found_text("no_answer"))
    view, count = given.most_common(1)[0]
    agreed = tuple(place for place, other in enumerate(views) if other == view)
    asked = len(views)
    said = _agreed(view, count, asked)
    if count == asked:
        return Decision(view, "single" if asked == 1 else "quorum", agreed, said)
    if is_quorum(count, asked):
        return Decision(view, "part_quorum", agreed, said)
    if len(given) == 1:
        # Nobody contradicts, but too few answered for more than the word of one.
        return Decision(view, "single", agreed, _alone(view, count, asked))
    return Decision(None, "none", (), found_text("disagree", count=count, asked=asked))


def _agreed(view: View, count: int, asked: int) -> str:
    """How many say the same, and whether that is that there is no key."""
    if asked == 1:
        return found_text("one_none") if view.status == "missing" else found_text("one")
    if view.status == "missing":
        return found_text("agree_none", count=count, asked=asked)
    return found_text("agree", count=count, asked=asked)


def _alone(view: View, count: int, asked: int) -> str:
    if view.status == "missing":
        return found_text("agree_none_alone", count=count, asked=asked)
    return found_text("agree_alone", count=count, asked=asked)


def is_quorum(count: int, asked: int) -> bool:
    """Whether ``count`` of ``asked`` resolvers are enough: at least two, or one of two would outvote the other."""
    tolerated = 1 if asked <= _SMALL else 2
    return count >= 2 and asked - count <= tolerated


def _is_dkim(text: bytes) -> bool:
    tags = _tags(text)
    return tags.get(b"v") == b"DKIM1" if b"v" in tags else b"p" in tags


def _tags(text: bytes) -> dict[bytes, bytes]:
    pairs = (part.partition(b"=") for part in text.split(b";"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}
