"""Somebody who calls the API: a test client with a token and a language."""

from __future__ import annotations

import io
from typing import Any

import orjson
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

API = "/api/v1"


class Caller:
    """A reader of one role and language. Paths are below /api/v1 unless they begin with `/j/` or `!`."""

    def __init__(self, client: FlaskClient, token: str | None, language: str) -> None:
        self.client = client
        self.headers = {"Accept-Language": language}
        if token is not None:
            self.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(_path(path), headers=self._with(headers))

    def delete(self, path: str, **headers: str) -> TestResponse:
        return self.client.delete(_path(path), headers=self._with(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Post JSON, or bytes as they are."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body if body is not None else {})
        return self.client.post(
            _path(path), data=raw, content_type="application/json", headers=self._with(headers)
        )

    def post_form(
        self, path: str, fields: dict[str, Any], photos: list[tuple[str, bytes]], **headers: str
    ) -> TestResponse:
        """Post a form: each field as JSON, each photo as a file."""
        data: dict[str, Any] = {name: orjson.dumps(value).decode() for name, value in fields.items()}
        data["photos"] = [(io.BytesIO(content), name) for name, content in photos]
        return self.client.post(
            _path(path), data=data, content_type="multipart/form-data", headers=self._with(headers)
        )

    def move(self, number: str, transition: str, /, **inputs: Any) -> TestResponse:
        """Move a case, against its version as it is now."""
        read = self.get(f"/cases/{number}")
        body = {"transition": transition, "inputs": inputs}
        return self.post(f"/cases/{number}/transitions", body, If_Match=read.headers.get("ETag", '"v0"'))

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        return self.headers | {name.replace("_", "-"): value for name, value in headers.items()}


def _path(path: str) -> str:
    if path.startswith("!"):
        return path[1:]
    return path if path.startswith("/j/") else API + path
