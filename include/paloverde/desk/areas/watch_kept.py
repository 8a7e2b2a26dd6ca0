"""The registers as somebody at the desk may read and keep them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from starlette.exceptions import HTTPException

from paloverde.desk.areas.watch_frame import is_of, roles_in_words
from paloverde.desk.register_forms import Known, title_of
from paloverde.desk.rights import Act
from paloverde.desk.visit import NotAllowed, Visit
from paloverde.errors import BadQuestion
from paloverde.records import Kind
from paloverde.watch.register import Entered, Register
from paloverde.watch.registers import ALL

AT = "/watch/registers"
_MOST_KNOWN = 500  # that a field offers while it is typed
_WRITTEN_IN_PRIVATE = {Kind.MESSAGE.value, Kind.CONVERSATION.value, Kind.SUBSCRIBER.value}


def register_of(name: str) -> Register[Any]:
    """The register of that name; a page that is not there where there is none."""
    if name not in ALL:
        raise HTTPException(404)
    return ALL[name]


def kept_by(visit: Visit, name: str) -> Register[Any]:
    """The register of that name, for whoever keeps it."""
    mine = register_of(name)
    if not may_keep(visit, mine):
        keepers = roles_in_words(mine.keepers, Act.KEEP_REGISTERS)
        raise NotAllowed(
            f"The register “{mine.title}” is kept by: {keepers}. You are signed in as "
            f"{visit.person.role.words}, and may read it."
        )
    return mine


def may_keep(visit: Visit, mine: Register[Any]) -> bool:
    return visit.may(Act.KEEP_REGISTERS) and is_of(visit, mine.keepers)


def entry_of(visit: Visit, name: str, id_: str) -> Entered[Any]:
    """An entry; a page that is not there where there is none."""
    mine = register_of(name)
    try:
        found = visit.city.watch.entries(name).one(id_.replace("\0", ""))
    except BadQuestion:
        raise HTTPException(404) from None
    if not may_read(visit, mine, found):
        visit.need(Act.SEE_PRIVATE)
    return found


def entries_of(visit: Visit, mine: Register[Any], *, withdrawn: bool = False) -> Iterator[Entered[Any]]:
    """The entries of a register that somebody may read."""
    every = visit.city.watch.entries(mine.name).all(withdrawn=withdrawn)
    return (one for one in every if may_read(visit, mine, one))


def may_read(visit: Visit, mine: Register[Any], one: Entered[Any]) -> bool:
    """Whether somebody may know of an entry: one about a private message is for whoever sees these."""
    named = (getattr(one.entry, field.name) for field in mine.fields if field.of == "item")
    kinds = {item.split("/")[1] for item in named if str(item).count("/") > 1}
    return visit.may(Act.SEE_PRIVATE) or not kinds & _WRITTEN_IN_PRIVATE


def path_of(mine: Register[Any]) -> str:
    return f"{AT}/{mine.name}"


def known_to(visit: Visit, mine: Register[Any]) -> Known:
    """What the fields of a register may point at: accounts, and entries of other registers."""
    found = dict[str, Sequence[tuple[str, str]]]()
    for of in {field.of for field in mine.fields if field.of}:
        if of in ("account", "accounts"):
            found[of] = [(one.slug, one.handle) for one in visit.city.accounts()][:_MOST_KNOWN]
        elif of in ALL:
            every = entries_of(visit, ALL[of])
            found[of] = [(one.id, title_of(ALL[of], one.entry)) for one in every][:_MOST_KNOWN]
    return found
