"""The command line against a real server, chain and contract: both sides of a case, and after.

One server process is started with ``habeas serve``; every command runs as a person would type it.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from ledger import errors
from ledger.bundle import parse_bundle
from ledger.cli import casefolder
from ledger.cli.client import ApiClient
from ledger.cli.rpc import Node, observe
from ledger.cli.verify import read_policy
from ledger.evm import parse_header
from ledger.keys import address_of
from tests.cli.a_server import (
    COMPANY,
    COMPANY_SECRET,
    PASSWORD,
    SECRET,
    Run,
    Server,
    await_,
    newest_anchor,
    open_case,
    receipts_hold,
    say_sent,
    statements,
)
from tests.cli.auditor import audit
from tests.cli.broken import outcome, without_each_part


def test_a_case_from_both_sides(habeas: Run, server: Server, tmp_path: Path) -> None:
    """Opened, asked, answered, proven; the private field opens, and a stranger's check agrees."""
    case = open_case(habeas)
    habeas("letter", "--out", "letter.txt", "--on", "2026-11-20")
    letter = (tmp_path / "letter.txt").read_text("utf-8")
    assert letter.count(case) == 3 and "2026-11-20" in letter
    say_sent(habeas)
    _write_company_key(tmp_path)
    habeas("company", "bind", COMPANY, "--key", "0x" + address_of(COMPANY_SECRET).hex())
    answer = ("--answered-on", "2026-11-21", "--mode", "sent", "--reasons", "identity_unverified")
    habeas("say", "request.refused", *answer, "--case", case, "--key-file", "shop.key", *SECRET, "--yes")
    habeas("say", "case.confirmed", "--on", "2026-11-23", "--answer", "recorded", "--account", "open", "--yes")
    assert f"{COMPANY}" in habeas("company", "list") and "by the operator" in habeas("company", "show", COMPANY)
    shown = json.loads(habeas("case", "show", "--json"))
    assert [item["kind"] for item in shown["statements"]] == ["case.opened", "request.sent", "case.confirmed"]
    await_(lambda: statements(server, case) == 6)
    audit(server.url, newest_anchor(server, case))
    with ApiClient(server.url) as client:
        (tmp_path / "trust.toml").write_bytes(client.get("/v1/trust-policy"))
    habeas("prove", "--open", "account", "--out", "case.habeas.json", "--trust", "trust.toml", code=3)
    check = ("verify", "case.habeas.json", "--trust", "trust.toml")
    offline = habeas(*check, code=3)
    assert "customer 4711" in offline and "operator-vouched" in offline and "Practice ledger" in offline
    online: dict[str, Any] = json.loads(habeas(*check, "--rpc", server.chain, "--json"))
    assert online["exit"] == 0 and online["class"] == "practice"
    assert {item["value"] for item in online["checks"] if item["required"]} == {"passed"}
    _never_better(tmp_path, server)
    _control(habeas, case)
    _statuses(habeas, server)


def _never_better(folder: Path, server: Server) -> None:
    """The real bundle, with each part left out and with bits flipped: never a better result."""
    data, trust = (folder / "case.habeas.json").read_bytes(), read_policy(folder / "trust.toml")
    bundle = parse_bundle(data)
    headers = [anchor.proof.header for anchor in bundle.anchors.values()] + list(bundle.blocks.values())
    wanted = {header.hash: header.number for header in map(parse_header, headers)}
    observed = observe([server.chain], trust.ledgers[bundle.ledger], wanted, ())
    now = int(time.time()) + 60
    whole = outcome(data, observed, trust, now)
    assert whole.exit == 0
    broken = [part for _, part in without_each_part(data)]
    for place in range(0, len(data), 41):
        flipped = bytearray(data)
        flipped[place] ^= 1 << place % 8
        broken.append(bytes(flipped))
    for part in broken:
        assert not outcome(part, observed, trust, now).better(whole)


def _write_company_key(folder: Path) -> None:
    from ledger.cli.keystore import write_keystore

    write_keystore(folder / "shop.key", COMPANY_SECRET, PASSWORD)


def _control(habeas: Run, case: str) -> None:
    proof = habeas("case", "control", "--message", "challenge 17")
    Path("control.json").write_text(proof)
    assert case in habeas("case", "control", "--check", "control.json", "--bundle", "case.habeas.json")
    habeas("case", "control", "--check", "control.json", code=3)
    Path("control.json").write_text(proof.replace("challenge 17", "challenge 18"))
    assert "signed by" in habeas("case", "control", "--check", "control.json", code=1)


def _statuses(habeas: Run, server: Server) -> None:
    status = json.loads(habeas("chain", "status", "--home", str(server.home), "--json"))
    assert status["deployed"] and status["size"] >= 6 and status["chain_id"] == 31337
    again = habeas("chain", "deploy", "--home", str(server.home), "--yes")
    assert again.strip() == status["contract"]


def test_straight_to_the_contract(habeas: Run, server: Server, tmp_path: Path) -> None:
    """A statement that the server never received comes into the log over the chain, and gets its receipt."""
    case = open_case(habeas)
    with ApiClient(server.url) as client:
        (tmp_path / "trust.toml").write_bytes(client.get("/v1/trust-policy"))
    said = ("--on", "2026-11-23", "--answer", "nothing", "--account", "blocked")
    habeas("say", "case.confirmed", *said, "--out", "said.json", "--yes")
    assert json.loads(habeas("case", "list", "--json"))[0]["waiting"] == 1
    assert "case.confirmed" not in habeas("submit"), "what was taken away in a file is not sent unasked"
    assert "in a file  case.confirmed" in habeas("case", "show")
    habeas("key", "export", "--out", "my.key", *SECRET)
    address = json.loads(habeas("key", "list", "--json"))[0]["address"]
    Node(server.chain).call("anvil_setBalance", address, hex(10**18))
    direct = ("submit", "said.json", "--direct", "--rpc", server.chain, "--key-file", "my.key", *SECRET, "--yes")
    assert "does not list" in habeas(*direct, code=1)
    assert habeas(*direct, "--trust", "trust.toml").startswith("Ticket ")
    with ApiClient(server.url) as client:
        await_(lambda: len(client.get_json(f"/v1/cases/{case}")["entries"]) == 2)  # type: ignore[arg-type]
    assert "case.confirmed" in habeas("submit")
    assert json.loads(habeas("case", "list", "--json"))[0]["waiting"] == 0


def test_the_lost_phone(habeas: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """24 words bring the cases back from the log; the private texts come from the backup alone."""
    (tmp_path / "letter.txt").write_text("a letter")
    case = open_case(habeas)
    say_sent(habeas)
    habeas("case", "backup", "backup.json", *SECRET)
    (tmp_path / "words").write_text(casefolder.load_seed(tmp_path / "mine").phrase)
    monkeypatch.setenv("HABEAS_FOLDER", str(tmp_path / "second"))
    found = habeas("key", "restore", "--phrase-file", "words")
    assert case in found and "2 private field(s) come back only from a backup" in found
    shown = habeas("case", "show")
    assert "request.sent" in shown and "not confirmed" not in shown, "the receipts come out of the log"
    receipts_hold(tmp_path / "second")
    habeas("say", "case.confirmed", "--on", "2026-11-23", "--answer", "nothing", "--account", "open", "--yes")
    monkeypatch.setenv("HABEAS_FOLDER", str(tmp_path / "third"))
    habeas("case", "restore", "backup.json", *SECRET)
    shown = json.loads(habeas("case", "show", "--json"))
    assert [sorted(item["private"]) for item in shown["statements"]] == [[], ["account", "letter.txt"]]
    habeas("case", "restore", "backup.json", "--password-file", "words", "--folder", "fourth", code=1)


def test_erase_me(habeas: Run, server: Server, tmp_path: Path) -> None:
    """Withheld bytes are gone from the server; the log and what it proves stay. Beside a worker nothing is rebuilt."""
    (tmp_path / "letter.txt").write_text("a letter")
    open_case(habeas)
    say_sent(habeas)
    sent = json.loads(habeas("case", "show", "--json"))["statements"][1]["statement"]
    habeas("withhold", sent, "--reason", "erasure", "--home", str(server.home), "--yes")
    assert "withheld" in habeas("submit", _saved(tmp_path, sent), code=1)
    assert "is done by" in habeas("rebuild", "--home", str(server.home), "--json", code=1)


def _saved(folder: Path, statement: str) -> str:
    case = casefolder.list_cases(folder / "mine")[0]
    path = folder / "sent.json"
    path.write_bytes(case.entry(bytes.fromhex(statement[2:])).signed.raw)
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("case", "show"), 1, "holds no case"),
        (("case", "open", "--company", COMPANY, "--regime", "x", "--place", "IE", "--yes"), 1, "no seed"),
        (("say", "request.sent", "--yes"), 2, "request.sent needs --right"),
        (("say", "nonsense"), 2, "No such command"),
        (("prove", "--case", "00" * 32, "--out", "x.json"), 1, ""),
        (("submit", "missing.json"), 2, "cannot be read"),
        (("submit", "--direct"), 2, "needs FILE"),
        (("company", "publish", "shop", "--key", "0x" + "11" * 20), 2, ""),
        (("company", "bind", COMPANY, "--key", "0x12"), 2, "--key must be"),
        (("company", "bind", COMPANY, "--key", "0x" + "aB" * 20), 2, "no checksum"),
        (("audit", "nowhere", "--post"), 2, "--cosign KEYFILE"),
        (("company", "key", "--out", "new.key"), 2, "--password-file FILE"),
        (("company", "show", "nobody.example"), 1, ""),
        (("case", "list", "--api"), 2, ""),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_wrong_use(habeas: Run, arguments: tuple[str, ...], code: int, words: str) -> None:
    """A sentence and the right exit code; nothing is written."""
    text = habeas(*arguments, code=code)
    assert words in text and "Traceback" not in text


@pytest.mark.parametrize("answer", [errors.RefusedRole, errors.RefusedBusy, errors.MalformedRequest, RuntimeError])
def test_no_answer_takes_a_statement_away(
    habeas: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: type[Exception]
) -> None:
    """Whatever the server says, statement and salts stay until they are recorded or their owner discards them."""
    habeas("key", "new", "--yes")
    words = ("case", "open", "--company", COMPANY, "--regime", "none", "--place", "KR", "--yes")
    ask, lost = ApiClient._ask, errors.RuntimeFault if answer is RuntimeError else answer

    def lying(self: ApiClient, method: str, path: str, content: bytes | None = None) -> tuple[int, bytes]:
        done = ask(self, method, path, content)  # it was recorded, whatever is said
        if method == "POST":
            raise lost("no")
        return done

    with monkeypatch.context() as patched:
        patched.setattr(ApiClient, "_ask", lying)
        assert "not confirmed" in habeas(*words, code=2 if answer is errors.MalformedRequest else 1)
    assert "not confirmed" in habeas("case", "show")
    assert "Recorded as entry" in habeas("submit")
    assert "not confirmed" not in habeas("case", "show")


def test_a_refused_statement_stays_until_it_is_discarded(habeas: Run, tmp_path: Path) -> None:
    """A kind for companies is refused; nothing but its owner's word removes it."""
    open_case(habeas)
    text = habeas("say", "request.action_required", "--what", "fee", "--on", "2026-11-23", "--yes", code=1)
    assert "may not write" in text or "role" in text.lower()
    opening, refused = casefolder.list_cases(tmp_path / "mine")[0].entries
    assert refused.receipt is None and "case discard" in text
    habeas("submit", code=1)
    assert "is recorded" in habeas("case", "discard", "0x" + opening.signed.id.hex(), "--yes", code=1)
    habeas("case", "discard", "0x" + refused.signed.id.hex(), "--yes")
    assert len(casefolder.list_cases(tmp_path / "mine")[0].entries) == 1
