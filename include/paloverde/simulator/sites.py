"""The simulated sites, in one visible registry. A new site is one folder and one entry here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paloverde.simulator import growth, media
from paloverde.simulator.city import City, Ids, Item
from paloverde.simulator.clock import Clock
from paloverde.simulator.facebook import refusals as facebook_refusals
from paloverde.simulator.facebook import wire as facebook
from paloverde.simulator.facebook.ids import FacebookIds
from paloverde.simulator.growth import Numbers
from paloverde.simulator.wire import Ask, Reply
from paloverde.simulator.x import objects as x_objects
from paloverde.simulator.x import refusals as x_refusals
from paloverde.simulator.x import wire as x
from paloverde.simulator.x.ids import XIds


@dataclass(frozen=True, slots=True)
class Site:
    """What a site's folder offers.

    `answer` is the wire. `refusals` are the site's own words for each trouble. `empty` and `empty_page` take
    the items out of a list answer, without and with a way on. `cursors` are its paging parameters.
    `wire_text` is an item's whole text as the site sends it.
    """

    name: str
    title: str
    ids: Ids
    settings: dict[str, Any]
    answer: Callable[[City, Ask], Reply]
    refusals: Mapping[str, Callable[[City, Ask, dict[str, Any]], Reply]]
    empty: Callable[[Any], Any]
    empty_page: Callable[[City, Ask, Any], Any]
    cursors: tuple[str, ...]
    wire_text: Callable[[Item], str]
    page_size: str
    example: str
    numbers: Numbers = Numbers()


SITES: dict[str, Site] = {
    "facebook": Site(
        name="facebook",
        title="Facebook Pages, Graph API v26.0",
        ids=FacebookIds(),
        settings=facebook.SETTINGS,
        answer=facebook.answer,
        refusals=facebook_refusals.REFUSALS,
        empty=facebook.empty,
        empty_page=facebook.empty_page,
        cursors=("after", "before"),
        wire_text=lambda item: item.text,
        page_size="limit",
        example="{url}/facebook/v26.0/me/feed?access_token={token}",
    ),
    "x": Site(
        name="x",
        title="X, API v2",
        ids=XIds(),
        settings=x.SETTINGS,
        answer=x.answer,
        refusals=x_refusals.REFUSALS,
        empty=x.empty,
        empty_page=x.empty_page,
        cursors=("pagination_token", "next_token"),
        wire_text=x_objects.full_text,
        page_size="max_results",
        example="-H 'Authorization: Bearer {token}' {url}/x/2/users/{account}/tweets",
    ),
}

FILES = Site(
    name="media",
    title="Pictures and films of all sites",
    ids=FacebookIds(),
    settings={},
    answer=media.answer,
    refusals=media.REFUSALS,
    empty=lambda payload: payload,
    empty_page=lambda _, __, payload: payload,
    cursors=(),
    wire_text=lambda item: item.text,
    page_size="",
    example="",
)
SERVED = {**SITES, FILES.name: FILES}


def build(seed: int, moment: datetime, *, scale: float = 1.0, running: bool = False) -> City:
    """A whole city at `moment`; the same arguments give the same city, byte for byte."""
    city = City(seed, Clock(moment, running=running))
    for site in SITES.values():
        numbers = site.numbers.scaled(scale)
        city.presences[site.name] = growth.grow(
            site.name, site.ids, seed, moment, numbers, dict(site.settings)
        )
    return city
