"""How Facebook makes ids: page-scoped, not in order of time."""

# ruff: noqa: ARG002  one interface for all sites; each takes of it what it needs

from __future__ import annotations

import base64
from datetime import datetime
from random import Random

from paloverde.simulator.city import Person


class FacebookIds:
    cascades = True
    renews_on_edit = False

    def account(self, rng: Random) -> str:
        return str(rng.randrange(10**14, 2 * 10**14))

    def person(self, rng: Random, joined: datetime) -> str:
        return str(rng.randrange(2 * 10**15, 9 * 10**15))

    def post(self, rng: Random, at: datetime, account: str) -> str:
        return f"{account}_{rng.randrange(10**14, 9 * 10**14)}"

    def comment(self, rng: Random, at: datetime, root: str) -> str:
        return f"{root.rpartition('_')[2]}_{rng.randrange(10**14, 9 * 10**15)}"

    def message(self, rng: Random, at: datetime) -> str:
        return "m_" + base64.urlsafe_b64encode(rng.randbytes(48)).decode()

    def conversation(self, rng: Random, account: str, person: str) -> str:
        return f"t_{rng.randrange(10**14, 9 * 10**14)}"

    def medium(self, rng: Random, at: datetime, kind: str) -> str:
        return str(rng.randrange(10**14, 9 * 10**14))

    def links(self, rng: Random, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Facebook leaves addresses in a text as they were written."""
        return text, ()

    def mention(self, account: Person) -> str:
        return account.name

    def addressed(self, text: str, to: list[Person]) -> str:
        return text
