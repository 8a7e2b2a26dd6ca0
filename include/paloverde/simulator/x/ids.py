"""How X makes ids (snowflakes: milliseconds since its epoch, beyond 2**53) and shortens links."""

# ruff: noqa: ARG002  one interface for all sites; each takes of it what it needs

from __future__ import annotations

import re
import string
from datetime import datetime
from random import Random

from paloverde.simulator.city import Person

EPOCH_MS = 1288834974657  # 2010-11-04T01:42:54.657Z, when snowflake ids began
ADDRESS = re.compile(r"https?://[^\s)]+")
LETTERS = string.ascii_letters + string.digits


class XIds:
    cascades = False
    renews_on_edit = True

    def account(self, rng: Random) -> str:
        return str(rng.randrange(10**8, 3 * 10**9))  # accounts older than snowflakes are short

    def person(self, rng: Random, joined: datetime) -> str:
        return snowflake(rng, joined)

    def post(self, rng: Random, at: datetime, account: str) -> str:
        return snowflake(rng, at)

    def comment(self, rng: Random, at: datetime, root: str) -> str:
        return snowflake(rng, at)

    def message(self, rng: Random, at: datetime) -> str:
        return snowflake(rng, at)

    def conversation(self, rng: Random, account: str, person: str) -> str:
        return "-".join(sorted((account, person), key=int))

    def medium(self, rng: Random, at: datetime, kind: str) -> str:
        return f"{13 if kind == 'video' else 3}_{snowflake(rng, at)}"

    def links(self, rng: Random, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Every address becomes a t.co link; the pairs (short, expanded) are in order of appearance."""
        pairs: list[tuple[str, str]] = []

        def shorten(found: re.Match[str]) -> str:
            if found[0].startswith("https://t.co/"):
                return found[0]
            pairs.append((f"https://t.co/{''.join(rng.choices(LETTERS, k=10))}", found[0]))
            return pairs[-1][0]

        return ADDRESS.sub(shorten, text), tuple(pairs)

    def mention(self, account: Person) -> str:
        return f"@{account.username}"

    def addressed(self, text: str, to: list[Person]) -> str:
        """A reply's text opens with the names of those it answers."""
        return " ".join([*(f"@{person.username}" for person in to), text])


def snowflake(rng: Random, at: datetime) -> str:
    milliseconds = int(at.timestamp() * 1000) + rng.randrange(1000)
    return str(((milliseconds - EPOCH_MS) << 22) | rng.randrange(1 << 22))
