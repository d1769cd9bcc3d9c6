"""A ledger asks real authorities on loopback: what verifies is kept, what does not costs nothing but a stamp."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from ledger.assessment import Assessment, assess
from ledger.bundle import Bundle, parse_bundle
from ledger.cli.report import report_json, report_text
from ledger.encoding import encode_instant, sha256
from ledger.errors import HabeasError, MalformedStamp, RuntimeSetting, RuntimeTimeAuthority, VerificationStamp
from ledger.policy import parse_policy
from ledger.runtime.evidence import Evidence
from ledger.runtime.rebuild import rebuild
from ledger.runtime.settings import load_settings
from ledger.runtime.stamp_tables import StampRow
from ledger.runtime.stamper import Stamper
from ledger.runtime.stamps import BACK_S, Stamps, Taken
from ledger.runtime.tables import table
from ledger.runtime.time_settings import time_authorities
from ledger.runtime.trust import own_policy
from ledger.verification.checks import Value
from ledger.verification.observed import Observed
from ledger.verification.stamps import StampBound
from ledger.words import Language, text
from tests.api.made_chain import MadeChain, open_made_chain
from tests.stamps.a_time_authority import TimeServer, serving, settings_of
from tests.store.conftest import database_url, postgres
from tools.vectors import _authority as make
from tools.vectors._authority import Authority, response
from tools.vectors._bundles import START

__all__ = ["database_url", "postgres"]
EARLY = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))


NOW = START + 3_600
"""The time of the made-up chain's hour: what the worker's clock and the authorities' show."""


@dataclass
class Stamped:
    """A ledger on a made-up chain, two authorities, and a case in two anchors."""

    chain: MadeChain
    alpha: TimeServer
    beta: TimeServer
    case: bytes
    sizes: tuple[int, int]
    now: int = NOW

    @property
    def stamps(self) -> Stamps:
        return Stamps(self.chain.world.services.store)

    def stamper(self, timeout: float = 60.0, steady: Callable[[], float] = time.monotonic) -> Stamper:
        services = self.chain.world.services
        assert services.log_key is not None
        asked = time_authorities(services.settings)
        key = services.log_key.verifier
        return Stamper(self.stamps, services.reader, key, asked, lambda: self.now, timeout, steady)

    def rows(self) -> list[tuple[int, str]]:
        stamps = table(StampRow)
        with self.chain.world.services.store.read() as session:
            return sorted((row.size, row.authority) for row in session.execute(select(stamps)))

    def bundle(self, as_of: int | None = None) -> Bundle:
        services = self.chain.world.services
        return Evidence(services.store, services.reader, services.origin).bundle(self.case, as_of=as_of)

    def assessed(self, bundle: Bundle) -> Assessment:
        services = self.chain.world.services
        policy = parse_policy(own_policy(services.store, services.settings))
        return assess(parse_bundle(bundle.encode()), policy, Observed(), self.now + 60)


@contextmanager
def opened(folder: Path, url: str = "") -> Iterator[Stamped]:
    with serving(Authority("alpha")) as alpha, serving(Authority("beta")) as beta:
        given = settings_of(folder / "roots", alpha, beta)
        chain = open_made_chain(folder / "home", url, commit_period_ms=5, **given)
        alpha.clock = beta.clock = lambda: NOW
        try:
            case = chain.world.opened()
            chain.world.record(case)
            first = chain.anchor()
            chain.world.record(chain.world.sent(case.id))
            yield Stamped(chain, alpha, beta, case.id, (first, chain.anchor()))
        finally:
            chain.world.services.close()


@pytest.fixture
def stamped(tmp_path: Path) -> Iterator[Stamped]:
    with opened(tmp_path) as ledger:
        yield ledger


def test_stamps_become_a_second_clock(tmp_path: Path, database_url: str) -> None:
    """From the authorities' answers to what a stranger reads offline, on SQLite and on PostgreSQL."""
    with opened(tmp_path, database_url) as stamped:
        assert stamped.bundle().stamps == {}
        assert stamped.stamper().round() == 4
        assert stamped.rows() == [(size, name) for size in stamped.sizes for name in ("alpha", "beta")]
        assert stamped.stamper().round() == 0, "each tree is stamped once"
        bundle = stamped.bundle()
        assert set(bundle.stamps) == set(stamped.sizes)
        result = stamped.assessed(bundle)
        assert {view.shown.size for view in result.statements} == set(stamped.sizes)
        for view in result.statements:
            assert view.stamped_not_after == StampBound(NOW + 1, ("alpha", "beta"), Value.PASSED)
            assert view.recorded_not_after is not None and view.recorded_not_after.value is Value.CONDITIONAL
        languages: tuple[Language, ...] = ("en", "ko")
        for language in languages:
            words = report_text(result, language)
            assert text("chain_not_checked", language) in words and "alpha, beta" in words
        assert report_json(result)["statements"][0]["stamped_not_after"] == {  # type: ignore[index,call-overload]
            "time": encode_instant(NOW + 1),
            "authorities": ["alpha", "beta"],
            "value": "passed",
        }


def test_what_is_stamped_is_the_note_without_cosignatures(stamped: Stamped) -> None:
    stamped.stamper().round()
    notes = [stamped.chain.world.services.reader.note(size) for size in reversed(stamped.sizes)]
    assert stamped.alpha.asked == [sha256(note) for note in notes], "the newest tree first"


def test_a_bundle_as_of_an_earlier_anchor_has_its_stamps_alone(stamped: Stamped) -> None:
    stamped.stamper().round()
    assert list(stamped.bundle(stamped.sizes[0]).stamps) == [stamped.sizes[0]]


def test_trees_without_a_statement_of_the_case_bring_no_tokens(stamped: Stamped) -> None:
    """A token has kilobytes: only the trees in which statements stand, and the newest one, are shown."""
    between = []
    for number in (1, 2):
        stamped.chain.world.record(stamped.chain.world.opened(number=number))
        between.append(stamped.chain.anchor())
    stamped.stamper().round()
    assert set(stamped.bundle().stamps) == {*stamped.sizes, between[-1]}


def test_rebuilding_keeps_the_stamps(stamped: Stamped) -> None:
    stamped.stamper().round()
    before, services = stamped.bundle(), stamped.chain.world.services
    rebuild(services.store, services.origin)
    assert stamped.bundle() == before


def test_old_anchors_are_let_be(stamped: Stamped) -> None:
    stamped.now = stamped.alpha.clock = stamped.beta.clock = NOW + BACK_S + 7_200  # type: ignore[assignment]
    assert stamped.stamper().round() == 0 and not stamped.alpha.asked


def refused(server: TimeServer, digest: bytes, nonce: int) -> bytes:
    return make.sequence(make.sequence(make.integer(2), make.sequence(make.der(0x0C, b"not today"))))


def answers(**given: object) -> Callable[[TimeServer, bytes, int], bytes]:
    """An answer whose token is wrong in one way."""

    def answer(server: TimeServer, digest: bytes, nonce: int) -> bytes:
        return response(server.by.token(b"", NOW, **{"imprint": digest, "nonce": nonce, **given}))

    return answer


def altered(server: TimeServer, digest: bytes, nonce: int) -> bytes:
    body = server.honest(digest, nonce)
    return body[:-1] + bytes([body[-1] ^ 1])


def by(authority: Authority) -> Callable[[TimeServer, bytes, int], bytes]:
    return lambda server, digest, nonce: response(authority.token(b"", NOW, imprint=digest, nonce=nonce))


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (refused, VerificationStamp, "status 2, not today"),
        (answers(nonce=1), VerificationStamp, "another request"),
        (answers(nonce=None), VerificationStamp, "another request"),
        (answers(imprint=bytes(32)), VerificationStamp, "stamps 0000"),
        (answers(certificates=()), VerificationStamp, "0 certificates"),
        (answers(signs=make.SHA1), VerificationStamp, "SHA-2"),
        (answers(signers=2), MalformedStamp, "one signer"),
        (altered, VerificationStamp, "signature"),
        (by(Authority("gamma")), VerificationStamp, "issuer"),
        (by(Authority("alpha", root_of="gamma")), VerificationStamp, "signature failure"),
        (by(Authority("alpha", usage=())), VerificationStamp, "purpose"),
        (by(Authority("alpha", valid=EARLY)), VerificationStamp, "expired"),
        (lambda *_: b"<html>", MalformedStamp, "element"),
        (lambda *_: b"", MalformedStamp, "0 elements"),
        (lambda *_: bytes(30_000), RuntimeTimeAuthority, "more than 20480 bytes"),
    ],
)  # fmt: skip
def test_what_does_not_verify_is_not_kept(
    stamped: Stamped, answer: Callable[[TimeServer, bytes, int], bytes], error: type[HabeasError], words: str
) -> None:
    stamped.alpha.answer = answer
    stamper, note = stamped.stamper(), stamped.chain.world.services.reader.note(stamped.sizes[0])
    with pytest.raises(error, match=words):
        stamper.ask("alpha", note)
    assert stamper.round() == 2, "the other authority is asked all the same"
    assert stamped.rows() == [(size, "beta") for size in stamped.sizes]
    result = stamped.assessed(stamped.bundle())
    assert all(view.stamped_not_after is None for view in result.statements), "the policy asks for two"


@pytest.mark.parametrize("status", [301, 404, 429, 500])
def test_an_http_error(stamped: Stamped, status: int) -> None:
    stamped.alpha.status = status
    with pytest.raises(RuntimeTimeAuthority, match=f"HTTP status {status}"):
        stamped.stamper().ask("alpha", stamped.chain.world.services.reader.note(stamped.sizes[0]))


def test_a_slow_answer_and_none(stamped: Stamped) -> None:
    """The time is looked at after each piece, by a clock that goes a minute with every look at it."""
    note, minutes = stamped.chain.world.services.reader.note(stamped.sizes[0]), count(step=60.0)
    stamped.alpha.silent_after = 1
    with pytest.raises(RuntimeTimeAuthority, match=r"more than 59 s"):
        stamped.stamper(timeout=59.0, steady=lambda: next(minutes)).ask("alpha", note)
    stamped.alpha.silent_after = -1
    with pytest.raises(RuntimeTimeAuthority, match="did not answer"):
        stamped.stamper(timeout=0.3).ask("alpha", note)


def test_who_fails_is_left_alone_for_a_while(stamped: Stamped) -> None:
    now = [1000.0]
    stamper = stamped.stamper(steady=lambda: now[0])
    stamped.alpha.answer, stamped.beta.answer = refused, refused
    for pause in (5, 10, 20, 40):
        asked = len(stamped.alpha.asked)
        assert stamper.round() == 0 and len(stamped.alpha.asked) == asked + 1
        now[0] += pause - 1
        assert stamper.round() == 0 and len(stamped.alpha.asked) == asked + 1
        now[0] += 1
    stamped.alpha.answer = None
    assert stamper.round() == 2 and stamper.round() == 0


def test_the_first_token_stays(stamped: Stamped) -> None:
    stamped.stamper().round()
    before = stamped.bundle()
    stamped.stamps.keep(Taken(stamped.sizes[0], "alpha", b"note", b"other", 1), NOW)
    assert stamped.bundle() == before
    assert stamped.stamps.newest() == dict.fromkeys(("alpha", "beta"), stamped.sizes[1])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"time_authorities": {"a": "http://tsa.example"}, "time_authority_roots": {"a": "x"}}, "https://"),
        ({"time_authorities": {"a": "https://tsa.example"}}, "a file for each name"),
        ({"time_authority_roots": {"a": "x"}}, "a file for each name"),
        ({"time_authorities": {"a/b": "https://a.example"}, "time_authority_roots": {"a/b": "x"}}, "letters"),
        ({"time_quorum": 2}, "time_quorum is 2"),
    ],
)
def test_settings_that_cannot_work(given: dict[str, object], words: str) -> None:
    with pytest.raises(RuntimeSetting, match=words):
        load_settings(**given)


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\xff", Authority("alpha").pem.encode()[:-100]])
def test_roots_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "roots.pem"
    if content is not None:
        path.write_bytes(content)
    settings = load_settings(time_authorities={"a": "https://a.example"}, time_authority_roots={"a": path})
    with pytest.raises(RuntimeSetting, match=r"roots\.pem"):
        time_authorities(settings)
