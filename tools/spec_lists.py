"""Write the kinds and closed lists of ``ledger/kinds.py`` into docs/spec/statement.md.

python -m tools.spec_lists            replace the generated part of the page
python -m tools.spec_lists --check    exit 1 if the page and the code differ
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ledger import kinds
from ledger.kinds import COUNTRIES, KINDS, Check, Kind

PAGE = Path(__file__).resolve().parents[1] / "docs" / "spec" / "statement.md"
BEGIN = "<!-- generated from ledger/kinds.py by tools/spec_lists.py: begin -->"
END = "<!-- generated: end -->"
ROLES = ("requester", "company", "attester", "operator")


def render() -> str:
    """The generated part: one table of kinds, then every closed list that has a name."""
    rows = ["| Kind | Written by | `case` | `company` | Facts |", "|---|---|---|---|---|"]
    rows += [_row(kind) for kind in KINDS.values()]
    lists = [f"- **{name}** ({_used(values)}): {_words(values)}" for name, values in _named()]
    lists.append(f"- **countries** (`place`, first two letters): {_words(sorted(COUNTRIES))}")
    return "\n".join([*rows, "", "Closed lists. A value added later is a new version of its kinds.", "", *lists])


def _row(kind: Kind) -> str:
    writers = ", ".join(role for role in ROLES if role in kind.writers)
    facts = [_fact(name, check) for name, check in kind.required.items()]
    facts += [f"{_fact(name, check)} (optional)" for name, check in kind.optional.items()]
    case = "required" if kind.has_case else "absent"
    return f"| `{kind.name}` | {writers} | {case} | {kind.company} | {'; '.join(facts) or 'none'} |"


def _fact(name: str, check: Check) -> str:
    return " ".join(part for part in (f"`{name}`", check.words, _values(check)) if part)


def _values(check: Check) -> str:
    if not check.values:
        return ""
    names = {values: name for name, values in _named()}
    return f"*{names[check.values]}*" if check.values in names else _words(check.values)


def _named() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The closed lists that are constants of ``ledger/kinds.py``, in its order."""
    for name, value in vars(kinds).items():
        if name.isupper() and not name.startswith("_") and isinstance(value, tuple):
            yield name.lower().replace("_", " "), value


def _used(values: tuple[str, ...]) -> str:
    facts = (facts for kind in KINDS.values() for facts in (kind.required, kind.optional))
    names = {name for mapping in facts for name, check in mapping.items() if check.values == values}
    return ", ".join(f"`{name}`" for name in sorted(names))


def _words(values: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def replaced(page: str) -> str:
    """``page`` with its generated part written anew."""
    head, _, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not end:
        raise ValueError(f"{PAGE.name} lacks the marks {BEGIN} and {END}")
    return f"{head}{BEGIN}\n{render()}\n{END}{tail}"


def main() -> int:
    """Exit code 0, or 1 where ``--check`` finds a difference."""
    page = PAGE.read_text(encoding="utf-8")
    wanted = replaced(page)
    if "--check" in sys.argv[1:]:
        return 0 if page == wanted else 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
