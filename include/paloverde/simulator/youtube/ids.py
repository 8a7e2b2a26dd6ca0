"""How YouTube makes ids: channels UC…, videos of eleven characters, comments Ug…; none tells a time."""

# ruff: noqa: ARG002  one interface for all sites; each takes of it what it needs

from __future__ import annotations

import string
from datetime import datetime
from random import Random

from paloverde.simulator.city import Person

LETTERS = string.ascii_letters + string.digits + "-_"


class YouTubeIds:
    cascades = True
    renews_on_edit = False

    def account(self, rng: Random) -> str:
        return f"UC{_letters(rng, 22)}"

    def person(self, rng: Random, joined: datetime) -> str:
        return f"UC{_letters(rng, 22)}"

    def post(self, rng: Random, at: datetime, account: str) -> str:
        return _letters(rng, 11)

    def comment(self, rng: Random, at: datetime, root: str) -> str:
        return f"Ug{_letters(rng, 18)}4AaABAg"

    def message(self, rng: Random, at: datetime) -> str:
        return _letters(rng, 26)

    def conversation(self, rng: Random, account: str, person: str) -> str:
        return _letters(rng, 26)

    def medium(self, rng: Random, at: datetime, kind: str) -> str:
        return f"still-{_letters(rng, 11)}"

    def links(self, rng: Random, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        return text, ()

    def mention(self, account: Person) -> str:
        return f"@{account.username}"

    def addressed(self, text: str, to: list[Person]) -> str:
        """A reply opens with the handle of whom it answers, as the site's own pages write it."""
        return f"@{to[0].username} {text}" if len(to) > 1 else text


def _letters(rng: Random, count: int) -> str:
    return "".join(rng.choices(LETTERS, k=count))
