"""``habeas prove`` against a real server: as of an earlier anchor, and with the parties of one's own trust policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ledger.bundle import parse_bundle
from ledger.cli.client import ApiClient
from ledger.cli.keystore import write_keystore
from ledger.cli.rpc import Node
from ledger.keys import address_of
from ledger.leaf import case_key, company_key
from tests.cli.a_server import (
    COMPANY,
    COMPANY_SECRET,
    PASSWORD,
    SECRET,
    Run,
    Server,
    await_,
    newest_anchor,
    newest_bundle,
    open_case,
    say_sent,
)
from tests.cli.auditor import audit

PINNED_SECRET, ATTESTER_SECRET = bytes([8]) * 32, bytes([9]) * 32
PINNED, ATTESTER = address_of(PINNED_SECRET), address_of(ATTESTER_SECRET)
ANSWER = ("--answered-on", "2026-11-21", "--mode", "sent", "--reasons", "identity_unverified")


def own_policy(server: Server, path: Path, more: str = "") -> None:
    """The ledger's policy, with what this verifier adds to it."""
    with ApiClient(server.url) as client:
        path.write_bytes(client.get("/v1/trust-policy") + more.encode())


def anchored(server: Server, case: str, count: int) -> int:
    """Waits until a final anchor holds ``count`` statements of the case; gives its size."""

    def held() -> bool:
        bundle = newest_bundle(server, case)
        shown = () if bundle is None else bundle.statements.values()
        return (
            sum(item.signed.statement.case_id is not None or item.signed.id == bundle.case for item in shown) == count
        )  # type: ignore[union-attr]

    await_(held)
    return newest_anchor(server, case)


def verified(habeas: Run, server: Server, path: str, code: int = 0) -> dict[str, Any]:
    """What a stranger with the policy beside the file sees who asks the chain."""
    check = ("verify", path, "--trust", "trust.toml", "--rpc", server.chain, "--json")
    value: dict[str, Any] = json.loads(habeas(*check, code=code))
    return value


def test_as_of_an_earlier_anchor(habeas: Run, server: Server, tmp_path: Path) -> None:
    """Silence then, an answer later: both files are true, and the older one can be fetched again."""
    case = open_case(habeas)
    habeas("letter", "--out", "letter.txt", "--on", "2026-11-20")
    say_sent(habeas)
    write_keystore(tmp_path / "shop.key", COMPANY_SECRET, PASSWORD)
    habeas("company", "bind", COMPANY, "--key", "0x" + address_of(COMPANY_SECRET).hex())
    habeas("say", "case.confirmed", "--on", "2026-11-23", "--answer", "nothing", "--account", "open", "--yes")
    silent = anchored(server, case, 3)
    own_policy(server, tmp_path / "trust.toml")
    habeas("prove", "--out", "then.habeas.json", "--trust", "trust.toml", code=3)
    habeas("say", "request.refused", *ANSWER, "--case", case, "--key-file", "shop.key", *SECRET, "--yes")
    answered = anchored(server, case, 4)
    shown = habeas("case", "show")
    for size in (silent, answered):
        habeas("prove", "--as-of", str(size), "--out", f"{size}.json", "--trust", "trust.toml", code=3)
    assert habeas("case", "show") == shown, "a case folder does not change by proving"
    then = parse_bundle(Path("then.habeas.json").read_bytes())
    assert then.index is not None and then.encode() == Path(f"{then.index.size}.json").read_bytes()
    for size, answer in ((silent, "none"), (answered, "recorded")):
        audit(server.url, size)
        habeas("prove", "--as-of", str(size), "--out", f"{size}.audited.json", "--trust", "trust.toml", code=3)
        value = verified(habeas, server, f"{size}.audited.json")
        assert (value["finding"]["answer"], value["finding"]["size"]) == (answer, size - 1)
        before, after = (json.loads(Path(name).read_bytes()) for name in (f"{size}.json", f"{size}.audited.json"))
        assert after.pop("replay") and {**before, "replay": None} == {**after, "replay": None}
    habeas("say", "case.confirmed", "--on", "2026-11-24", "--answer", "recorded", "--account", "open", "--yes")
    told = habeas("prove", "--as-of", str(silent), "--out", "again.json", "--trust", "trust.toml", code=3)
    assert f"1 of your own statements are not in the tree of {silent} leaves and are left out" in told


def test_sizes_that_are_not_anchored(habeas: Run, server: Server) -> None:
    case = open_case(habeas)
    size = anchored(server, case, 1)
    assert "near it are" in habeas("prove", "--as-of", str(size + 1), "--out", "x.json", code=1)
    for wrong in ("0", "-1", "x"):
        habeas("prove", "--as-of", wrong, "--out", "x.json", code=2)
    assert not Path("x.json").exists()


def test_a_policy_with_an_attester_and_a_pinned_key(habeas: Run, server: Server, tmp_path: Path) -> None:
    """The operator knows neither; the bundle is complete for this verifier all the same."""
    case = open_case(habeas)
    (tmp_path / "letter.txt").write_text("a letter")
    say_sent(habeas)
    anchored(server, case, 2)
    own_policy(server, tmp_path / "ledger.toml")
    for name, secret in (("pinned", PINNED_SECRET), ("attester", ATTESTER_SECRET)):
        write_keystore(tmp_path / f"{name}.key", secret, PASSWORD)
        Node(server.chain).call("anvil_setBalance", "0x" + address_of(secret).hex(), hex(10**18))
    said = ("--case", case, *SECRET, "--yes")
    habeas("say", "request.refused", *ANSWER, "--key-file", "pinned.key", "--out", "refused.json", *said)
    delivered = ("request.delivered", "--received-on", "2026-11-21", "--basis", "relay")
    habeas("say", *delivered, "--key-file", "attester.key", "--out", "delivered.json", *said)
    for path, key in (("refused.json", "pinned.key"), ("delivered.json", "attester.key")):
        direct = ("submit", path, "--direct", "--rpc", server.chain, "--key-file", key, *SECRET, "--yes")
        assert habeas(*direct, "--trust", "ledger.toml").startswith("Ticket ")
    with ApiClient(server.url) as client:
        await_(lambda: len(client.get_json(f"/v1/cases/{case}")["entries"]) == 4)  # type: ignore[arg-type]
        await_(lambda: all(entry["anchor"] for entry in client.get_json(f"/v1/cases/{case}")["entries"]))  # type: ignore[index, call-overload, union-attr]
    own_policy(
        server,
        tmp_path / "trust.toml",
        f'\n[[attester]]\nname = "A notary"\nkey = "0x{ATTESTER.hex()}"\nscope = ["company_key", "document"]\n'
        f'\n[[company_key]]\ncompany = "{COMPANY}"\nkey = "0x{PINNED.hex()}"\n'
        f'\n[[company_key]]\ncompany = "other.example"\nkey = "0x{bytes(20).hex()}"\n',
    )
    audit(server.url, newest_anchor(server, case))
    habeas("prove", "--out", "plain.json", "--trust", "ledger.toml", code=3)
    assert verified(habeas, server, "plain.json", code=3)["finding"] is None, "not complete for this verifier"
    habeas("prove", "--out", "mine.json", "--trust", "trust.toml", code=3)
    value = verified(habeas, server, "mine.json")
    assert value["finding"]["answer"] == "recorded" and "0x" + PINNED.hex() in value["finding"]["company_keys"]
    shown = parse_bundle(Path("mine.json").read_bytes())
    assert shown.index is not None
    wanted = [make for key in (PINNED, ATTESTER) for make in (case_key(shown.case, key), company_key(key, COMPANY))]
    assert all(key in shown.index.lists for key in wanted)
    assert case_key(shown.case, bytes(20)) not in shown.index.lists, "the key of another company is not asked for"


def test_more_parties_than_a_server_shows(habeas: Run, server: Server, tmp_path: Path) -> None:
    """Said beforehand, not found out from a check that is not made."""
    case = open_case(habeas)
    anchored(server, case, 1)
    attesters = (
        f'\n[[attester]]\nname = "Notary {n}"\nkey = "0x{n:040x}"\nscope = ["document"]\n' for n in range(1, 18)
    )
    own_policy(server, tmp_path / "trust.toml", "".join(attesters))
    told = habeas("prove", "--out", "x.json", "--trust", "trust.toml", code=3)
    assert "names 17 attesters and keys; a server shows the lists of 16 of them" in told
