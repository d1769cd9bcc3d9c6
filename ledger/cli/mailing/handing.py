"""Before a mail is handed to attesters: are these attesters, of this ledger, and bound there. And the step after.

Whatever is signed stays in the log for ever, so a mistyped address must be found before that. An attester that
leaves in the meantime can be asked again, and any number of times.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from ledger.cli.attesting import About, check_address, read_about
from ledger.cli.casefile import CaseFile
from ledger.cli.client import LedgerInfo, open_client
from ledger.cli.kept import file_of
from ledger.cli.signing import ledger_is_needed
from ledger.cli.verify import read_policy
from ledger.disclosure import Disclosure
from ledger.encoding import encode_hex
from ledger.errors import HabeasError, MalformedRequest, Refused, RefusedNotFound, RuntimeFault
from ledger.mail import MAIL_TYPE

SCOPE = "dkim"
NOTHING_SIGNED = (
    "Nothing was signed. Correct --attester; or leave it out, record the mail as your own word now, and hand it over "
    "any time later with: habeas mail attest STATEMENT --attester URL"
)
NOTHING_SENT = (
    "Nothing was handed over, to nobody. Correct --attester, or leave this one out: the statement is on your record, "
    "and the mail can be handed over any time later"
)


def check_addresses(urls: Sequence[str]) -> None:
    """Raises MalformedRequest for an address to which no mail is handed, before anybody is asked for anything."""
    for url in urls:
        check_address(url, "--attester")


def check_attesters(
    urls: Sequence[str], case: CaseFile, api: str | None, trust: Path | None, silent: dict[str, str] | None = None
) -> tuple[str, ...]:
    """Ask each attester who it is, and the ledger whom it has bound; the addresses to hand the mail to, each attester
    once. Raises the error of the first that will not do.

    ``silent``, for a mail that is on record already, takes those that do not answer, with the reason: they stop nobody.
    """
    if not urls:
        return ()
    with (
        open_client(api or case.api, read_policy(trust)) as client,
        ledger_is_needed() if silent is None else nullcontext(),
    ):
        info = client.info()
    found: dict[bytes, str] = {}
    for url in urls:
        try:
            who = read_about(url)
            _check(url, who, info)
        except HabeasError as error:
            if silent is not None and isinstance(error, RuntimeFault):
                silent[url] = str(error)
                continue
            raise type(error)(f"{error}. {NOTHING_SIGNED if silent is None else NOTHING_SENT}") from None
        found.setdefault(who.address, url)
    return tuple(found.values())


def _check(url: str, who: About, info: LedgerInfo) -> None:
    named = f"{url} ({who.name}, {encode_hex(who.address)})"
    if info.origin not in who.ledgers:
        works = ", ".join(sorted(who.ledgers)) or "no ledger"
        raise Refused(f"{named} works for {works}, not for {info.origin}")
    if SCOPE not in who.scopes:
        raise Refused(f"{named} does not check mail; it checks {', '.join(who.scopes) or 'nothing'}")
    if info.attesters is not None and SCOPE not in info.attesters.get(who.address, ()):
        raise Refused(
            f"{named} is not bound for mail in {info.origin}, which would not take what it says; the operator of the "
            f"ledger binds it: habeas attester bind {url} --scope {SCOPE}"
        )


def mail_behind(held: Sequence[Disclosure]) -> Disclosure | None:
    """The mail among the private fields of a statement."""
    for item in held:
        value = file_of(item)
        if value is not None and value.media_type == MAIL_TYPE:
            return item
    return None


def mail_of(case: CaseFile, statement: bytes) -> Disclosure:
    """The mail behind one's own statement. Raises RefusedNotFound."""
    found = mail_behind(case.entry(statement).disclosures)
    if found is None:
        raise RefusedNotFound(f"no mail stands behind statement {encode_hex(statement)}")
    return found


def attest_command(statement: bytes, urls: Sequence[str] = ()) -> str:
    """The command that hands the mail behind a statement to attesters, as it can be typed."""
    if any(set(url) & set(" \t'\"$`\\") for url in urls):
        raise MalformedRequest("an --attester has no blanks or quotes in it")
    return " ".join(("habeas mail attest", encode_hex(statement), *(f"--attester {url}" for url in urls or ("URL",))))
