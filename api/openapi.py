"""The OpenAPI document: what every route can answer, declared once."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict, Field

from api.errors import MEDIA_TYPE

Responses = dict[int | str, dict[str, Any]]

_WORDS = {
    304: "The client holds the same bytes already (If-None-Match).",
    400: "The request or the bytes in it are malformed.",
    403: "This author may not say this, or it is for another ledger.",
    404: "Not in this ledger.",
    408: "The body did not arrive in time.",
    409: "It contradicts what is recorded; nothing was changed.",
    410: "The bytes are withheld; the problem names their digest.",
    413: "Over a size limit.",
    415: "Another Content-Type is needed.",
    422: "Well formed, but it does not verify, or no rule covers it.",
    429: "Too many requests of this client or of all; Retry-After says when to try again.",
    500: "A fault on the server's side.",
    503: "Too busy, or a part does not answer; Retry-After says when to try again.",
}


class Problem(BaseModel):
    """RFC 9457. `type` is a path on this server that opens a help page."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/refused-ledger",
                    "title": "The statement belongs to another ledger",
                    "status": 403,
                    "detail": "the statement is for ledger other.example/main, but this is habeas.example/main",
                    "instance": "/v1/statements",
                }
            ]
        },
    )
    type: str = Field(pattern="^/problems/[a-z-]+$")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    instance: str
    index: int | None = Field(
        default=None, ge=0, description="Where the words are recorded already (refused-duplicate, refused-withheld)."
    )


def problems(*statuses: int) -> Responses:
    """The problem responses of a route; every route can fail with 400, 500 and 503."""
    return {
        status: {"description": _WORDS[status], "content": {MEDIA_TYPE: {"schema": _ref("Problem")}}}
        for status in sorted({400, 500, 503, *statuses})
    }


def gives(media_type: str, description: str, status: int = 200, **schema: Any) -> Responses:
    """A response that is not a model: a text or bytes."""
    shown: dict[str, Any] = {"type": "string", **schema}
    example = shown.pop("example", None)
    content: dict[str, Any] = {"schema": shown}
    if example is not None:
        content["example"] = example
    return {status: {"description": description, "content": {media_type: content}}}


def unchanged() -> Responses:
    """304 of a route with an ETag."""
    return {304: {"description": _WORDS[304]}}


def body(media_type: str, description: str, example: object, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    """``openapi_extra`` of a route that reads the raw body."""
    shape = schema or {"type": "object" if media_type.endswith("json") else "string"}
    content: dict[str, Any] = {"schema": shape, "example": example}
    return {"requestBody": {"required": True, "description": description, "content": {media_type: content}}}


def install(app: FastAPI) -> None:
    """Replace FastAPI's document: ours declares no response that never comes."""

    def document() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    value = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        license_info=app.license_info,
    )
    for path in value["paths"].values():
        for operation in path.values():
            answer = operation["responses"].get("422", {}).get("content", {}).get(JSON, {}).get("schema", {})
            if answer == _ref("HTTPValidationError"):
                del operation["responses"]["422"]  # wrong parameters are a 400 problem here
    schemas = value.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = Problem.model_json_schema()
    return value


JSON = "application/json"


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
