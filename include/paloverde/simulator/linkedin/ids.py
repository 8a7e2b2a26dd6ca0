"""How LinkedIn makes its URNs. Numbers carry their time: milliseconds since 1970, times 2**22."""

# ruff: noqa: ARG002  one interface for all sites; each takes of it what it needs

from __future__ import annotations

import string
from datetime import datetime
from random import Random

from paloverde.simulator.city import Person

LETTERS = string.ascii_letters + string.digits
_ACTIVITY = 402_624_514  # an activity's number lies so far behind that of its share


class LinkedInIds:
    cascades = True
    renews_on_edit = False

    def account(self, rng: Random) -> str:
        return f"urn:li:organization:{rng.randrange(10**6, 10**8)}"

    def person(self, rng: Random, joined: datetime) -> str:
        return f"urn:li:person:{''.join(rng.choices(LETTERS, k=10))}"

    def post(self, rng: Random, at: datetime, account: str) -> str:
        kind = "ugcPost" if rng.random() < 0.3 else "share"
        return f"urn:li:{kind}:{number(rng, at)}"

    def comment(self, rng: Random, at: datetime, root: str) -> str:
        return f"urn:li:comment:({thread(root)},{number(rng, at)})"

    def message(self, rng: Random, at: datetime) -> str:
        return f"urn:li:message:{number(rng, at)}"  # never served: the API gives no messages

    def conversation(self, rng: Random, account: str, person: str) -> str:
        return f"urn:li:conversation:{rng.getrandbits(60)}"

    def medium(self, rng: Random, at: datetime, kind: str) -> str:
        letters = "".join(rng.choices(LETTERS, k=15))
        return f"urn:li:video:C5F10{letters}" if kind == "video" else f"urn:li:image:D4E10{letters}"

    def links(self, rng: Random, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        return text, ()

    def mention(self, account: Person) -> str:
        return account.name

    def addressed(self, text: str, to: list[Person]) -> str:
        return text


def number(rng: Random, at: datetime) -> int:
    return (int(at.timestamp() * 1000) + rng.randrange(1000)) << 22 | rng.randrange(1 << 22)


def activity(post: str) -> str:
    """The activity under which a post stands in the feed."""
    return f"urn:li:activity:{int(post.rpartition(':')[2]) + _ACTIVITY}"


def thread(post: str) -> str:
    """What comments call their post: a share by its activity, a ugcPost by itself."""
    return activity(post) if ":share:" in post else post


def post_of(urn: str) -> str:
    """The post that a share, ugcPost or activity URN means, as the city calls it."""
    kind, value = urn.removeprefix("urn:li:").partition(":")[::2]
    if kind == "activity" and value.isdigit():
        return f"urn:li:share:{int(value) - _ACTIVITY}"
    return urn
