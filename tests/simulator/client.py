"""A tiny client of the simulated sites, on the standard library."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from paloverde.simulator.server import RunningSites


class Answer:
    def __init__(self, response: http.client.HTTPResponse, body: bytes) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.wire = body
        zipped = self.headers.get("content-encoding") == "gzip"
        self.body = gzip.decompress(body) if zipped else body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Speaks with each site as its owner, with `public=True` as anybody."""

    def __init__(self, sites: RunningSites) -> None:
        self.sites = sites
        self.accounts = {account["platform"]: account for account in sites.accounts()}
        self.page = self.accounts["facebook"]["native_id"]
        self.user = self.accounts["x"]["native_id"]

    def send(self, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.sites.port, timeout=10)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, headers or {})
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def facebook(self, path: str, *, public: bool = False, zipped: bool = False, **params: str) -> Answer:
        token = self.accounts["facebook"]["public_token" if public else "token"]
        question = urlencode({"access_token": token, **params})
        headers = {"Accept-Encoding": "gzip"} if zipped else {}
        return self.send("GET", f"/facebook/v26.0/{path.lstrip('/')}?{question}", headers)

    def x(self, path: str, *, public: bool = False, zipped: bool = False, **params: str) -> Answer:
        """Parameters are written with `_fields` for `.fields`."""
        token = self.accounts["x"]["public_token" if public else "token"]
        question = urlencode({name.replace("_fields", ".fields"): value for name, value in params.items()})
        headers = {"Authorization": f"Bearer {token}", **({"Accept-Encoding": "gzip"} if zipped else {})}
        return self.send("GET", f"/x/2/{path}?{question}", headers)

    def facebook_pages(self, path: str, **params: str) -> Iterator[dict[str, Any]]:
        """Every page, by following `paging.next` as it is given."""
        answer = self.facebook(path, **params).json
        while True:
            yield answer
            following = answer.get("paging", {}).get("next")
            if following is None:
                return
            parts = urlsplit(following)
            assert parse_qs(parts.query)["access_token"]
            answer = self.send("GET", f"{parts.path}?{parts.query}").json

    def facebook_all(self, path: str, **params: str) -> list[dict[str, Any]]:
        return [item for page in self.facebook_pages(path, **params) for item in page["data"]]

    def x_all(self, path: str, **params: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            answer = self.x(path, **params, **token).json
            items += answer.get("data", [])
            if "next_token" not in answer["meta"]:
                return items
            token = {"pagination_token": answer["meta"]["next_token"]}

    def control(self, method: str, name: str, body: Any = None) -> Any:
        answer = self.send(method, f"/_sim/{name}", body=body)
        assert answer.status == 200, answer.body
        return answer.json

    def play(self, **event: Any) -> dict[str, Any]:
        happened: dict[str, Any] = self.control("POST", "events", event)[0]
        return happened

    def fault(self, **wish: Any) -> None:
        self.control("POST", "faults", wish)

    def truth(self, platform: str, **narrow: str) -> list[dict[str, Any]]:
        slug = self.accounts[platform]["slug"]
        found: list[dict[str, Any]] = self.control("GET", f"truth?{urlencode({'account': slug, **narrow})}")[
            slug
        ]
        return found


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items]


def shape(value: Any) -> Any:
    """The kinds of values, without the values."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__
