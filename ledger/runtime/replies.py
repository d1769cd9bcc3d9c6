"""What a resolver's reply says to one question, as the capture keeps it."""

from __future__ import annotations

import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.RRSIG import RRSIG

from ledger.errors import MalformedCapture
from ledger.mail.asked import MAX_ANSWER_BYTES, MAX_CNAMES, MAX_RECORDS, Answer, Question, check_answer
from ledger.mail.chain import SignedSet


def read_reply(reply: dns.message.Message, question: Question) -> Answer:
    """The answer in ``reply``; one that the capture cannot hold is a failed one."""
    rcode = reply.rcode()
    if rcode == dns.rcode.SERVFAIL:
        return Answer.failed("servfail")
    if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Answer.failed("refused")
    try:
        path, found = follow(reply, question.name, question.type)
        cnames = tuple(_text(_target(each)) for each in path)
        records = tuple(sorted({rdata.to_digestable() for rdata in found or ()}))
        if len(records) > MAX_RECORDS or sum(map(len, records)) > MAX_ANSWER_BYTES:
            return Answer.failed("too_large")
        if records:
            return check_answer(Answer("answer", cnames, records), question.type)
        return check_answer(Answer("nxdomain" if rcode == dns.rcode.NXDOMAIN else "nodata", cnames), question.type)
    except MalformedCapture:
        return Answer.failed("malformed")


def follow(reply: dns.message.Message, name: str, rdtype: str) -> tuple[list[dns.rrset.RRset], dns.rrset.RRset | None]:
    """The aliases from ``name`` on, in order, and the records at their end.

    Records that are not on this path are somebody's guess at what we might believe (RFC 2181 section 5.4.1).
    Raises MalformedCapture for a path that is none.
    """
    here = dns.name.from_text(name)
    path: list[dns.rrset.RRset] = []
    while True:
        found = _get(reply, here, dns.rdatatype.from_text(rdtype))
        alias = None if found is not None else _get(reply, here, dns.rdatatype.CNAME)
        if alias is None:
            return path, found
        path.append(alias)
        here = _target(alias)
        if len(path) > MAX_CNAMES or any(each.name == here for each in path):
            raise MalformedCapture(f"the aliases of {name} are too many, or lead back")


def signed_set(reply: dns.message.Message, rrset: dns.rrset.RRset) -> SignedSet:
    """The records with their signatures out of the reply. Raises MalformedCapture."""
    signatures = reply.get_rrset(reply.answer, rrset.name, dns.rdataclass.IN, dns.rdatatype.RRSIG, covers=rrset.rdtype)
    return SignedSet.make(rrset.name, list(rrset), [each for each in signatures or () if isinstance(each, RRSIG)])


def _get(reply: dns.message.Message, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.rrset.RRset | None:
    return reply.get_rrset(reply.answer, name, dns.rdataclass.IN, rdtype)


def _target(alias: dns.rrset.RRset) -> dns.name.Name:
    first = alias[0]
    if len(alias) != 1 or not isinstance(first, CNAME):
        raise MalformedCapture(f"{alias.name} has several aliases")
    target: dns.name.Name = first.target
    return target


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
