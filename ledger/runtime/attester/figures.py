"""Prometheus figures of an attester's process. Nothing here names a person, a case, a company or a domain."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class AttesterFigures:
    """The figures of one process in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter("habeas_http_requests", "Requests by status code.", ["status"], registry=self._registry)
        self.attested = Counter(
            "habeas_attested",
            "Mails checked by result: grades, failed, undetermined, or the problem type.",
            ["result"],
            registry=self._registry,
        )
        self.attest_seconds = Histogram(
            "habeas_attest_seconds", "From a mail's last byte to the answer.", buckets=_SECONDS, registry=self._registry
        )
        self.keys = Counter(
            "habeas_company_keys",
            "Company keys asked for by result: bound, standing, or the problem type.",
            ["result"],
            registry=self._registry,
        )

    def render(self) -> bytes:
        """The text format 0.0.4."""
        return generate_latest(self._registry)
