"""How Instagram makes ids: 17 digits, beyond 2**53, not in order of time; messages in base 64."""

# ruff: noqa: ARG002  one interface for all sites; each takes of it what it needs

from __future__ import annotations

import base64
from datetime import datetime
from random import Random

from paloverde.simulator.city import Person

_MESSAGE = "aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEO"  # "ig_dm_item:1:IGMessageID:" in the site's base 64
_THREAD = "aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6"  # "ig_dm:1:IGMessageThread:"


class InstagramIds:
    cascades = True
    renews_on_edit = False

    def account(self, rng: Random) -> str:
        return f"178414{rng.randrange(10**10, 10**11)}"

    def person(self, rng: Random, joined: datetime) -> str:
        return str(rng.randrange(10**15, 9 * 10**15))  # scoped to the account that asks

    def post(self, rng: Random, at: datetime, account: str) -> str:
        return _number(rng)

    def comment(self, rng: Random, at: datetime, root: str) -> str:
        return _number(rng)

    def message(self, rng: Random, at: datetime) -> str:
        return _MESSAGE + base64.urlsafe_b64encode(rng.randbytes(48)).decode() + "ZD"

    def conversation(self, rng: Random, account: str, person: str) -> str:
        return _THREAD + base64.urlsafe_b64encode(rng.randbytes(24)).decode() + "ZD"

    def medium(self, rng: Random, at: datetime, kind: str) -> str:
        return _number(rng)

    def links(self, rng: Random, text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Addresses in a caption stay as they were written."""
        return text, ()

    def mention(self, account: Person) -> str:
        return f"@{account.username}"

    def addressed(self, text: str, to: list[Person]) -> str:
        return text


def _number(rng: Random) -> str:
    return str(rng.randrange(17_800_000_000_000_000, 18_400_000_000_000_000))


def page_of(account: str) -> str:
    """The id of the Facebook Page that an account is linked to."""
    return f"1{account[-14:]}"
