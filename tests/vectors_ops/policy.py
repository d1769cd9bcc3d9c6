"""Operations of tests/vectors/policy (its README names their members)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.encoding import encode_instant, sha256
from ledger.policy import parse_policy

Values = dict[str, Any]


def _parse(given: Values) -> Values:
    data = bytes.fromhex(given["policy_hex"]) if "policy_hex" in given else given["policy"].encode()
    policy = parse_policy(data + b" " * given.get("spaces_after", 0))
    return {
        "hash": policy.hash.hex(),
        "formats": list(policy.formats),
        "staleness_days": policy.staleness_days,
        "attester_quorum": policy.attester_quorum,
        "ledgers": {
            item.origin: {
                "class": item.ledger_class,
                "vkey": item.vkey.encode(),
                "chain_id": item.chain.id,
                "genesis": item.chain.genesis.hex(),
                "rpc_quorum": item.chain.rpc_quorum,
                "pinned": {block.hex(): number for block, number in item.chain.pinned.items()},
                "contract": item.contract.hex(),
                "code_hash": item.code_hash.hex(),
                "log": item.log.hex(),
                "first_block": item.first_block,
                "auditors": [key.encode() for key in item.auditors],
                "quorum": item.quorum,
                "finality": item.finality,
            }
            for item in policy.ledgers.values()
        },
        "attesters": [
            {"name": item.name, "key": item.key.hex(), "scope": list(item.scope)} for item in policy.attesters
        ],
        "company_keys": [{"company": item.company, "key": item.key.hex()} for item in policy.company_keys],
        "successors": [{"ledger": item.ledger, "continues": item.continues} for item in policy.successors],
        "time_quorum": policy.time_quorum,
        "time_authorities": [
            {
                "name": item.name,
                "roots": [sha256(root).hex() for root in item.roots],
                "root_hashes": [root.hex() for root in item.root_hashes],
                "policies": list(item.policies),
                "accuracy_s": item.accuracy_s,
            }
            for item in policy.time_authorities
        ],
        "company_senders": {
            company: [sorted(known.addresses), known.shared] for company, known in policy.mail.senders.items()
        },
        "company_mail": {company: sorted(names) for company, names in policy.mail.domains.items()},
        "published_keys": [
            {"digest": key.digest.hex(), "published_at": encode_instant(int(key.published_at.timestamp()))}
            for key in policy.mail.published
        ],
        "root_anchors": [
            f"{item.key_tag} {item.algorithm} {item.digest_type} {item.digest.hex()}" for item in policy.mail.anchors
        ],
    }


OPERATIONS: dict[str, Callable[[Values], Values]] = {"policy.parse": _parse}
