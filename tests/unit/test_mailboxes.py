"""Messages out of files and folders: every byte, in order, one at a time."""

from __future__ import annotations

import random
import re
import tracemalloc
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.cli.mailing import boxes
from ledger.cli.mailing.boxes import Found, readings, walk
from ledger.errors import MalformedRequest

ONE = b"From: a@shop.example\nSubject: one\n\nHello\n"
TWO = b"From: b@shop.example\r\nSubject: two\r\n\r\nLine\r\nFrom here on\r\n>From above\r\n>>From twice\r\n"


def _mboxrd(messages: list[bytes]) -> bytes:
    """A writer of its own, by the rule of mboxrd: one > before every >*From line, an empty line at the end."""
    made = b""
    for message in messages:
        lines = message.split(b"\n")
        quoted = [b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines]
        made += b"From sender@shop.example Thu Nov 20 10:00:00 2026\n" + b"\n".join(quoted)
        made += b"\n" if message.endswith(b"\n") else b"\n\n"
    return made


def _walk(path: Path) -> list[Found]:
    return list(walk(path))


def test_an_eml_file_is_the_message(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(TWO)
    [found] = _walk(tmp_path / "a.eml")
    assert found.data == TWO and found.number is None and found.name.endswith("a.eml")
    assert [reading.how for reading in readings(found)] == ["as_it_lies"], "nothing is taken off outside an mbox"


def test_a_folder_is_searched_for_eml_and_mbox(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.eml").write_bytes(ONE)
    (tmp_path / "b" / "c.EML").write_bytes(TWO)
    (tmp_path / "b" / "d.mbox").write_bytes(_mboxrd([ONE, TWO]))
    (tmp_path / "b" / "notes.txt").write_bytes(ONE)
    assert [found.name.removeprefix(str(tmp_path)) for found in _walk(tmp_path)] == [
        "/a.eml", "/b/c.EML", "/b/d.mbox#1", "/b/d.mbox#2",
    ]  # fmt: skip


def test_a_maildir_is_exact(tmp_path: Path) -> None:
    """Line ends and all; what is still arriving is not read, and folders within are."""
    for place in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
        (tmp_path / "box" / place).mkdir(parents=True)
    (tmp_path / "box" / "cur" / "1.a:2,S").write_bytes(TWO)
    (tmp_path / "box" / "new" / "2.b").write_bytes(ONE)
    (tmp_path / "box" / "tmp" / "3.c").write_bytes(b"From: half")
    (tmp_path / "box" / ".Sent" / "cur" / "4.d").write_bytes(b"From: me@home.example\n\n>From mine\n")
    found = _walk(tmp_path / "box")
    assert [each.data for each in found] == [TWO, ONE, b"From: me@home.example\n\n>From mine\n"]
    assert [reading.how for each in found for reading in readings(each)] == ["as_it_lies"] * 3


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    for place in ("cur", "new", "tmp"):
        (tmp_path / "box" / place).mkdir(parents=True)
    (tmp_path / "box" / "cur" / "1").write_bytes(ONE)
    (tmp_path / "box" / ".loop").symlink_to(tmp_path / "box")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert [found.data for found in _walk(tmp_path)] == [found.data for found in _walk(tmp_path / "box")] == [ONE]


def test_an_mbox_gives_back_what_was_put_in(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(_mboxrd([ONE, TWO, ONE + b"\n\nFrom is a word\n\n", b"X: y\n\nno end"]))
    found = _walk(tmp_path / "m")
    assert [next(readings(each)).data for each in found] == [
        ONE, TWO, ONE + b"\n\nFrom is a word\n\n", b"X: y\n\nno end\n",
    ]  # fmt: skip
    assert [reading.how for reading in readings(found[1])] == ["mboxrd", "mboxo", "as_it_lies"]


def test_mboxo_is_among_the_readings(tmp_path: Path) -> None:
    """mboxo marks only ``From``: the ``>From`` of the message itself stays as it is."""
    lies = b"From x\nX: y\n\n>From a\n>>From b\n\n"
    (tmp_path / "m").write_bytes(lies)
    [found] = _walk(tmp_path / "m")
    texts = {reading.how: reading.data for reading in readings(found)}
    assert texts["mboxo"] == b"X: y\n\nFrom a\n>>From b\n"
    assert texts["mboxrd"] == b"X: y\n\nFrom a\n>From b\n"
    assert texts["as_it_lies"] == b"X: y\n\n>From a\n>>From b\n"


def test_random_messages_come_back(tmp_path: Path) -> None:
    """Lines of every awkward kind, in any order."""
    chance = random.Random(5)
    lines = [b"From a", b">From a", b">>From a", b"", b"Fromage", b" From a", b"x" * 70_000, b"text\r", b"\r"]
    messages = [
        b"A: b\n\n" + b"\n".join(chance.choice(lines) for _ in range(chance.randrange(12))) + b"\n" for _ in range(200)
    ]
    (tmp_path / "m").write_bytes(_mboxrd(messages))
    assert [next(readings(found)).data for found in _walk(tmp_path / "m")] == messages


def _by_lines(data: bytes) -> list[bytes]:
    """Line by line: a message begins at the start, and at a ``From `` line behind an empty one."""
    messages: list[list[bytes]] = []
    is_after_blank = True
    for line in data.split(b"\n"):
        if is_after_blank and line.startswith(b"From "):
            messages.append([])
        else:
            messages[-1].append(line)
        is_after_blank = line in (b"", b"\r")
        if messages[-1] == []:
            is_after_blank = False
    texts = [b"\n".join([*lines, b""]) for lines in messages[:-1]] + [b"\n".join(messages[-1])]
    return [re.sub(rb"(\A|\n)\r?\n\Z", rb"\1", text) for text in texts]


@given(
    st.lists(st.sampled_from([b"From ", b"\n", b"\r\n", b"\r", b"x", b">From ", b"\n\nFrom a\n"]), max_size=25),
    st.integers(1, 12),
)
@settings(max_examples=300)
def test_blocks_of_any_size_give_what_lines_give(pieces: list[bytes], block: int) -> None:
    data = b"From " + b"".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boxes, "_PIECE", block)
        found = list(boxes._mbox(Path("m"), BytesIO(data)))
    assert [each.data for each in found] == _by_lines(data)
    assert [each.number for each in found] == list(range(1, len(found) + 1))


def test_a_message_over_the_limit_is_named_and_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "MAX_MAIL", 100_000)
    large = b"A: b\n\n" + b"\n" * 400_000
    (tmp_path / "m").write_bytes(_mboxrd([ONE, large, TWO]))
    (tmp_path / "l.eml").write_bytes(large)
    tracemalloc.start()
    try:
        sizes = [None if found.data is None else len(found.data) for found in walk(tmp_path / "m")]
        assert tracemalloc.get_traced_memory()[1] < 700_000
    finally:
        tracemalloc.stop()
    assert sizes == [len(ONE), None, len(TWO) + 3]
    assert _walk(tmp_path / "l.eml")[0].data is None
    (tmp_path / "l.eml").write_bytes(b"A" * 100_000)
    assert _walk(tmp_path / "l.eml")[0].data is not None


def test_a_long_separator_line_is_no_part_of_the_message(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"From " + b"x" * 200_000 + b"\n" + ONE + b"\n")
    assert _walk(tmp_path / "m")[0].data == ONE


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MalformedRequest, match="cannot be read"):
        _walk(tmp_path / "none.eml")


def test_every_choice_of_doubtful_lines_is_tried(tmp_path: Path) -> None:
    """Six lines: 64 ways, each once, and what was put in is among them; with more lines, three ways."""
    for lines, ways in ((6, 64), (7, 2)):
        lies = b"From x\nX: y\n\n" + b">From a\n" * lines + b"\n"
        (tmp_path / "m").write_bytes(lies)
        [found] = _walk(tmp_path / "m")
        data = [reading.data for reading in readings(found)]
        assert len(set(data)) == len(data) == ways
        if lines == 6:
            assert b"X: y\n\n" + b">From a\nFrom a\n" * 3 in data
