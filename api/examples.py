"""Examples of the OpenAPI document. A test parses, verifies and compares them."""

from __future__ import annotations

from typing import Any

SIGNED: dict[str, Any] = {
    "signature": (
        "0x73ce332a5d248fe3cb84e54c2ce1b6ccc23594d5ee5baf4fca0d63d1c265f905"
        "4a7bd0cd903538f4d04746c66608f5a4f47816a76a11909aec01b2d8c84917641c"
    ),
    "statement": {
        "author": "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a",
        "company": "shop.example",
        "digests": [],
        "facts": {"acting": "self", "place": "IE", "regime": "eu-gdpr", "related": []},
        "habeas": 1,
        "kind": "case.opened",
        "ledger": "habeas.example/main",
        "recent_block": {"hash": "0xabababababababababababababababababababababababababababababababab", "number": 7},
    },
}
STATEMENT_ID = "0x934c60d0973bececda1d1db134625b0aa6577cfe2d1d3b3801f7cc301a9205d6"
LEAF_HASH = "0x867ca4e74b1f7f287eecdfcf13d4f7f8897dee0377134f0812dfed00c8c7b324"
VKEY = "habeas.example/main+285889f3+AdBKsjJ0K7SrOhNovUYV5ObQIkq3GgFrr4UgozLJd4c3"
PROOF = (
    "c2sp.org/tlog-proof@v1\n"
    "index 3\n"
    "n8ocRucr8fzmWQ/eiQjaHRTF2EeDCcNa3/BX/aeAyXg=\n"
    "xA9RNkcIEkdwjCRFXWsYg0EkMxGKaalNeYPmxEndeMU=\n"
    "\n"
    "habeas.example/main\n"
    "4\n"
    "BK4+idV0ufv7Dkjw2GXM0hGMgdgwVesDKinkQyfBWYs=\n"
    "\n"
    "\N{EM DASH} habeas.example/main "
    "KFiJ81A/EPRvGvYH0lYSMIiC6pm40XodltF6ybU638XuItFo7Nyn2jhi4sCw8m4DEuXNgW0TIxh0X7de6CcK36t5VQw=\n"
)
RECEIPT: dict[str, Any] = {
    "statement": STATEMENT_ID,
    "index": 3,
    "leaf_hash": LEAF_HASH,
    "checkpoint_size": 4,
    "proof": PROOF,
}
BATCH_ANSWER = (
    f'{{"line":1,"statement":"{STATEMENT_ID}","index":3,"status":"recorded"}}\n'
    '{"line":2,"problem":{"type":"/problems/malformed-json","title":"Not canonical JSON","status":400,'
    '"detail":"not JSON: Expecting value: line 1 column 1 (char 0)","instance":"/v1/statements:batch"}}\n'
)
