"""The worker: one process that sequences, follows the chain, anchors and keeps proofs.

Loops run side by side and survive each other's faults. *Sequencing* needs the database alone:
recording goes on while the chain is gone. *Anchoring* opens the home chain, tries again with
growing pauses while it does not answer, and stops for good where going on could do harm: another
chain, another contract, a head that is not ours, a final block that changed. Anything else that goes
wrong in any loop, also a bug, is logged and tried again. *Stamping* runs where time authorities are set, and
concerns neither of the others. A tile that somebody missed is written
again from the database.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable

from ledger.errors import (
    HabeasError,
    RuntimeFinality,
    RuntimeForeignChain,
    RuntimeLease,
    RuntimeLog,
    RuntimePortTaken,
    RuntimeSetting,
    RuntimeStore,
    RuntimeWrongContract,
)
from ledger.runtime.anchorer import Anchorer, Round
from ledger.runtime.chain_store import ChainStore
from ledger.runtime.home import Home, open_home
from ledger.runtime.networks import EMBEDDED
from ledger.runtime.stamper import Stamper
from ledger.runtime.stamps import Stamps
from ledger.runtime.state import record_state
from ledger.runtime.time_settings import time_authorities
from ledger.runtime.wiring import Services

_log = logging.getLogger(__name__)
LONGEST_PAUSE_S = 60.0
_IDLE_S, _BUSY_S = 1.0, 0.25
_STAMP_S = 2.0
# Nodes of public chains count requests, a round asks about ten, and a block takes up to 12 s.
_PUBLIC_IDLE_S, _PUBLIC_BUSY_S = 12.0, 4.0
# After these, trying again could write to the wrong place or hide a broken promise.
STOPS = (RuntimeForeignChain, RuntimeWrongContract, RuntimeFinality, RuntimeLog)
# Wrong from the start: whoever set it must change it. Want of ether, later on, passes by itself.
_OPENING_STOPS = (*STOPS, RuntimeSetting, RuntimePortTaken)


class Worker:
    """Runs until ``stop`` is set. ``opener`` opens the home chain and is an argument for tests."""

    def __init__(self, services: Services, opener: Callable[[Services], Home] = open_home) -> None:
        if services.sequencer is None or services.operator is None:
            settings = services.settings
            raise RuntimeSetting(f"a worker needs {settings.log_key_path} and {settings.anchor_key_path}")
        self._services, self._opener = services, opener
        self._sequencer, self._operator = services.sequencer, services.operator
        self.opened = threading.Event()
        """Set once the ledger is open and its chain proven."""
        self.stopped: HabeasError | None = None
        """Why anchoring stopped for good, if it did."""
        self.round: Round | None = None
        """The newest round of anchoring."""
        self.home: Home | None = None
        self.sequencing_fault: str | None = None
        """Why the newest attempt to sequence failed, if it did."""
        self._anchorer: Anchorer | None = None
        self._stamper = _stamper(services)
        self._next_repair = 0.0

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop``; what was begun is finished. Raises nothing that a restart would mend."""
        others = [threading.Thread(target=self._anchoring, args=(stop,), name="anchoring")]
        if self._stamper is not None:
            others.append(threading.Thread(target=self._stamping, args=(self._stamper, stop), name="stamping"))
        for other in others:
            other.start()
        try:
            self._sequencing(stop)
        finally:
            stop.set()
            for other in others:
                other.join()

    def status(self) -> dict[str, object]:
        """What the loops did last, for logs and the command line."""
        newest = self.round
        return {
            "open": self.opened.is_set(),
            "sequencing_fault": self.sequencing_fault,
            "stopped": str(self.stopped) if self.stopped else None,
            "word": newest.word if newest else None,
            "size": newest.size if newest else None,
            "anchored": newest.anchored if newest else None,
            "final": newest.final if newest else None,
            "open_tickets": newest.open_tickets if newest else None,
        }

    def _sequencing(self, stop: threading.Event) -> None:
        period = self._services.settings.checkpoint_period_ms / 1000
        failures = 0
        while not stop.is_set():
            started = time.monotonic()
            try:
                if self._services.ledger is not None or self._find_ledger():
                    self._repair_files()
                    self._sequencer.sequence()
                failures, self.sequencing_fault = 0, None
            except RuntimeLease as error:
                if not failures:  # once, not for as long as the other one lives
                    _log.info("another worker sequences: %s", error)
                failures = 1
            except Exception as error:  # noqa: BLE001 - statements would be accepted and never recorded
                failures += 1
                self.sequencing_fault = f"{type(error).__name__}: {error}"
                expected = isinstance(error, (HabeasError, OSError))
                _log.error("sequencing failed, trying again: %s", error, exc_info=None if expected else error)
            pause = _pause(failures, period) if failures else period - (time.monotonic() - started)
            stop.wait(max(0.0, pause))

    def _repair_files(self) -> None:
        reader, now = self._services.reader, time.monotonic()
        if reader.missing is None or now < self._next_repair:
            return
        _log.error("%s is missing; all files are written again", reader.missing)
        self._next_repair = now + LONGEST_PAUSE_S  # the whole log is much to write
        self._sequencer.repair()
        reader.missing = None

    def _find_ledger(self) -> bool:
        try:
            self._services.require_ledger()
        except RuntimeLog:
            return False  # the other loop opens it when its chain answers
        return True

    def _anchoring(self, stop: threading.Event) -> None:
        embedded = self._services.settings.chain == EMBEDDED
        idle, busy = (_IDLE_S, _BUSY_S) if embedded else (_PUBLIC_IDLE_S, _PUBLIC_BUSY_S)
        try:
            failures = 0
            while not stop.is_set():
                try:
                    done = self._round()
                    failures, pause = 0, busy if done.busy else idle
                    self._tell("anchoring", done.word)
                    self.round = done  # seen by others only once the state says so
                except STOPS as error:
                    self._stop_for_good(error)
                    return
                except Exception as error:  # noqa: BLE001 - a thread that ends unseen would be worse than any fault
                    if self._anchorer is None and isinstance(error, _OPENING_STOPS):
                        self._stop_for_good(error)
                        return
                    failures += 1
                    pause = _pause(failures, _IDLE_S)
                    self._note_fault(error, pause)
                stop.wait(pause)
        finally:
            self._close_home()

    def _stamping(self, stamper: Stamper, stop: threading.Event) -> None:
        while not stop.wait(_STAMP_S):
            if self.round is None:
                continue  # another worker holds the lease, or the chain was not proven yet
            try:
                stamper.round()
            except Exception as error:  # noqa: BLE001 - as in the other loops
                expected = isinstance(error, HabeasError)
                _log.warning("stamping is tried again: %s", error, exc_info=None if expected else error)

    def _round(self) -> Round:
        """One round, by the holder of the lease alone: there is one owner of the nonce."""
        self._services.lease.hold()
        if self._anchorer is None:
            self._anchorer = self._open()
        done = self._anchorer.round()
        if self.home is not None and self.home.process is not None:
            self.home.process.pace(done.busy or not done.size == done.anchored == done.final)
        return done

    def _note_fault(self, error: Exception, pause: float) -> None:
        expected = isinstance(error, HabeasError)
        _log.warning("anchoring waits %.0f s: %s", pause, error, exc_info=None if expected else error)
        # /readyz shows it to everybody, and only messages of our own are known to hold no secret.
        self._tell("waiting", str(error) if expected else f"an unexpected fault ({type(error).__name__}), see the log")
        process = self.home.process if self.home is not None else None
        if isinstance(error, RuntimeLease):
            self._close_home()  # whoever holds the lease now needs the chain's folder
        elif process is not None and not process.alive():
            _log.warning("the embedded chain ended; starting it again")
            self._close_home()

    def _close_home(self) -> None:
        if self.home is not None:
            self.home.stop()
        self.home = self._anchorer = None

    def _open(self) -> Anchorer:
        home = self.home = self._opener(self._services)
        self.opened.set()
        store = ChainStore(self._services.store, home.identity)
        reader, key = self._services.reader, self._operator.private
        return Anchorer(home.chain, store, reader, self._sequencer, key, home.rules)

    def _stop_for_good(self, error: HabeasError) -> None:
        _log.error("anchoring stopped, recording goes on: %s", error)
        self._tell("stopped", str(error))
        self.stopped = error

    def _tell(self, word: str, detail: str) -> None:
        try:
            record_state(self._services.store, word, detail)
        except RuntimeStore as error:
            _log.error("state not recorded: %s", error)


def _stamper(services: Services) -> Stamper | None:
    """None without time authorities. Raises RuntimeSetting where their roots cannot be read."""
    authorities, key = time_authorities(services.settings), services.log_key
    if not authorities or key is None:
        return None
    return Stamper(Stamps(services.store), services.reader, key.verifier, authorities)


def _pause(failures: int, base: float) -> float:
    # Jitter, so that several processes do not ask a node that comes back all at once.
    return float(min(LONGEST_PAUSE_S, base * 2 ** min(failures, 10)) * random.uniform(0.5, 1.0))
