"""Are the leaves in the database the log that was anchored? Each anchored root is computed again from them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlmodel import Session

from ledger.encoding import encode_hex
from ledger.errors import RuntimeLog
from ledger.merkle import Frontier
from ledger.runtime.chain_tables import AnchorRow
from ledger.runtime.tables import Leaf, table

_LEAF, _ANCHOR = table(Leaf), table(AnchorRow)
_CHUNK = 5120


class LeafRoots:
    """Roots of the leaves in the database. Asked for in ascending sizes, each leaf is read once."""

    def __init__(self, session: Session) -> None:
        last: int | None = session.execute(select(func.max(_LEAF.c.idx))).scalar()
        self.size = 0 if last is None else last + 1
        self._edge = Frontier()

    def check(self, session: Session, size: int, root: bytes) -> None:
        """Raises RuntimeLog unless the first ``size`` leaves have ``root``. Without any leaves nothing is compared."""
        if not self.size:
            return
        if size > self.size:
            raise RuntimeLog(
                f"a tree of {size} leaves was anchored, but the log here has only {self.size}:"
                " restore it from newer files"
            )
        held = self._root(session, size)
        if held != root:
            raise RuntimeLog(
                f"the tree of {size} leaves was anchored with the root {encode_hex(root)}, but the first {size} leaves"
                f" here have {encode_hex(held)}: they are not the log that was anchored"
            )

    def _root(self, session: Session, size: int) -> bytes:
        if size < self._edge.size:
            self._edge = Frontier()
        while self._edge.size < size:
            start = self._edge.size
            chosen = select(_LEAF.c.leaf_hash).where(_LEAF.c.idx >= start, _LEAF.c.idx < min(size, start + _CHUNK))
            self._edge = self._edge.append_many(list(session.execute(chosen.order_by(_LEAF.c.idx)).scalars()))
        return self._edge.root()


def check_anchored(session: Session, genesis: bytes) -> None:
    """Compare every anchor recorded on this chain. Raises RuntimeLog naming the first size that differs."""
    roots = LeafRoots(session)
    chosen = select(_ANCHOR.c.size, _ANCHOR.c.root).where(_ANCHOR.c.genesis == genesis).order_by(_ANCHOR.c.size)
    for size, root in session.execute(chosen).all():
        roots.check(session, size, root)
