"""Somebody who calls the API: a test client with a token and a language."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import orjson
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

API = "/api/v1"


class Answer(TestResponse):
    """An answer whose JSON is whatever the test expects of it."""

    if TYPE_CHECKING:
        json: Any


class Caller:
    """A reader of one role and language. Paths are below /api/v1 unless they begin with `/j/` or `!`."""

    def __init__(self, client: FlaskClient, token: str | None, language: str) -> None:
        self.client = client
        self.headers = {"Accept-Language": language}
        if token is not None:
            self.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **headers: str) -> Answer:
        return self._open("GET", path, headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self._open("DELETE", path, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """Post JSON, or bytes as they are, as JSON unless the headers call it something else."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body if body is not None else {})
        content_type = headers.pop("Content_Type", "application/json")
        return self._open("POST", path, headers, data=raw, content_type=content_type)

    def put(self, path: str, body: Any = None, **headers: str) -> Answer:
        """Put JSON."""
        raw = orjson.dumps(body if body is not None else {})
        return self._open("PUT", path, headers, data=raw, content_type="application/json")

    def post_form(
        self,
        path: str,
        fields: dict[str, Any],
        photos: list[tuple[str, bytes]],
        *,
        documents: list[tuple[str, bytes]] | None = None,
        **headers: str,
    ) -> Answer:
        """Post a form: each field as JSON, each photo and document as a file."""
        data: dict[str, Any] = {name: orjson.dumps(value).decode() for name, value in fields.items()}
        data["photos"] = [(io.BytesIO(content), name) for name, content in photos]
        data["documents"] = [(io.BytesIO(content), name) for name, content in documents or []]
        return self._open("POST", path, headers, data=data, content_type="multipart/form-data")

    def move(self, number: str, transition: str, /, **inputs: Any) -> Answer:
        """Move a case, against its version as it is now."""
        read = self.get(f"/cases/{number}")
        body = {"transition": transition, "inputs": inputs}
        return self.post(f"/cases/{number}/transitions", body, If_Match=read.headers.get("ETag", '"v0"'))

    def _open(self, method: str, path: str, headers: dict[str, str], **more: Any) -> Answer:
        said = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return cast(Answer, self.client.open(_path(path), method=method, headers=said, **more))


def _path(path: str) -> str:
    if path.startswith("!"):
        return path[1:]
    return path if path.startswith("/j/") else API + path
