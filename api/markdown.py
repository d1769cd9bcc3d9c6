"""The little Markdown that the problem pages use, as HTML: headings, paragraphs, lists, code, links.

Everything else is shown as it is written. All text is escaped first, so no page can bring markup.
"""

from __future__ import annotations

import html
import re

_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")


def render(text: str) -> str:
    """HTML of a page."""
    return "".join(_block(block) for block in re.split(r"\n{2,}", text.strip()))


def _block(block: str) -> str:
    lines = block.split("\n")
    level = len(lines[0]) - len(lines[0].lstrip("#"))
    if 1 <= level <= 3 and len(lines) == 1:
        return f"<h{level}>{_inline(lines[0][level:].strip())}</h{level}>"
    if lines[0].startswith("```") and lines[-1].startswith("```"):
        return f"<pre>{html.escape(chr(10).join(lines[1:-1]))}</pre>"
    if lines[0].startswith("- "):
        items = " ".join(line.strip() if not line.startswith("- ") else f"\n{line[2:]}" for line in lines)
        return "<ul>" + "".join(f"<li>{_inline(item.strip())}</li>" for item in items.strip().split("\n")) + "</ul>"
    return f"<p>{_inline(' '.join(lines))}</p>"


def _inline(text: str) -> str:
    safe = _CODE.sub(r"<code>\1</code>", html.escape(text))
    return _STRONG.sub(r"<strong>\1</strong>", _LINK.sub(_anchor, safe))


def _anchor(match: re.Match[str]) -> str:
    target = match[2]
    if not target.startswith(("https://", "/", "#")):
        return match[1]
    return f'<a href="{target}">{match[1]}</a>'
