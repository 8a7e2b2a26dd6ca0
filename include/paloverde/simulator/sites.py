"""The simulated sites, in one visible registry. A new site is one folder and one entry here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from paloverde.simulator import growth, media, tokens
from paloverde.simulator.city import City, Ids, Item
from paloverde.simulator.clock import Clock
from paloverde.simulator.facebook import refusals as facebook_refusals
from paloverde.simulator.facebook import wire as facebook
from paloverde.simulator.facebook.ids import FacebookIds
from paloverde.simulator.graph import wire as graph
from paloverde.simulator.growth import Numbers
from paloverde.simulator.instagram import refusals as instagram_refusals
from paloverde.simulator.instagram import wire as instagram
from paloverde.simulator.instagram.ids import InstagramIds
from paloverde.simulator.linkedin import refusals as linkedin_refusals
from paloverde.simulator.linkedin import wire as linkedin
from paloverde.simulator.linkedin.ids import LinkedInIds
from paloverde.simulator.nextdoor import refusals as nextdoor_refusals
from paloverde.simulator.nextdoor import wire as nextdoor
from paloverde.simulator.nextdoor.ids import NextdoorIds
from paloverde.simulator.wire import Ask, Reply
from paloverde.simulator.x import objects as x_objects
from paloverde.simulator.x import refusals as x_refusals
from paloverde.simulator.x import wire as x
from paloverde.simulator.x.ids import XIds
from paloverde.simulator.youtube import objects as youtube_objects
from paloverde.simulator.youtube import refusals as youtube_refusals
from paloverde.simulator.youtube import wire as youtube
from paloverde.simulator.youtube.ids import YouTubeIds


def _as_it_is(payload: Any) -> Any:
    return payload


def _page_as_it_is(_city: City, _ask: Ask, payload: Any) -> Any:
    return payload


def _plain_text(item: Item) -> str:
    return item.text


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
    answer: Callable[[City, Ask], Reply]
    refusals: Mapping[str, Callable[[City, Ask, dict[str, Any]], Reply]]
    settings: dict[str, Any] = field(default_factory=dict)
    empty: Callable[[Any], Any] = _as_it_is
    empty_page: Callable[[City, Ask, Any], Any] = _page_as_it_is
    cursors: tuple[str, ...] = ()
    wire_text: Callable[[Item], str] = _plain_text
    page_size: str = ""
    example: str = ""
    numbers: Numbers = field(default_factory=Numbers)


SITES: dict[str, Site] = {
    "facebook": Site(
        name="facebook",
        title="Facebook Pages, Graph API v26.0",
        ids=FacebookIds(),
        settings=facebook.SETTINGS,
        answer=facebook.answer,
        refusals=facebook_refusals.REFUSALS,
        empty=graph.empty,
        empty_page=graph.empty_page,
        cursors=("after", "before"),
        page_size="limit",
        example="{url}/facebook/v26.0/me/feed?access_token={token}",
    ),
    "instagram": Site(
        name="instagram",
        title="Instagram, Graph API v26.0",
        ids=InstagramIds(),
        settings=instagram.SETTINGS,
        answer=instagram.answer,
        refusals=instagram_refusals.REFUSALS,
        empty=graph.empty,
        empty_page=graph.empty_page,
        cursors=("after", "before"),
        page_size="limit",
        example="{url}/instagram/v26.0/{account}/media?access_token={token}",
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
    "linkedin": Site(
        name="linkedin",
        title="LinkedIn pages, Community Management API",
        ids=LinkedInIds(),
        settings=linkedin.SETTINGS,
        answer=linkedin.answer,
        refusals=linkedin_refusals.REFUSALS,
        empty=linkedin.empty,
        empty_page=linkedin.empty_page,
        cursors=("start",),
        page_size="count",
        example="-H 'Authorization: Bearer {token}' -H 'Linkedin-Version: 202608' "
        "'{url}/linkedin/organizationAcls?q=roleAssignee'",
        numbers=Numbers(conversations=0, messages=0),
    ),
    "youtube": Site(
        name="youtube",
        title="YouTube, Data API v3",
        ids=YouTubeIds(),
        settings=youtube.SETTINGS,
        answer=youtube.answer,
        refusals=youtube_refusals.REFUSALS,
        empty=youtube.empty,
        empty_page=youtube.empty_page,
        cursors=("pageToken",),
        wire_text=youtube_objects.wire_text,
        page_size="maxResults",
        example="-H 'Authorization: Bearer {token}' '{url}/youtube/channels?part=id,snippet&mine=true'",
        numbers=Numbers(conversations=0, messages=0),
    ),
    "nextdoor": Site(
        name="nextdoor",
        title="Nextdoor, partner API",
        ids=NextdoorIds(),
        settings=nextdoor.SETTINGS,
        answer=nextdoor.answer,
        refusals=nextdoor_refusals.REFUSALS,
        empty=nextdoor.empty,
        empty_page=nextdoor.empty_page,
        example="-H 'Authorization: Bearer {token}' '{url}/nextdoor/post?secure_profile_id={account}'",
        numbers=Numbers(conversations=0, messages=0, followers=0),
    ),
}

FILES = Site(
    name="media",
    title="Pictures and films of all sites",
    ids=FacebookIds(),
    answer=media.answer,
    refusals=media.REFUSALS,
)
TOKENS = Site(
    name="tokens",
    title="The token endpoints of all sites",
    ids=FacebookIds(),
    answer=tokens.answer,
    refusals=tokens.REFUSALS,
)
SERVED = {**SITES, FILES.name: FILES, TOKENS.name: TOKENS}


def build(seed: int, moment: datetime, *, scale: float = 1.0, running: bool = False) -> City:
    """A whole city at `moment`; the same arguments give the same city, byte for byte."""
    city = City(seed, Clock(moment, running=running))
    for site in SITES.values():
        numbers = site.numbers.scaled(scale)
        city.presences[site.name] = growth.grow(
            site.name, site.ids, seed, moment, numbers, dict(site.settings)
        )
    return city
