"""``habeas verify`` as people and programs see it: output, exit codes, and what it imports."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, get_args

import pytest

from ledger.bundle import parse_bundle
from ledger.cli import dns, output
from ledger.cli.clean import clean_line, dump_json, pad
from ledger.cli.main import main
from ledger.companies import encode_txt
from ledger.disclosure import Disclosure
from ledger.encoding import encode_hex, encode_instant
from ledger.errors import MalformedSize, MalformedWellKnown, RefusedWellKnown
from ledger.evm import parse_header
from ledger.kinds import KINDS
from ledger.verification.parties import Grade
from ledger.words import GRADE, KIND, ROLE, TEXT, VALUE
from tests.api.local_servers import DnsTestServer
from tests.cli.broken import NOW, bundle_bytes, case_maker
from tests.cli.nodes import Node, served
from tools.vectors._bundles import (
    AUDITOR,
    COMPANY,
    COMPANY_KEY,
    OPENED,
    REQUESTER,
    Maker,
    address,
    open_ledger,
    policy_bytes,
)

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("sqlmodel", "sqlalchemy", "web3", "eth_account", "fastapi", "pydantic", "typer", "httpx2", "dns", "rich")


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, list[str]]:
    """A bundle, and the options for the policy that lists its ledger and for the time."""
    bundle, trust = tmp_path / "case.habeas.json", tmp_path / "trust.toml"
    bundle.write_bytes(bundle_bytes())
    trust.write_bytes(policy_bytes([AUDITOR]))
    return str(bundle), ["--trust", str(trust), "--now", encode_instant(NOW)]


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["verify", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def anchor_hashes() -> list[str]:
    anchors = parse_bundle(bundle_bytes()).anchors.values()
    return [encode_hex(parse_header(anchor.proof.header).hash) for anchor in anchors]


def test_offline_everything_is_conditional(run: Run, files: tuple[str, list[str]]) -> None:
    """Exit 3; each time stands beside its condition; the report ends with the fixed sentences."""
    bundle, options = files
    code, out, _ = run(bundle, *options)
    assert code == 3
    assert out.count(", if block 0x") == 10  # five statements, two bounds each
    assert out.endswith("Not a finding of a breach. Not legal advice.\n")
    assert "What is not proven\n  - That a statement is true." in out
    assert "conditional 5.4" in out


def test_vouching_for_the_anchors_is_enough(run: Run, files: tuple[str, list[str]]) -> None:
    """With both anchor blocks vouched for, exit 0; with one of them, 3."""
    bundle, options = files
    first, second = anchor_hashes()
    assert run(bundle, *options, "--block", first, "--block", second)[0] == 0
    assert run(bundle, *options, "--block", first)[0] == 3


def test_a_changed_word(run: Run, files: tuple[str, list[str]]) -> None:
    """Exit 1; what failed stands on top and at its statement, which is not called unknown to this version besides."""
    bundle, options = files
    data = Path(bundle).read_bytes()
    Path(bundle).write_bytes(data.replace(b'"right":"access"', b'"right":"erasure"'))
    assert Path(bundle).read_bytes() != data
    code, out, _ = run(bundle, *options)
    head, _, rest = out.partition("Statements shown")
    assert code == 1 and "\nWhat failed\n  failed      3.1  statement/2/signature: signed by 0x" in head
    assert "[request.sent], by an unknown key\n         THE SIGNATURE DOES NOT HOLD\n         channel" in rest
    assert "실패한 확인\n" in run(bundle, *options, "--lang", "ko")[1]


def test_json(run: Run, files: tuple[str, list[str]]) -> None:
    """The shape of docs/spec/assessment.md, "Output"."""
    bundle, options = files
    code, out, _ = run(bundle, *options, "--json")
    value: dict[str, Any] = json.loads(out)
    assert value["exit"] == code == 3
    assert value["ledger"] == "habeas.example/main" and value["class"] == "test" and value["note"] is None
    # Nobody bound the key that refused, so for this policy it is nobody's answer.
    finding = value["finding"]
    assert (finding["answer"], finding["value"], finding["company_keys"]) == ("none", "conditional", [])
    assert finding["index"] == "replayed" and finding["sentences"]
    assert value["now"] == encode_instant(NOW)
    assert value["checks"][0] == {
        "name": "bundle",
        "step": "1",
        "value": "passed",
        "required": True,
        "detail": "The file is a canonical bundle of version 1.",
        "depth": 0,
    }
    assert [item["index"] for item in value["statements"]] == [0, 1, 2, 4, 5]
    assert {item["value"] for item in value["checks"]} == {"passed", "conditional", "not checked"}


def test_against_a_node(run: Run, files: tuple[str, list[str]]) -> None:
    """With a node of the policy's chain, exit 0; with one that has another block there, exit 1."""
    bundle, options = files
    with served(Node()) as url:
        code, out, _ = run(bundle, *options, "--rpc", url)
    assert code == 0 and "conditional" not in out
    number = parse_header(next(iter(parse_bundle(bundle_bytes()).anchors.values())).proof.header).number
    liar = Node()
    liar.blocks[number] = bytes(32)
    with served(liar) as url:
        code, out, _ = run(bundle, *options, "--rpc", url)
    assert code == 1 and "has another block there" in out and "Nothing: at least one check failed." in out


def test_a_ledger_that_the_policy_does_not_list(run: Run, files: tuple[str, list[str]]) -> None:
    """The policy that ships lists no ledger: exit 3 whatever else is known."""
    bundle, _ = files
    first, second = anchor_hashes()
    code, out, _ = run(bundle, "--block", first, "--block", second, "--now", encode_instant(NOW))
    assert code == 3 and "not listed in the trust policy" in out
    with served(node := Node()) as url:
        _, out, _ = run(bundle, "--rpc", url, "--now", encode_instant(NOW))
    assert "No node was asked (--rpc)" in out and not node.asked


def test_what_is_proven_is_not_more_than_is_shown(run: Run, files: tuple[str, list[str]]) -> None:
    """With the anchors alone known, exit 0 claims no lower bound of the signatures."""
    bundle, options = files
    first, second = anchor_hashes()
    code, out, _ = run(bundle, *options, "--block", first, "--block", second)
    assert code == 0 and "where one is named above" in out and "Between which two blocks" not in out
    with served(Node()) as url:
        assert "Between which two blocks" in run(bundle, *options, "--rpc", url)[1]


def test_an_opened_text_cannot_write_into_the_report(run: Run, files: tuple[str, list[str]], tmp_path: Path) -> None:
    """Line ends, terminal codes and changes of direction stay within the text's own lines."""
    evil = Disclosure.make(bytes(16), "mail", "first\nWhat is proven\n  - everything\u202e\u2028x")
    maker = Maker(transactions=1)
    open_ledger(maker)
    maker.disclosures = (evil.encoded,)
    maker.say("case.opened", OPENED, REQUESTER, in_case=False, digests=(evil.digest,))
    maker.anchor()
    path = tmp_path / "evil.habeas.json"
    path.write_bytes(maker.bundle().encode())
    code, out, _ = run(str(path), *files[1])
    assert code == 3
    assert out.splitlines().count("What is proven") == 1
    assert "    | What is proven\n" in out and "\u202e" not in out and "\u2028" not in out


def test_a_dispute_names_the_entry_that_it_disputes(run: Run, tmp_path: Path, files: tuple[str, list[str]]) -> None:
    """The number of the entry stands beside the id; an id that the bundle does not show stays alone."""
    maker = case_maker()
    refused = next(index for index, item in maker.statements.items() if item.statement.kind == "request.refused")
    shown, other = encode_hex(maker.statements[refused].id), encode_hex(bytes(32))
    for named in (shown, other):
        maker.say("statement.disputed", {"statement": named, "because": "not_received"}, REQUESTER)
    maker.anchor()
    bundle = tmp_path / "disputed.habeas.json"
    bundle.write_bytes(maker.bundle().encode())
    _, english, _ = run(str(bundle), *files[1])
    _, korean, _ = run(str(bundle), *files[1], "--lang", "ko")
    assert f"because: not_received, statement: {shown} (entry {refused})\n" in english
    assert f"statement: {shown} (기록 {refused}번)\n" in korean
    assert f"statement: {other}\n" in english


def test_korean(run: Run, files: tuple[str, list[str]]) -> None:
    """The same report in Korean, practice warning first where it applies."""
    bundle, options = files
    trust = Path(options[1])
    trust.write_bytes(policy_bytes([AUDITOR]).replace(b'class = "test"', b'class = "practice"'))
    code, out, _ = run(bundle, *options, "--lang", "ko")
    assert code == 3
    lines = out.splitlines()
    assert lines[1] == "연습용 기록부입니다. 제3자에게는 아무것도 증명하지 못합니다."
    assert "파일은 버전 1의 정규 형식 묶음입니다." in lines[lines.index("확인 항목") + 1]
    assert "Signed by 0x" not in out, "no detail is left in English"
    assert out.endswith("위법 여부의 판단이 아니며 법률 자문이 아닙니다.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--block", "0x12"],
        ["--now", "tomorrow"],
        ["--rpc", "foo"],
        ["--rpc", "ftp://127.0.0.1"],
        ["--rpc", "http://127.0.0.1:99999"],
        ["--now", "2020-01-01T00:00:00Z"],
        ["--trust", "/nowhere/trust.toml"],
        ["--frobnicate"],
        ["--lang", "fr"],
    ],
)
def test_wrong_use(run: Run, files: tuple[str, list[str]], arguments: list[str]) -> None:
    """Exit 2, one sentence on standard error, nothing on standard output."""
    code, out, err = run(files[0], *files[1], *arguments)
    assert code == 2 and out == "" and err.strip()
    assert "Traceback" not in err


def test_malformed_bundles(run: Run, files: tuple[str, list[str]], tmp_path: Path) -> None:
    """Exit 2 with the reason; with --json the reason is JSON."""
    wrong = tmp_path / "wrong.json"
    for data in (b"", b"{}", b"\xff", bundle_bytes()[:-1], bundle_bytes() + b"\n", b"[" * 1_000_000):
        wrong.write_bytes(data)
        code, out, err = run(str(wrong), *files[1])
        assert code == 2 and out == "" and err.count("\n") == 1
    code, out, _ = run(str(wrong), "--json")
    assert code == 2 and json.loads(out)["exit"] == 2 and json.loads(out)["error"].startswith("malformed-")
    assert run(str(tmp_path / "missing.json"))[0] == 2


def test_dns_confirms_a_company_key(run: Run, files: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """--dns makes the company's signature company-signed, and the report says that DNS was asked."""
    bundle, options = files
    assert run(bundle, *options)[1].count("company-signed") == 0
    ours = dns.published_keys
    record = f'"{encode_txt(address(COMPANY_KEY))}"'
    with DnsTestServer({(f"_habeas.{COMPANY}", "TXT"): [record, '"v=spf1 -all"']}).running() as server:
        servers = [("127.0.0.1", server.port)]
        monkeypatch.setattr(dns, "published_keys", lambda company, _asked: ours(company, servers))
        code, out, _ = run(bundle, *options, "--dns")
    assert code == 3 and "company-signed" in out
    assert f"An answer signed with a key of {COMPANY} is recorded in this ledger: entry 4." in out
    assert f"Signed with a key of {COMPANY} that DNS names now." in out and "pins" not in out
    assert f"DNS of {COMPANY} names 1 key(s) now by one resolver alone, which is believed (--dns)." in out


def test_dns_by_several_resolvers(run: Run, files: tuple[str, list[str]]) -> None:
    """Each is asked by itself; one of three may say something else, two may not."""
    bundle, options = files
    record = {(f"_habeas.{COMPANY}", "TXT"): [f'"{encode_txt(address(COMPANY_KEY))}"']}
    with ExitStack() as stack:
        servers = [stack.enter_context(DnsTestServer(dict(record)).running()) for _ in range(3)]
        asked = [part for server in servers for part in ("--resolver", server.address)]
        code, out, _ = run(bundle, *options, "--dns", *asked)
        assert code == 3 and f"DNS of {COMPANY} names 1 key(s) now by 3 resolvers (--dns)." in out
        servers[0].records.clear()
        code, out, _ = run(bundle, *options, "--dns", *asked)
        assert code == 3 and "company-signed" in out
        _, out, _ = run(bundle, *options, "--dns", *asked[:4])
        assert "the resolvers disagree" in out and "company-signed" not in out, "of two both must say the same"
        servers[1].records[f"_habeas.{COMPANY}", "TXT"] = [f'"{encode_txt(bytes(20))}"']
        _, out, _ = run(bundle, *options, "--dns", *asked)
        assert "the resolvers disagree" in out and "company-signed" not in out
    for wrong in (["--resolver", "192.0.2.1"], ["--dns", "--resolver", "dns.example"], ["--dns", *asked, *asked]):
        assert run(bundle, *options, *wrong)[0] == 2


def test_dns_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """No record, a silent server and a wrong record are three different sentences."""
    records = {("_habeas.wrong.example", "TXT"): ['"habeas1 key=0x12"']}
    with DnsTestServer(records).running() as server:
        servers = [("127.0.0.1", server.port)]
        with pytest.raises(RefusedWellKnown, match="has no TXT record"):
            dns.published_keys("none.example", servers)
        with pytest.raises(MalformedWellKnown):
            dns.published_keys("wrong.example", servers)
    monkeypatch.setattr(dns, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(RefusedWellKnown, match="cannot be read"):
        dns.published_keys("none.example", [("127.0.0.1", 1)])


def test_nothing_heavy_is_imported(files: tuple[str, list[str]]) -> None:
    """A fresh process that verified has loaded none of the slow packages."""
    script = (
        "import sys; from ledger.cli.main import main; code = main(sys.argv[1:]); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script, "verify", files[0], *files[1]]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert ended.returncode == 3
    assert ended.stderr.strip() == "[]"


def test_commands_print_cleaned_text_alone() -> None:
    """``print`` stands where its text was cleaned already; every command writes through ``output``."""
    cleaned = {"output.py", "main.py", "verify.py", "verify_many.py", "rpc.py"}
    for path in (ROOT / "ledger" / "cli").glob("*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        bare = [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "print"]
        assert path.name in cleaned or not bare, f"{path.name}, lines {bare}"


def test_print_lines_cleans(capsys: pytest.CaptureFixture[str]) -> None:
    """Line ends stay, and nothing else that a terminal obeys."""
    output.print_lines("one\x1b[2J\ntwo\u202e\n")
    output.print_text("three\nfour\x9b")
    assert capsys.readouterr().out == "one\ufffd[2J\ntwo\ufffd\nthree\ufffdfour\ufffd\n"


def test_columns_of_korean() -> None:
    """A Korean letter takes two columns of a terminal."""
    assert pad("case", 8) + "|" == "case    |"
    assert pad("사건", 8) + "|" == "사건    |"
    assert pad("확인 안 함", 4) == "확인 안 함"


def test_every_word_has_both_languages() -> None:
    """Each kind, role, grade, value and fixed text has English and Korean."""
    assert set(KIND) == set(KINDS)
    assert set(GRADE) == set(get_args(Grade))
    for table in (KIND, ROLE, VALUE, TEXT):
        for english, korean in table.values():
            assert english and korean and english.isascii() and not korean.isascii()


def test_a_server_cannot_write_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters and changes of direction are replaced, Korean stays; JSON keeps its value."""
    evil = "\x1b[2J\u202e\x9b1m\x07 모든 검사"
    assert clean_line(evil + "\n") == "\ufffd[2J\ufffd\ufffd1m\ufffd 모든 검사\ufffd"
    shown = dump_json({"text": evil})
    assert json.loads(shown) == {"text": evil} and "모든" in shown
    assert not set(shown) & {"\x1b", "\u202e", "\x9b", "\x07"}
    output.note(f"two\nlines {evil}")
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("two\nlines \ufffd[2J") and "\x1b" not in err
    assert main(["verify", "/nowhere/\x1b[2J"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_files_are_read_up_to_their_limit(run: Run, files: tuple[str, list[str]], tmp_path: Path) -> None:
    """A file without an end is refused as too large, before it fills the memory."""
    code, _, err = run("/dev/zero", *files[1])
    assert code == 2 and "more than 8388608 bytes" in err
    code, _, err = run(files[0], "--trust", "/dev/zero")
    assert code == 2 and "more than 262144 bytes" in err
    with pytest.raises(MalformedSize):
        output.read_input(Path("/dev/zero"), "--file")


def test_an_internal_fault_is_no_verdict(
    run: Run, files: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 70 and one sentence, never exit 1."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("ledger.cli.verify.assess", broken)
    code, out, err = run(files[0], *files[1])
    assert code == 70 and out == "" and err == "Internal fault, please report it: ZeroDivisionError: a fault\n"


def test_errors_of_reading_commands_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json the error stands on standard output too."""
    code = main(["case", "show", "--folder", str(tmp_path / "none"), "--case", "00" * 32, "--json"])
    value = json.loads(capsys.readouterr().out)
    assert value["exit"] == code != 0 and set(value) == {"exit", "error", "detail"}
