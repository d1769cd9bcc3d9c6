"""/docs: the OpenAPI document as a page that needs no script and nothing from another server."""

from __future__ import annotations

import html
import json
from typing import Any

from fastapi import APIRouter, Request, Response

from api.caching import REVALIDATE, respond
from api.openapi import gives, problems, unchanged
from api.problems import HTML, SAFE, page

router = APIRouter(tags=["reference"])


@router.get(
    "/docs",
    summary="This API for people",
    responses={**gives(HTML, "A page for people."), **unchanged(), **problems()},
)
async def reference(request: Request) -> Response:
    """Made from /openapi.json."""
    body = page("Habeas API", _document(request.app.openapi()))
    return respond(request, body, HTML, REVALIDATE, headers=SAFE)


def _document(value: dict[str, Any]) -> str:
    parts = [f"<h1>{_text(value['info']['title'])}</h1>", f"<p>{_text(value['info'].get('description', ''))}</p>"]
    parts.append('<p><a href="/openapi.json">openapi.json</a> · <a href="/problems">problems</a></p>')
    for path, operations in value["paths"].items():
        for method, operation in operations.items():
            parts.append(_operation(method.upper(), path, operation))
    return "".join(parts)


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parts = [f"<h2><code>{method} {_text(path)}</code></h2>"]
    parts.append(f"<p><strong>{_text(operation['summary'])}.</strong> {_text(operation.get('description', ''))}</p>")
    given = [_parameter(item) for item in operation.get("parameters", ())]
    sent = operation.get("requestBody")
    if sent:
        media = next(iter(sent["content"]))
        given.append(f"<li>body, <code>{_text(media)}</code>: {_text(sent['description'])}</li>")
    if given:
        parts.append(f"<p>Takes:</p><ul>{''.join(given)}</ul>")
    if sent:
        parts.append(_example(next(iter(sent["content"].values()))))
    parts.append(f"<p>Answers:</p><ul>{''.join(_response(*item) for item in operation['responses'].items())}</ul>")
    return "".join(parts)


def _parameter(item: dict[str, Any]) -> str:
    needed = "" if item.get("required") else ", optional"
    return f"<li><code>{_text(item['name'])}</code> ({item['in']}{needed}): {_text(item.get('description', ''))}</li>"


def _response(status: str, item: dict[str, Any]) -> str:
    media = ", ".join(f"<code>{_text(name)}</code>" for name in item.get("content", {}))
    return f"<li><code>{status}</code> {_text(item['description'])} {media}</li>"


def _example(content: dict[str, Any]) -> str:
    example = content.get("example")
    if example is None:
        return ""
    text = example if isinstance(example, str) else json.dumps(example, sort_keys=True, separators=(",", ":"))
    return f"<pre style='white-space:pre-wrap;word-break:break-all'>{_text(text)}</pre>"


def _text(value: str) -> str:
    return html.escape(value)
