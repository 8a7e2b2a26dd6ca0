"""How Nextdoor makes ids: opaque words for profiles, numbers for everything else, some beyond 2**53."""

# ruff: noqa: ARG002  one interface for all sites; each takes of it what it needs

from __future__ import annotations

import string
from datetime import datetime
from random import Random

from paloverde.simulator.city import Person

LETTERS = string.ascii_letters + string.digits + "-_"


class NextdoorIds:
    cascades = True
    renews_on_edit = False

    def account(self, rng: Random) -> str:
        return rng.choice(string.ascii_letters) + "".join(rng.choices(LETTERS, k=23))

    def person(self, rng: Random, joined: datetime) -> str:
        return str(rng.randrange(10**7, 10**8))

    def post(self, rng: Random, at: datetime, account: str) -> str:
        return str(rng.randrange(10**8, 10**9))

    def comment(self, rng: Random, at: datetime, root: str) -> str:
        return str(2**53 + rng.getrandbits(50))

    def message(self, rng: Random, at: datetime) -> str:
        return str(rng.getrandbits(60))  # never served: the API gives no messages

    def conversation(self, rng: Random, account: str, person: str) -> str:
        return str(rng.getrandbits(60))

    def medium(self, rng: Random, at: datetime, kind: str) -> str:
        return f"{rng.getrandbits(128):032x}"

    def links(self, rng: Random, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        return text, ()

    def mention(self, account: Person) -> str:
        return account.name

    def addressed(self, text: str, to: list[Person]) -> str:
        return text
