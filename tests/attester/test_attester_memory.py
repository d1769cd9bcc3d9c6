"""What an attester keeps: nothing of the mail, each mail once, and its two secrets."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.encoding import sha256
from ledger.errors import RefusedMail, RuntimeFault, RuntimeSetting
from ledger.runtime.attester.keys import create_keys, load_keys
from ledger.runtime.attester.memory import Memory, Shown
from tests.attester.conftest import Matter, disclosed


def test_it_keeps_no_message(matter: Matter) -> None:
    """Nothing by which the mail, its sender or its case could be read is in any file of the attester."""
    one = matter.start()
    case = matter.opened()
    message = matter.mail(case, text="A text that nobody else may read.")
    disclosure = disclosed(message)
    statement = matter.acknowledged(case, disclosure)
    [answer] = matter.ask(message, disclosure, statement)
    assert answer.result == "grade_a"
    one.parts.memory.close()
    files = [path for path in one.parts.settings.home.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"memory.sqlite", "attester.key", "memory.secret"}
    data = b"".join(path.read_bytes() for path in files)
    digest = sha256(message)
    for secret in (
        *(b"nobody else", b"1@shop.example", b"shop.example", b"support", digest, digest.hex().encode()),
        *(case, case.hex().encode(), statement.id, statement.id.hex().encode(), disclosure.encoded.encode()),
    ):
        assert secret not in data
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ((b"<1@x>", b"Monday"), (b"", b"Monday"), True),
        ((b"", b"Monday"), (b"<1@x>", b"Monday"), True),
        ((b"", b"Monday"), (b"", b"Monday"), True),
        ((b"<1@x>", b"Monday"), (b"<2@x>", b"Monday"), False),
        ((b"", b"Monday"), (b"", b"Tuesday"), False),
        ((b"<1@x>", b"Monday"), (b"", b"Tuesday"), False),
        ((b"<1@x>", b"Monday"), (b"", b""), True),
        ((b"", b""), (b"<1@x>", b"Monday"), True),
        ((b"", b""), (b"", b""), True),
        ((b"<1@x>", b""), (b"<2@x>", b""), False),
    ],
)
def test_one_text(tmp_path: Path, first: tuple[bytes, bytes], second: tuple[bytes, bytes], is_same: bool) -> None:
    """By Message-ID and Date, as far as both are signed, one text is two mails."""
    memory = Memory(tmp_path / "memory.sqlite", bytes(32))

    def claim(number: int, said: tuple[bytes, bytes], case: bytes = b"case", text: bytes = b"text") -> None:
        shown = Shown((b"%d" % number,), sha256(case), b"said", "shop.example", said[0], text, said[1])
        memory.keep_answer(secrets.token_bytes(32), sha256(b"mail"), b"{}", shown.case, 100, shown)

    claim(1, first)
    claim(2, (b"", second[1]), case=b"another")  # the mail names its case: nothing is taken away elsewhere
    claim(3, (b"", second[1]), text=b"another")
    claim(4, (b"", second[1]), text=b"")  # not signed by the company
    if is_same:
        with pytest.raises(RefusedMail, match="this sender, text and date"):
            claim(5, second)
    else:
        claim(5, second)
    claim(1, (b"", b""))  # the same signature: the same mail
    memory.close()


def test_memory(tmp_path: Path) -> None:
    memory, other = (Memory(tmp_path / "memory.sqlite", bytes([fill]) * 32) for fill in (1, 2))
    shown = Shown((b"one", b"two"), sha256(b"case"), sha256(b"said"), "shop.example", b"<1@shop.example>", b"", b"")

    def claim(held: Memory, **changes: object) -> None:
        given = replace(shown, **changes)  # type: ignore[arg-type]
        held.keep_answer(secrets.token_bytes(32), sha256(b"mail"), b"{}", given.case, 100, given)

    claim(memory)
    claim(memory)
    claim(other, case=sha256(b"another case"))  # another secret
    claim(memory, signatures=(b"three",), company="other.example")  # another company's Message-ID
    claim(memory, signatures=(b"four",), message_id=b"")
    claim(memory, signatures=(b"five",), message_id=b"")  # none signed, none compared
    claim(memory, signatures=(b"two", b"six"))  # a copy that has another signature, too
    claim(memory, signatures=(b"six",))
    for value in (b"one", b"two", b"six"):
        with pytest.raises(RefusedMail, match="another case"):
            claim(memory, signatures=(b"new", value), case=sha256(b"another case"))
        with pytest.raises(RefusedMail, match="another statement"):
            claim(memory, signatures=(b"new", value), statement=sha256(b"another"))
    with pytest.raises(RefusedMail, match="Message-ID"):
        claim(memory, signatures=(b"new",))
    claim(memory, signatures=(b"new",), message_id=b"<5@shop.example>")  # the refusals left nothing
    question, message, case = sha256(b"question"), sha256(b"mail"), sha256(b"third case")
    assert memory.answer(question, message) is None
    assert memory.keep_answer(question, message, b"first", case, 1, None) == b"first"
    assert memory.keep_answer(question, message, b"second", case, 1, None) == b"first"
    with pytest.raises(RefusedMail, match="attests 1 mails"):
        ten = replace(shown, signatures=(b"ten",), message_id=b"")
        memory.keep_answer(sha256(b"more"), message, b"second", case, 1, ten)
    assert memory.answer(sha256(b"more"), message) is None
    claim(memory, signatures=(b"ten",), statement=sha256(b"another"), message_id=b"")  # it was not kept
    with pytest.raises(RuntimeFault, match="does not open"):
        memory.answer(question, sha256(b"another mail"))
    assert memory.replace_answer(question, message, b"first", b"third") == b"third"
    assert memory.replace_answer(question, message, b"first", b"fourth") == b"third", "somebody else was earlier"
    memory.close()
    again = Memory(tmp_path / "memory.sqlite", bytes([1]) * 32)
    assert again.answer(question, message) == b"third"
    again.close()
    other.close()
    assert not again.is_open()


def test_keys_are_made_once(tmp_path: Path) -> None:
    place = tmp_path / "keys" / "a.key", tmp_path / "keys" / "a.secret"
    key = create_keys(*place)
    assert load_keys(*place)[0].address == key.address and "private" not in repr(key)
    with pytest.raises(Exception, match="never overwritten"):
        create_keys(*place)
    place[0].chmod(0o644)
    with pytest.raises(RuntimeSetting, match="chmod 600"):
        load_keys(*place)
    place[0].unlink()
    with pytest.raises(RuntimeSetting, match="habeas attester init"):
        load_keys(*place)


def test_a_binding_is_kept_once(tmp_path: Path) -> None:
    """Two processes of one attester that were asked at the same time both send the one that is kept."""
    memory, other = (Memory(tmp_path / "memory.sqlite", bytes(32)) for _ in range(2))
    place = ("habeas.example/main", "shop.example", bytes(20))
    assert memory.binding(*place) is None
    assert memory.keep_binding(*place, None, b"first") == b"first"
    assert other.keep_binding(*place, None, b"second") == b"first"
    assert other.keep_binding(*place, b"first", b"third") == b"third"
    assert memory.keep_binding(*place, b"first", b"fourth") == memory.binding(*place) == b"third"
    memory.close()
    other.close()
