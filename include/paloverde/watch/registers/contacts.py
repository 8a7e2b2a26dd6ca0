"""Telephone numbers and addresses that the City itself publishes: no personal information (V.A.12(e))."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from paloverde.watch.register import Register


class Contact(msgspec.Struct, frozen=True):
    """A number or address that may stand in the City's posts."""

    contact: Annotated[
        str,
        Meta(
            title="Number or address",
            description="A telephone number with its area code, an e-mail address, or a street address.",
        ),
    ]
    whose: Annotated[
        str, Meta(title="Whose it is", description="An office, a counter, a partner of the City.")
    ]


PUBLISHED_CONTACTS = Register(
    name="published-contacts",
    title="Published contacts",
    about="Telephone numbers and addresses that may stand in the City's posts.",
    entry=Contact,
    clauses=("P-24",),
    keepers=("clerk", "public_affairs"),
    prefix="C",
    wrong=lambda one: "" if any(char.isdigit() or char == "@" for char in one.contact)
    else "Give a telephone number, an e-mail address or a street address with its number.",
)  # fmt: skip
