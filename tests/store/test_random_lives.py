"""Random lives of a ledger: whatever happens in whatever order, it verifies, and replay gives the same rows."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from ledger.encoding import sha256
from ledger.errors import RefusedWithheld
from ledger.leaf import NO_KEY, index_key, statement_leaf
from ledger.runtime.admission import Admitted
from ledger.runtime.index_tables import IndexNode
from ledger.runtime.rebuild import rebuild
from ledger.runtime.sequencer import DirectLeaf
from ledger.runtime.tables import table
from ledger.statement import SignedStatement
from tests.store.check_ledger import check_ledger
from tests.store.world import ATTESTER, OTHER, REQUESTER, SHOP, SHOP_OLD, World, open_world

PEOPLE = (REQUESTER, OTHER, SHOP, SHOP_OLD, ATTESTER)
ACTIONS = (
    *("open", "send", "acknowledge", "bind", "revoke", "attester", "withhold", "unknown", "garbage"),
    *("sequence", "close", "restart"),
)
ACTION = st.tuples(
    st.sampled_from(ACTIONS),
    st.integers(0, len(PEOPLE) - 1),
    st.integers(0, 3),
    st.sampled_from(["server", "direct", "wrong key"]),
)


@dataclass
class Life:
    """What has been said so far, by whom, and what waits for the next round of the sequencer."""

    world: World
    said: list[SignedStatement] = field(default_factory=list)
    direct: list[DirectLeaf] = field(default_factory=list)

    def act(self, name: str, person: int, choice: int, route: str) -> None:
        if name in ("sequence", "close"):
            assert self.world.services.sequencer is not None
            self.world.services.sequencer.sequence(close=name == "close", direct=self.direct)
            self.direct = []
        elif name == "restart":
            self.world = self.world.reopened()
        elif name == "garbage":
            self.direct.append(self.world.ticket(NO_KEY, b"garbage %d" % choice))
        else:
            self.say(self.statement(name, person, choice), route)

    def statement(self, name: str, person: int, choice: int) -> SignedStatement:
        world, author, key = self.world, PEOPLE[person], PEOPLE[choice]
        case = world.opened(PEOPLE[choice % 2]).id
        if name == "open":
            return world.opened(author)
        if name == "send":
            return world.sent(case, author, day=choice + 1)
        if name == "acknowledge":
            return world.statement("request.acknowledged", author, {"received_on": f"2026-11-1{choice}"}, case)
        if name in ("bind", "revoke"):
            return world.bound(world.operator if person == 0 else author, key, revoked=name == "revoke")
        if name == "attester":
            return world.attester(ATTESTER, ["company_key"])
        if name == "withhold":
            digest = self.said[choice % len(self.said)].digest if self.said else sha256(b"garbage 1")
            return world.withheld(digest, None if person < 3 else author)
        return world.statement("case.mediated", author, {"by": "someone"}, case)

    def say(self, statement: SignedStatement, route: str) -> None:
        self.said.append(statement)
        if route == "server":
            self.world.accept(statement)
            return
        key = index_key(statement, self.world.services.origin) if route == "direct" else bytes([1]) * 32
        self.direct.append(self.world.ticket(key, statement.raw))


@settings(max_examples=30)
@given(st.lists(ACTION, max_size=40))
def test_a_random_life_verifies_and_replays(actions: list[tuple[str, int, int, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        life = Life(open_world(Path(folder)))
        for action in actions:
            life.act(*action)
        life.act("close", 0, 0, "")
        world = life.world
        leaves = check_ledger(world.services)
        before = world.dump()
        assert not before["waiting"]
        world.services.store.transact(lambda session: session.execute(delete(table(IndexNode))))
        assert rebuild(world.services.store, world.services.origin).leaves == leaves
        assert world.dump() == before and check_ledger(world.services) == leaves, "every root is provable again"
        _check_answers_are_repeated(life)
        assert world.dump() == before
        world.services.close()


def _check_answers_are_repeated(life: Life) -> None:
    """What stands in the log is answered the same for ever, or said to be withheld."""
    services = life.world.services
    for statement in life.said:
        if services.reader.index_of(statement_leaf(statement, services.origin).hash()) is not None:
            [answer] = life.world.accept(statement)
            assert isinstance(answer, RefusedWithheld) or (isinstance(answer, Admitted) and answer.repeated)
