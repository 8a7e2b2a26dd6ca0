"""The control API under /_sim/: for tests only, and only from this machine.

GET  /_sim/            what there is            GET /_sim/accounts   the demo accounts with their tokens
GET  /_sim/state       counts, clock, settings  GET /_sim/truth      every item: ?account= &state= &kind=
GET  /_sim/clock       POST {"set": iso} or {"move": seconds}
GET  /_sim/events      POST one event or a list of them
GET  /_sim/faults      POST one fault or a list; DELETE switches all off
POST /_sim/settings    {"site": ..., name: value}
POST /_sim/tokens      {"site": ..., "do": "revoke" | "renew", "subcode": 463}
GET  /_sim/requests    how many requests each site has answered
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from paloverde.simulator import truth
from paloverde.simulator.city import City, Presence
from paloverde.simulator.events import Script
from paloverde.simulator.faults import KINDS, Switchboard
from paloverde.simulator.wire import Reply


class BadControl(ValueError):
    """A control request that cannot be met. Its text is one plain sentence."""


@dataclass(slots=True)
class Desk:
    """Everything that can be controlled."""

    city: City
    switchboard: Switchboard
    script: Script
    requests: dict[str, int] = field(default_factory=dict)

    @classmethod
    def over(cls, city: City) -> Desk:
        return cls(city, Switchboard(), Script(city))


def answer(desk: Desk, method: str, path: str, query: dict[str, str], body: bytes) -> Reply:
    """Answers one control request with JSON."""
    act = ACTS.get((method, path.strip("/")))
    if act is None:
        known = ", ".join(f"{verb} /_sim/{name}" for verb, name in ACTS)
        return Reply(404, {"error": f"The simulator has no control {method} /_sim/{path}; it has {known}."})
    try:
        wish = json.loads(body) if body else {}
        return Reply(200, act(desk, query, wish))
    except (ValueError, TypeError, KeyError, AttributeError) as reason:
        return Reply(400, {"error": str(reason.args[0] if reason.args else reason)})


def _presence(desk: Desk, wish: dict[str, Any]) -> Presence:
    return desk.city.presence(str(wish.get("site", "")))


def _contents(desk: Desk, _: dict[str, str], __: Any) -> Any:
    return {
        "about": "A simulated city for tests; everybody in it is invented.",
        "controls": [f"{verb} /_sim/{name}" for verb, name in ACTS],
        "sites": list(desk.city.presences),
    }


def _truth(desk: Desk, query: dict[str, str], _: Any) -> Any:
    state, kind = query.get("state"), query.get("kind")
    names = [query["account"]] if "account" in query else list(desk.city.presences)
    found = [desk.city.presence(name) for name in names]
    return {one.slug: truth.listed(one, state=state, kind=kind) for one in found}


def _clock(desk: Desk, _: dict[str, str], __: Any) -> Any:
    return {"now": desk.city.clock.now().isoformat(), "runs": desk.city.clock.running}


def _move_clock(desk: Desk, query: dict[str, str], wish: dict[str, Any]) -> Any:
    if "set" in wish:
        desk.city.clock.set(datetime.fromisoformat(wish["set"]))
    elif "move" in wish:
        desk.city.clock.move(float(wish["move"]))
    else:
        raise BadControl('Say {"set": "2026-11-21T02:00:00-08:00"} or {"move": 86400}.')
    return _clock(desk, query, wish)


def _events(desk: Desk, _: dict[str, str], __: Any) -> Any:
    return desk.script.log


def _play(desk: Desk, _: dict[str, str], wish: Any) -> Any:
    return desk.script.play_all(wish if isinstance(wish, list) else [wish])


def _faults(desk: Desk, _: dict[str, str], __: Any) -> Any:
    kinds = {name: {"help": kind.help, "sites": sorted(kind.sites)} for name, kind in KINDS.items()}
    return {"on": [asdict(fault) for fault in desk.switchboard.faults], "kinds": kinds}


def _add_faults(desk: Desk, _: dict[str, str], wish: Any) -> Any:
    return [asdict(desk.switchboard.add(one)) for one in (wish if isinstance(wish, list) else [wish])]


def _clear_faults(desk: Desk, _: dict[str, str], __: Any) -> Any:
    return {"switched_off": desk.switchboard.clear()}


def _settings(desk: Desk, _: dict[str, str], wish: dict[str, Any]) -> Any:
    presence = _presence(desk, wish)
    for name, value in wish.items():
        if name == "site":
            continue
        if name not in presence.settings:
            raise BadControl(
                f"{presence.platform} has no setting {name!r}; it has {', '.join(presence.settings)}."
            )
        presence.settings[name] = value
    return presence.settings


def _tokens(desk: Desk, _: dict[str, str], wish: dict[str, Any]) -> Any:
    """Revokes the account's owner token, or gives out a new one (the old ones stay dead)."""
    presence = _presence(desk, wish)
    owners = [token for token, opens in presence.tokens.items() if opens == "owner"]
    if wish.get("do") not in {"revoke", "renew"}:
        raise BadControl('Say {"site": ..., "do": "revoke"} or {"site": ..., "do": "renew"}.')
    for token in owners:
        presence.revoked[token] = int(wish.get("subcode", 463))
    if wish["do"] == "renew":
        for token in owners:
            del presence.tokens[token]
        presence.tokens[f"city-token-{presence.platform}-owner-{presence.rng.getrandbits(64):016x}"] = "owner"
    return truth.accounts(desk.city)


Act = Callable[[Desk, dict[str, str], Any], Any]
ACTS: dict[tuple[str, str], Act] = {
    ("GET", ""): _contents,
    ("GET", "accounts"): lambda desk, _, __: truth.accounts(desk.city),
    ("GET", "state"): lambda desk, _, __: truth.summary(desk.city),
    ("GET", "truth"): _truth,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _move_clock,
    ("GET", "events"): _events,
    ("POST", "events"): _play,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_faults,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "settings"): _settings,
    ("POST", "tokens"): _tokens,
    ("GET", "requests"): lambda desk, _, __: desk.requests,
}
