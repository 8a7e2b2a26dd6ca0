"""The simulated sites as a function from a question to an answer, for conversations without a network."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from paloverde.platforms.conversation import Answer, Platform, Request
from paloverde.records import Account
from paloverde.simulator import truth
from paloverde.simulator.city import City, Presence
from paloverde.simulator.control import Desk
from paloverde.simulator.sites import SITES, build
from paloverde.simulator.wire import Ask, json_bytes

MOMENT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


class Simulated:
    """One simulated site, its account and its switchboard."""

    def __init__(self, platform: Platform, scale: float = 0.2) -> None:
        self.platform = platform
        self.city: City = build(7, MOMENT, scale=scale)
        self.desk = Desk.over(self.city)
        (known,) = [one for one in truth.accounts(self.city) if one["platform"] == platform.name]
        self.token: str = known["token"]
        self.account = Account(known["slug"], platform.name, known["native_id"], known["handle"])

    @property
    def presence(self) -> Presence:
        return self.city.presences[self.platform.name]

    def fault(self, **wish: Any) -> None:
        self.desk.switchboard.add({"site": self.platform.name, "times": None, **wish})

    def play(self, **wish: Any) -> dict[str, Any]:
        return self.desk.script.play({"site": self.platform.name, **wish})

    def there(self) -> dict[str, str]:
        """Every item that the site still has, with its kind."""
        return {item.id: item.kind for item in self.presence.everything() if self.presence.there(item)}

    def __call__(self, request: Request) -> Answer:
        headers, params = self.platform.authorize(request, self.token)
        lowered = {name.lower(): value for name, value in headers.items()}
        raw = request.encoded_query(params.items())
        query = dict(parse_qsl(raw, keep_blank_values=True))
        assert self.token not in raw, "the token would be in the address"
        path = f"/v26.0{request.path}" if self.platform.name in ("facebook", "instagram") else request.path
        ask = Ask(request.method, path, query, lowered, "http://127.0.0.1", body=request.sent, raw=raw)
        reply = self.desk.switchboard.answer(self.city, SITES[self.platform.name], ask)
        if reply.drop:
            return Answer(503, {}, b"")
        body = reply.body if reply.body is not None else json_bytes(reply.payload, ascii_only=reply.ascii)
        if reply.keep is not None:
            body = body[: int(len(body) * reply.keep)]
        shown = body.replace(self.token.encode(), b"[credential removed]")  # as the driver does it
        return Answer(reply.status, {name.lower(): value for name, value in reply.headers.items()}, shown)
