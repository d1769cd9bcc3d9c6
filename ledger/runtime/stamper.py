"""Asks time-stamp authorities for tokens over anchored checkpoints (docs/spec/stamp.md, "Asking").

It runs beside anchoring and never in its way: an authority that is slow, down or wrong costs a token and nothing
else. Each is asked again with growing pauses of its own. What does not verify is not stored.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx2

from ledger.errors import HabeasError, RefusedNotFound, RuntimeTimeAuthority
from ledger.note import VerifierKey
from ledger.runtime.log_reader import LogReader
from ledger.runtime.rpc import shown
from ledger.runtime.stamps import Stamps, Taken
from ledger.runtime.time_settings import AskedAuthority
from ledger.stamp.request import MAX_RESPONSE, REQUEST_TYPE, RESPONSE_TYPE, encode_request, parse_response
from ledger.stamp.verify import stamped_note, verify_stamp

_log = logging.getLogger(__name__)
TIMEOUT_S = 10.0
"""Longest wait for a whole answer."""
_AT_ONCE = 16
"""Trees that one authority is asked about in a round."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 5.0, 900.0


@dataclass(slots=True)
class _Patience:
    """How often an authority failed in a row, and when (monotonic seconds) it is asked again."""

    failures: int = 0
    not_before: float = 0.0


class Stamper:
    """Stamps the anchored trees of one log. Run by whoever anchors."""

    def __init__(
        self,
        stamps: Stamps,
        log: LogReader,
        key: VerifierKey,
        authorities: Sequence[AskedAuthority],
        clock: Callable[[], float] = time.time,
        timeout: float = TIMEOUT_S,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """``clock`` is Unix seconds; ``steady`` is monotonic seconds, by which it waits."""
        self._stamps, self._log, self._key, self._clock, self._timeout = stamps, log, key, clock, timeout
        self._steady = steady
        self._authorities = {item.trust.name: item for item in authorities}
        self._patience = {name: _Patience() for name in self._authorities}

    def round(self) -> int:
        """Ask whoever is due for what it lacks; how many tokens were taken. Raises RuntimeStore."""
        return sum(self._ask_for_all(name) for name in self._authorities if self._is_due(name))

    def _is_due(self, name: str) -> bool:
        return self._steady() >= self._patience[name].not_before

    def _ask_for_all(self, name: str) -> int:
        taken = 0
        for size in self._stamps.lacking(name, int(self._clock()), _AT_ONCE):
            try:
                note = self._log.note(size)
            except RefusedNotFound:
                continue  # a log that was restored from its files has not all of its checkpoints
            try:
                stamp = self.ask(name, note)
            except HabeasError as error:
                self._wait(name, error)
                break
            self._stamps.keep(stamp, int(self._clock()))
            self._patience[name] = _Patience()
            taken += 1
        return taken

    def ask(self, name: str, checkpoint: bytes) -> Taken:
        """A verified token of the authority over a checkpoint.

        Raises RuntimeTimeAuthority where it does not answer, MalformedStamp, MalformedSize and VerificationStamp for
        what it answers.
        """
        authority = self._authorities[name]
        found, message = stamped_note(checkpoint, self._key, self._key.name)
        nonce = secrets.randbits(64)
        answer = self._post(authority.url, encode_request(message, nonce))
        token = parse_response(answer, nonce)
        stamp = verify_stamp(token, message, authority.trust, int(self._clock()))
        return Taken(found.size, name, message, token.raw, stamp.not_after)

    def _post(self, url: str, request: bytes) -> bytes:
        """The body of the answer, counted while reading, in size and in time: what is announced is not believed."""
        until = self._steady() + self._timeout
        headers = {"Content-Type": REQUEST_TYPE, "Accept": RESPONSE_TYPE, "Accept-Encoding": "identity"}
        try:
            with (
                httpx2.Client(trust_env=False, timeout=self._timeout, follow_redirects=False) as client,
                client.stream("POST", url, content=request, headers=headers) as response,
            ):
                if response.status_code != 200:
                    raise RuntimeTimeAuthority(f"{shown(url)} answers with HTTP status {response.status_code}")
                data = b""
                for chunk in response.iter_raw():
                    data += chunk
                    if len(data) > MAX_RESPONSE:
                        raise RuntimeTimeAuthority(f"{shown(url)} answers with more than {MAX_RESPONSE} bytes")
                    if self._steady() > until:
                        raise RuntimeTimeAuthority(f"{shown(url)} took more than {self._timeout:g} s")
                return data
        except httpx2.HTTPError as error:
            raise RuntimeTimeAuthority(f"{shown(url)} did not answer: {type(error).__name__}") from None

    def _wait(self, name: str, error: HabeasError) -> None:
        failures = self._patience[name].failures + 1
        pause = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(failures - 1, 10))
        self._patience[name] = _Patience(failures, self._steady() + pause)
        _log.warning("time authority %s is asked again in %.0f s: %s", name, pause, error)
