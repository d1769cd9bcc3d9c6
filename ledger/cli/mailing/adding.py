"""``habeas mail add``: from the bytes of a mail to a recorded statement and what attesters say of it.

In this order: the bytes are hashed before anything is read from them, checked against what was used before,
graded, shown; only then something is signed. The bytes are kept before the statement, the statement before it
is sent, and attesters are asked last: a mail that was recorded and not attested can be attested any time later.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli import casefolder, kept
from ledger.cli.attested import Attested
from ledger.cli.attesting import MailAnswer, ask_attesters
from ledger.cli.casefile import CaseFile
from ledger.cli.cases import find_case, keep_receipt
from ledger.cli.client import open_client
from ledger.cli.files import read_file
from ledger.cli.mailing import originals
from ledger.cli.mailing.grading import Examined, KeySource, company_domains, examine
from ledger.cli.mailing.handing import attest_command, check_addresses, check_attesters, mail_of
from ledger.cli.mailing.lines import line, result_words
from ledger.cli.mailing.replay import refuse_replay, refuse_same
from ledger.cli.mailing.words import examined_json, report, stated_days
from ledger.cli.output import note
from ledger.cli.signing import Recorded, sign_in_case
from ledger.cli.verify import read_policy
from ledger.disclosure import SALT_BYTES, Disclosure, FileValue
from ledger.encoding import Json, JsonObject, encode_hex, parse_date
from ledger.errors import (
    Malformed,
    MalformedMail,
    MalformedRequest,
    MalformedSize,
    RefusedMail,
    RefusedNotFound,
    VerificationMail,
)
from ledger.kinds import EXTENSION_REASONS, KINDS, MODES, REFUSAL_REASONS
from ledger.mail import MAIL_TYPE
from ledger.mail.capture import MEDIA_TYPE as CAPTURE_TYPE
from ledger.mail.days import check_day, days_in, written_at
from ledger.mail.raw import RawMail
from ledger.mail.reasons import reason_words
from ledger.words import Language, pick

if TYPE_CHECKING:
    from ledger.cli.attesting import Attested as _Attestation

_EMLX = re.compile(rb"[0-9]{1,10} *\r?\n")
"""Apple Mail's own files begin with the length of the message on a line of its own."""
KIND_OF: Mapping[str, str] = {
    "acknowledged": "request.acknowledged",
    "extended": "deadline.extended",
    "fulfilled": "request.fulfilled",
    "partially_fulfilled": "request.partially_fulfilled",
    "refused": "request.refused",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What the mail says, by the requester's word: the public facts, as options gave them."""

    kind: str
    on: str | None
    until: str | None = None
    reasons: Sequence[str] = ()
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """Case, server and trust of one command."""

    folder: Path
    case: str | None
    api: str | None
    trust: Path | None
    yes: bool


@dataclass(frozen=True, slots=True)
class Added:
    """A mail on record."""

    examined: Examined
    recorded: Recorded
    mail: Disclosure
    capture: Disclosure | None
    attesters: tuple[str, ...] = ()
    """Addresses of those who are to attest it, each attester once."""


def read_original(path: Path, language: Language = "en") -> bytes:
    """The bytes of one message. Raises MalformedMail, with the way to the original, for what is none."""
    try:
        data = read_file(path, kept.MAX_KEPT)
    except OSError as error:
        raise MalformedRequest(f"the mail {path} cannot be read: {error.strerror}") from None
    if not data:
        raise MalformedMail(f"{path} is empty: nothing can be shown with it")
    if data.startswith(b"From "):
        raise MalformedMail(
            f"{path} is an mbox file, which holds many messages and changes lines of them; take yours out with: "
            "habeas mail find"
        )
    if path.suffix == ".emlx" or _EMLX.match(data):
        raise MalformedMail(pick(originals.EMLX, language).format(path=path))
    try:
        RawMail.parse(data)
    except MalformedSize:
        raise
    except Malformed as error:
        said = pick(originals.NO_ORIGINAL, language)
        raise MalformedMail(said.format(path=path, error=error, why=pick(originals.WHY, language))) from None
    return data


def add(
    data: bytes,
    file_name: str,
    said: Said,
    where: Where,
    domains: Sequence[str],
    source: KeySource,
    *,
    attesters: Sequence[str] = (),
    language: Language = "en",
) -> Added:
    """Grade, ask, sign, keep and record. Raises what each of them raises; nothing is signed then.

    ``attesters``: who is to attest it at once. They are asked who they are, and what they refuse for its day is
    refused here.
    """
    check_options(said)
    check_addresses(attesters)
    case = find_case(where.folder, where.case)
    mail = RawMail.parse(data)
    refuse_replay(where.folder, case, mail, attesters, language)
    attesters = check_attesters(attesters, case, where.api, where.trust)
    examined = examine(data, company_domains(case.company, domains), source, case.case)
    for said_of_it in report(examined, language):
        note(said_of_it)
    _refuse_unfit(examined, case)
    place = str(case.opened.statement.facts["place"])
    facts = facts_of(said, examined, place, language)
    refuse_same(case, mail, KIND_OF[said.kind], facts, attesters)
    if attesters:
        _refuse_day(KIND_OF[said.kind], facts, examined, place)
    name = kept.free_name(case, "mail")
    held = [Disclosure.make(secrets.token_bytes(SALT_BYTES), name, FileValue.of(data, MAIL_TYPE, file_name))]
    files = [data]
    if examined.known.capture is not None:
        taken = examined.known.capture.encode()
        value = FileValue.of(taken, CAPTURE_TYPE, f"{name}-dns.json")
        held.append(Disclosure.make(secrets.token_bytes(SALT_BYTES), f"{name}-dns", value))
        files.append(taken)
    kind = KINDS[KIND_OF[said.kind]]
    recorded = sign_in_case(
        where.folder, case, kind, facts, held, files=files, api=where.api, trust=where.trust, yes=where.yes,
        then=lambda statement: attest_command(statement, attesters), language=language,
    )  # fmt: skip
    return Added(examined, recorded, held[0], held[1] if len(held) > 1 else None, tuple(attesters))


def added_json(added: Added, answers: list[Json]) -> JsonObject:
    """The result for programs."""
    recorded = added.recorded
    return {
        "statement": encode_hex(recorded.signed.id),
        "kind": recorded.signed.statement.kind,
        "facts": dict(recorded.signed.statement.facts),
        "index": recorded.index,
        "remarks": [*recorded.remarks],
        "private": [item.name for item in (added.mail, added.capture) if item is not None],
        "mail": examined_json(added.examined),
        "attesters": answers,
    }


def check_options(said: Said) -> None:
    """Raises MalformedRequest, with the words that may be named, before anybody is asked for anything."""
    if said.on is not None:
        parse_date(said.on, MalformedRequest, "--on")
    given = {"--until": said.until, "--reason": said.reasons or None, "--mode": said.mode}
    allowed = {"acknowledged": set(), "extended": {"--until", "--reason"}}.get(said.kind, {"--mode", "--reason"})
    extra = sorted(name for name, value in given.items() if value and name not in allowed)
    if extra:
        raise MalformedRequest(f"{', '.join(extra)} does not belong to --as {said.kind}")
    words = {"--reason": EXTENSION_REASONS if said.kind == "extended" else REFUSAL_REASONS, "--mode": MODES}
    needed = {"extended": ("--until", "--reason"), "acknowledged": (), "refused": ("--mode", "--reason")}
    missing = [name for name in needed.get(said.kind, ("--mode",)) if not given[name]]
    if missing:
        listed = [f"{name} ({', '.join(words.get(name, ('a date', 'cause_ends')))})" for name in missing]
        raise MalformedRequest(f"--as {said.kind} needs {' and '.join(listed)} too")
    for name, values in (("--reason", said.reasons), ("--mode", [said.mode] if said.mode else [])):
        wrong = [value for value in values if value not in words[name]]
        if wrong:
            raise MalformedRequest(f"{name} is one of {', '.join(words[name])}, not {wrong[0][:80]!r}")
    if said.kind == "extended" and len(said.reasons) != 1:
        raise MalformedRequest("--as extended has one --reason")


def facts_of(said: Said, examined: Examined, place: str, language: Language = "en") -> dict[str, Json]:
    """The facts of the statement, of options that were checked. Raises MalformedRequest where no day is known."""
    on: Json = said.on or _day_of(said, examined, place, language)
    if said.on is not None:
        _remark_day(said, examined, place, language)
    if said.kind == "acknowledged":
        return {"received_on": on}
    if said.kind == "extended":
        return {"until": said.until, "reason": said.reasons[0], "notified_on": on}
    reasons: list[Json] = [*sorted(set(said.reasons))]
    return {"answered_on": on, "mode": said.mode, "reasons": reasons}


def _is_undated_receipt(said: Said, examined: Examined) -> bool:
    """Whether it is an acknowledgement with a signature, and nothing signed says when it was written."""
    is_signed = examined.check.chosen is not None
    return said.kind == "acknowledged" and is_signed and written_at(examined.mail, examined.check) is None


def _day_of(said: Said, examined: Examined, place: str, language: Language) -> str:
    if _is_undated_receipt(said, examined):
        today = days_in(datetime.now(UTC), place)[1]
        note(line("day_of_check", language, day=today, place=place))
        return today.isoformat()
    days = stated_days(examined.mail, place)
    if days is None:
        raise MalformedRequest("the mail has no single Date that can be read; name the day with --on DATE")
    # In a place with several zones the day that favours the company: nobody can say that it was made later or earlier.
    day = days[1] if said.kind == "acknowledged" else days[0]
    name = "day_signed" if "date" in examined.check.signed_headers else "day_unsigned"
    note(line(name, language, day=day, place=place))
    return day.isoformat()


def _remark_day(said: Said, examined: Examined, place: str, language: Language) -> None:
    """Say beforehand what an attester would not support: a day that the mail itself does not show."""
    days, stated = stated_days(examined.mail, place), parse_date(said.on, MalformedRequest, "--on")
    if _is_undated_receipt(said, examined):
        today = days_in(datetime.now(UTC), place)[1]
        if stated < today:
            note(line("no_day_of_receipt", language, day=today, place=place))
        return
    if days is None or "date" not in examined.check.signed_headers:
        note(line("no_day", language))
        return
    fits = days[1] <= stated if said.kind == "acknowledged" else days[0] <= stated <= days[1]
    if not fits:
        note(line("other_day", language, day=days[0], place=place))


def _refuse_day(kind: str, facts: Mapping[str, Json], examined: Examined, place: str) -> None:
    """As attesters do it (docs/spec/attester.md, step 8). A mail without a signature that counts is theirs to judge."""
    if examined.check.chosen is None:
        return
    try:
        # Attesters ask their own clocks, whatever time of receipt was named here.
        check_day(kind, facts, written_at(examined.mail, examined.check), place, datetime.now(UTC))
    except RefusedMail as error:
        raise RefusedMail(
            f"{error}. Attesters refuse that, so nothing is signed. Leave --on out to take the mail's own day, or "
            "record it without --attester, as your own word"
        ) from None


def _refuse_unfit(examined: Examined, case: CaseFile) -> None:
    if examined.binding.where == "other_case":
        others = ", ".join(encode_hex(found) for found in examined.binding.cases[:3])
        raise RefusedMail(
            f"the signed part of this mail names case {others}, not {encode_hex(case.case)}; "
            "nothing was signed. Record it in that one with --case and its id"
        )
    if examined.check.result == "failed":
        why = "; ".join(reason.text for reason in examined.check.reasons)
        raise VerificationMail(
            f"this is not the mail that was signed ({why}), so it proves nothing and could be turned against you. Take "
            "the original: habeas mail original",
            "signature_mismatch",
        )


def attest_later(where: Where, case: CaseFile, statement: bytes, urls: Sequence[str]) -> list[Json]:
    """``attest`` for a statement that is on record already: who the attesters are is asked first, as ``add`` does."""
    check_addresses(urls)
    mail_of(case, statement)
    silent: dict[str, str] = {}
    asked = check_attesters(urls, case, where.api, where.trust, silent)
    answers = attest(where, case, statement, asked) if asked else []
    return [*answers, *(_answer_json(MailAnswer(url, problem)) for url, problem in silent.items())]


def attest(where: Where, case: CaseFile, statement: bytes, urls: Sequence[str]) -> list[Json]:
    """Hand the mail behind a recorded statement to attesters, and keep what they answer.

    An attester that does not answer is a line of the result and stops nobody: the statement is on record, and
    it can be asked again.
    """
    item = mail_of(case, statement)
    data = kept.bytes_of(where.folder, case.case, item)
    if data is None:
        raise RefusedNotFound(f"the bytes of {item.name} are not in your folder; nobody can check a mail without them")
    signed = case.entry(statement).signed
    with open_client(where.api or case.api, read_policy(where.trust)) as client:
        if case.entry(statement).receipt is None:
            keep_receipt(where.folder, case, statement, client.submit(signed))
        info = client.info()
    answers: list[Json] = []
    for answer in ask_attesters(urls, data, item, info, signed):
        if answer.problem is None:
            _keep_answer(where.folder, case, statement, answer.capture, answer.capture_disclosure, answer.attested)
        answers.append(_answer_json(answer))
    return answers


def _answer_json(answer: MailAnswer) -> JsonObject:
    return {
        "url": answer.url,
        "problem": answer.problem,
        "attester": encode_hex(answer.attester) if answer.attester else None,
        "result": answer.result or None,
        "case_in": answer.case_in,
        "at": answer.at or None,
        "reasons": [{"code": code, "text": text} for code, text in answer.reasons],
        "attested": [
            {"check": each.check, "result": each.result, "statement": encode_hex(each.signed.id), "index": each.index}
            for each in answer.attested
        ],
    }


def _keep_answer(
    folder: Path,
    case: CaseFile,
    statement: bytes,
    capture: bytes | None,
    opened: Disclosure | None,
    attested: Sequence[_Attestation],
) -> None:
    signed = tuple(each.signed for each in attested)
    if capture is not None and opened is not None:
        kept.keep(folder, case.case, capture)
    item = Attested(statement, signed, (opened,) if opened is not None else ())
    if signed:
        casefolder.update(folder, case.case, lambda held: held.add_attested(item))


def next_line(statement: bytes, answers: Sequence[Json], language: Language = "en") -> str | None:
    """How to ask again those that did not answer or refused; None where there are none."""
    open_ = [str(item["url"]) for item in answers if isinstance(item, dict) and item["problem"] is not None]
    return line("again", language, command=attest_command(statement, open_)) if open_ else None


def answer_lines(answers: Sequence[Json], language: Language = "en") -> list[str]:
    """What attesters said, for people; their reasons in the language of whoever reads."""
    lines = []
    for answer in answers:
        if not isinstance(answer, dict):
            continue
        if answer["problem"] is not None:
            lines.append(line("not_attested", language, url=answer["url"], problem=answer["problem"]))
            continue
        name = "attested" if answer["attested"] else "attested_nothing"
        lines.append(
            line(
                name, language, url=answer["url"], result=result_words(str(answer["result"]), language), at=answer["at"]
            )
        )
        reasons = answer["reasons"]
        for reason in reasons if isinstance(reasons, list) else []:
            if isinstance(reason, dict):
                lines.append(f"  - {reason_words(str(reason['code']), str(reason['text']), language)}")
    return lines
