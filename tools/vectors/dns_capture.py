"""Cases for DNS captures and DNSSEC chains: ``python -m tools.vectors.dns_capture``."""

from __future__ import annotations

from tools.vectors import _dns_chain_cases, _dns_key_cases, _dns_parse_cases
from tools.vectors.writing import Cases


def main() -> None:
    cases = Cases("dns_capture")
    _dns_parse_cases.add(cases)
    _dns_key_cases.add(cases)
    _dns_chain_cases.add(cases)
    cases.write()


if __name__ == "__main__":
    main()
