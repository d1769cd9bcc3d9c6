"""Company keys by several resolvers: each is asked, and enough must say the same (docs/spec/attester.md)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.errors import HabeasError, RefusedWellKnown
from ledger.mail.quorum import is_quorum
from ledger.runtime.wellknown import DnsKeyFinder, Method


@dataclass(frozen=True)
class QuorumKeyFinder:
    """TXT records at ``_habeas.<domain>`` by every resolver; of 3 to 5 one may say something else, of more two.

    Of two both must say the same: one that lies would else outvote one that knows of no record. One alone could bind
    whatever key it likes.
    """

    finders: Sequence[DnsKeyFinder]
    method: Method = "dns"

    async def find(self, company: str) -> tuple[bytes, ...]:
        """See ``KeyFinder``. Raises what the resolvers agree on, if it is that there is nothing."""
        if len(self.finders) < 2:
            raise RefusedWellKnown(
                "this attester asks one DNS resolver alone, whose word binds no key; publish the key in the well-known"
                " file, or ask another attester"
            )
        answers = await asyncio.gather(*(finder.find(company) for finder in self.finders), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, HabeasError):
                raise answer
        found = [answer for answer in answers if isinstance(answer, tuple)]
        wrong = [answer for answer in answers if isinstance(answer, HabeasError)]
        keys, count = Counter(found).most_common(1)[0] if found else ((), 0)
        asked = len(answers)
        if is_quorum(count, asked):
            return keys
        if not found:
            raise wrong[0]
        raise RefusedWellKnown(f"the resolvers disagree about {company}: at most {count} of {asked} name the same keys")
