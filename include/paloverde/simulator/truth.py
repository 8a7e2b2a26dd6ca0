"""What is truly there: the simulator's own record, for an auditor to hold the archive against."""

from __future__ import annotations

from typing import Any

from paloverde.simulator import tokens
from paloverde.simulator.city import City, Item, Presence
from paloverde.simulator.sites import SITES


def accounts(city: City) -> list[dict[str, Any]]:
    """The demo accounts, as the archive registers them."""
    return [
        {
            "slug": presence.slug,
            "platform": presence.platform,
            "title": SITES[presence.platform].title,
            "native_id": presence.account.id,
            "handle": presence.account.username,
            "name": presence.account.name,
            "token": next(token for token, opens in presence.tokens.items() if opens == "owner"),
            "public_token": next(
                (token for token, opens in presence.tokens.items() if opens == "public"), None
            ),
            "grant": tokens.grant(presence, city.clock.now()),
        }
        for presence in city.presences.values()
    ]


def describe(presence: Presence, item: Item) -> dict[str, Any]:
    """One item as it truly is, whatever the site shows of it."""
    state, change = presence.state_of(item)
    return {
        "id": item.id,
        "kind": item.kind,
        "stream": item.stream or None,
        "parent": item.parent.first_id if item.parent else item.thread.id if item.thread else None,
        "root": item.root.first_id,
        "author": {"id": item.author.id, "name": item.author.name, "username": item.author.username},
        "signed": not item.unsigned,
        "at": item.at.isoformat(),
        "text": item.text,
        "wire_text": SITES[presence.platform].wire_text(item),
        "editions": [{"id": one.id, "at": one.at.isoformat(), "text": one.text} for one in item.editions],
        "media": [medium.name for medium in item.media],
        "state": state.value,
        "by": change.by if change else None,
        "when": change.at.isoformat() if change else None,
        "note": change.note if change else None,
    }


def listed(presence: Presence, *, state: str | None = None, kind: str | None = None) -> list[dict[str, Any]]:
    """Every item of an account, oldest first."""
    found = (describe(presence, item) for item in sorted(presence.everything(), key=lambda item: item.key))
    return [one for one in found if state in {None, one["state"]} and kind in {None, one["kind"]}]


def summary(city: City) -> dict[str, Any]:
    """Counts by kind and state for every account, and the clock."""
    sites: dict[str, Any] = {}
    for presence in city.presences.values():
        counts: dict[str, dict[str, int]] = {}
        for item in presence.everything():
            states = counts.setdefault(item.kind, {})
            state = presence.state_of(item)[0].value
            states[state] = states.get(state, 0) + 1
        more = {"conversations": len(presence.conversations), "followers": len(presence.followers)}
        sites[presence.slug] = {**counts, **more, "settings": presence.settings}
    return {
        "seed": city.seed,
        "now": city.clock.now().isoformat(),
        "clock_runs": city.clock.running,
        "sites": sites,
    }
