"""The registers that there are."""

from __future__ import annotations

from typing import Any

from paloverde.errors import BadQuestion
from paloverde.watch.register import Register
from paloverde.watch.registers.accounts import ACCOUNT_PAPERS, POLICY_VERSIONS
from paloverde.watch.registers.authorizing import (
    ACCESS_REVIEWS,
    ACKNOWLEDGEMENTS,
    GRANTS,
    SPOKESPERSONS,
)
from paloverde.watch.registers.block_cases import BLOCK_CASES, SIGN_OFFS
from paloverde.watch.registers.bodies import BODIES, MEMBERS
from paloverde.watch.registers.contacts import PUBLISHED_CONTACTS
from paloverde.watch.registers.corrections import CORRECTIONS
from paloverde.watch.registers.hiding import HIDING_APPROVALS, HIDING_RULES
from paloverde.watch.registers.inbox import QUESTIONS
from paloverde.watch.registers.media import MEDIA_RIGHTS, PHOTO_RELEASES
from paloverde.watch.registers.moderation import APPROVALS, WORD_LISTS
from paloverde.watch.registers.moderation_cases import CONTENT_REPORTS, ELECTIONS
from paloverde.watch.registers.people import PEOPLE
from paloverde.watch.registers.site_filters import SITE_FILTERS

_REGISTERS: tuple[Register[Any], ...] = (
    PEOPLE,
    ACCOUNT_PAPERS,
    POLICY_VERSIONS,
    GRANTS,
    ACKNOWLEDGEMENTS,
    ACCESS_REVIEWS,
    SPOKESPERSONS,
    PHOTO_RELEASES,
    MEDIA_RIGHTS,
    PUBLISHED_CONTACTS,
    WORD_LISTS,
    APPROVALS,
    SITE_FILTERS,
    HIDING_RULES,
    HIDING_APPROVALS,
    ELECTIONS,
    CONTENT_REPORTS,
    BLOCK_CASES,
    SIGN_OFFS,
    BODIES,
    MEMBERS,
    QUESTIONS,
    CORRECTIONS,
)
ALL = {register.name: register for register in _REGISTERS}


def register_named(name: str) -> Register[Any]:
    """The register of that name; `BadQuestion` lists those that there are."""
    if name not in ALL:
        raise BadQuestion(f"There is no register {name!r}. There are: {', '.join(ALL)}.")
    return ALL[name]
