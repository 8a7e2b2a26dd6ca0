"""The people whom the policy governs, and as whom the sites know them (policy I, V.A.4, V.D, V.E)."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from paloverde.watch.register import Register


class Standing(StrEnum):
    """What somebody is to the City. A member of a body is an official."""

    STAFF = "staff"
    OFFICIAL = "official"
    VOLUNTEER = "volunteer"
    CONTRACTOR = "contractor"


class Person(msgspec.Struct, frozen=True):
    """Somebody whom the policy governs. `known_as` is written platform:id, the id that the site gives."""

    id: Annotated[str, Meta(title="Short name", description="Such as jrivera. It names the entry and stays.")]
    name: Annotated[str, Meta(title="Name")]
    standing: Annotated[Standing, Meta(title="What this person is to the City")]
    title: Annotated[str, Meta(title="Title or office")] = ""
    department: Annotated[str, Meta(title="Department or body")] = ""
    email: Annotated[str, Meta(title="City e-mail address")] = ""
    known_as: Annotated[
        tuple[str, ...],
        Meta(
            title="Accounts at the sites",
            description="One on each line, such as x:44196397 or facebook:100044.",
        ),
    ] = ()
    began_on: Annotated[date | None, Meta(title="Began on")] = None
    left_on: Annotated[date | None, Meta(title="Left on")] = None
    may_be_named: Annotated[
        bool,
        Meta(
            title="Is available for contact by the public",
            description="Name and office contact of such staff may stand in the City's posts (V.A.12(e)).",
        ),
    ] = False
    may_tell_emergencies: Annotated[
        bool, Meta(title="Is expressly authorized to share emergency information (V.A.12(b))")
    ] = False
    uses_own_device: Annotated[bool, Meta(title="Uses a personal device for City accounts (V.A.14)")] = False

    def is_there_on(self, day: date) -> bool:
        """Whether this person stood in the City's service on a day."""
        has_begun = self.began_on is None or self.began_on <= day
        return has_begun and (self.left_on is None or day <= self.left_on)


_KNOWN_AS = re.compile(r"[a-z]+:\S+")  # as the checks that compare it read it


def _wrong_person(one: Person) -> str:
    for known in one.known_as:
        if _KNOWN_AS.fullmatch(known) is None:
            return (
                f"{known!r} is no account at a site: write the site in small letters, a colon and the id "
                "that it gives, without a blank, such as x:44196397."
            )
    if one.began_on and one.left_on and one.left_on < one.began_on:
        return "The day on which this person left lies before the day on which this person began."
    return ""


PEOPLE = Register(
    name="people",
    title="People",
    about="Whom the policy governs, and as whom the sites know them.",
    entry=Person,
    clauses=("P-03", "P-14", "P-24", "P-27"),
    keepers=("clerk", "counsel", "public_affairs"),
    named_by="id",
    wrong=_wrong_person,
)
