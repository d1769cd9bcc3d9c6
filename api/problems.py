"""/problems/<type>: the help page of each problem type, from docs/problems/<type>.md."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter

from api.caching import REVALIDATE, respond
from api.errors import every_error, status_of
from api.markdown import render
from api.openapi import gives, problems, unchanged
from ledger.errors import HabeasError, RefusedNotFound

HTML = "text/html; charset=utf-8"
SAFE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'"}
_STYLE = "body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 sans-serif}code,pre{background:#eee}"
# In a checkout the pages are where people read them; a wheel carries them beside this module.
_FOLDERS = (Path(__file__).parents[1] / "docs" / "problems", Path(__file__).parent / "problem_pages")
router = APIRouter(prefix="/problems", tags=["problems"])
ProblemType = Annotated[str, PathParameter(pattern="^[a-z-]{1,60}$", description="The last part of a problem's type.")]


@cache
def known_types() -> dict[str, type[HabeasError]]:
    """Every problem type and its class."""
    return {error.type: error for error in every_error()}


def page_source(name: str) -> str:
    """The Markdown of a problem's page. Raises RefusedNotFound."""
    for folder in _FOLDERS:
        path = folder / f"{name}.md"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise RefusedNotFound(f"there is no page for the problem {name}")


def page(title: str, body: str) -> bytes:
    """A whole HTML page that needs nothing else."""
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
    )
    return (
        f'<!doctype html><html lang="en"><head>{head}<style>{_STYLE}</style></head><body>{body}</body></html>'.encode()
    )


@router.get(
    "",
    summary="All problem types",
    responses={**gives(HTML, "A page for people."), **unchanged(), **problems()},
)
async def index(request: Request) -> Response:
    """Every `type` that a problem of this API can have."""
    items = "".join(
        f'<li><a href="/problems/{name}"><code>{name}</code></a> ({status_of(error)}): {html.escape(error.title)}</li>'
        for name, error in sorted(known_types().items())
    )
    return respond(request, page("Problems", f"<h1>Problems</h1><ul>{items}</ul>"), HTML, REVALIDATE, headers=SAFE)


@router.get(
    "/{name}",
    summary="What a problem type means",
    responses={**gives(HTML, "A page for people."), **unchanged(), **problems(404)},
)
async def read(request: Request, name: ProblemType) -> Response:
    """What happened, and what to do."""
    if name not in known_types():
        raise RefusedNotFound(f"{name} is no problem type of this API")
    body = page(known_types()[name].title, render(page_source(name)))
    return respond(request, body, HTML, REVALIDATE, headers=SAFE)
