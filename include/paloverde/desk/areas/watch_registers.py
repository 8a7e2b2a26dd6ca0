"""The registers of the policy: what each is for, its entries, and the forms that add, change and withdraw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response

from paloverde.desk import showing
from paloverde.desk.areas.watch_frame import HERE, roles_in_words, shown
from paloverde.desk.areas.watch_kept import (
    AT,
    entries_of,
    entry_of,
    kept_by,
    known_to,
    may_keep,
    path_of,
    register_of,
)
from paloverde.desk.areas.watch_notes import notes_of
from paloverde.desk.asked import Wrong, page_of
from paloverde.desk.files import brought, taken
from paloverde.desk.register_forms import changes_of, columns_of, facts_of, fields_of, given_in, said_of
from paloverde.desk.register_forms import shown as written
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, NotThere, Pages, Visit
from paloverde.errors import BadQuestion
from paloverde.watch.register import Entered, Register
from paloverde.watch.registers import ALL
from paloverde.watch.registers.media import PHOTO_RELEASES
from paloverde.wording import by_whom

pages = Pages()
_PER_PAGE = 50
_MOST_PAPERS = 100  # of one entry that its page shows
_CELL = 160  # characters
_COUNTS_AGAIN = "This entry is withdrawn. Filing it again makes it count again."
_WHY = Field("why", "Why it is withdrawn", "area", "Whoever reads the register later will ask.", True)


@pages.page("/watch/registers", Act.SEE_WATCH)
def registers(visit: Here) -> Response:
    """All registers, what each is for, and how much is in it."""
    rows = [
        {
            "path": path_of(one),
            "title": one.title,
            "about": one.about,
            "entries": sum(1 for _ in entries_of(visit, one)),
            "clauses": one.clauses,
            "keepers": roles_in_words(one.keepers, Act.KEEP_REGISTERS),
            "new": f"{path_of(one)}/new" if may_keep(visit, one) else "",
        }
        for one in ALL.values()
    ]
    return shown(visit, "watch_registers.html", "Registers of the policy", AT, rows=rows)


@pages.page("/watch/registers/{name}", Act.SEE_WATCH)
def register(visit: Here, name: str, q: str = "", withdrawn: str = "") -> Response:
    """The entries of one register."""
    mine = register_of(name)
    found = [one for one in entries_of(visit, mine, withdrawn=withdrawn == "yes") if _has(mine, one, q)]
    last = max(1, -(-len(found) // _PER_PAGE))
    page = min(page_of(visit.request.query_params), last)
    columns = columns_of(mine)
    return shown(
        visit,
        "watch_register.html",
        mine.title,
        AT,
        register=mine,
        path=path_of(mine),
        keepers=roles_in_words(mine.keepers, Act.KEEP_REGISTERS),
        may_keep=may_keep(visit, mine),
        has_mail=mine is PHOTO_RELEASES,
        columns=[one.label for one in columns],
        rows=[
            _row(mine, one, [field.name for field in columns])
            for one in found[(page - 1) * _PER_PAGE : page * _PER_PAGE]
        ],
        count=len(found),
        q=q,
        withdrawn=withdrawn == "yes",
        page=page,
        pages=last,
        query=urlencode(
            {key: value for key, value in (("q", q), ("withdrawn", withdrawn)) if value}, errors="replace"
        ),
    )


@pages.page("/watch/registers/{name}/new", Act.KEEP_REGISTERS)
def new(visit: Here, name: str) -> Response:
    """The form of a new entry."""
    return form(visit, adding(visit, kept_by(visit, name)))


@pages.form("/watch/registers/{name}/new", Act.KEEP_REGISTERS, adds=True)
def added(visit: Here, name: str, given: Given) -> Response:
    """File a new entry."""
    mine = kept_by(visit, name)

    def do(typed: Typed) -> Response:
        with _file_of(mine, given) as file:
            id_ = visit.city.watch.put(
                name, given_in(mine, typed), visit.actor, role=visit.person.role.value, file=file
            )
        return visit.go(_entry_path(mine, id_), told=f"{id_} stands in the register.")

    return done(visit, adding(visit, mine), given, do)


@pages.page("/watch/registers/{name}/entries/{id_}", Act.SEE_WATCH)
def entry(visit: Here, name: str, id_: str) -> Response:
    """One entry, and what it said before."""
    mine, found = register_of(name), entry_of(visit, name, id_)
    papers = visit.city.watch.entries(name).history(found.id)
    changes = list(changes_of(mine, papers))
    told = list(zip(papers, changes, strict=True))[-_MOST_PAPERS:]
    return shown(
        visit,
        "watch_entry.html",
        f"{mine.title}: {showing.name(found.id)}",
        AT,
        register=mine,
        facts=facts_of(mine, found.entry),
        notes=notes_of(visit, mine, found),
        withdrawn=written(found.withdrawn),
        is_withdrawn=bool(found.withdrawn),
        papers=[
            {"number": one.number, "at": one.at, "by": showing.name(by_whom(one.by)), "changes": changed,
             "withdrawn": written(one.withdrawn)}
            for one, changed in reversed(told)
        ],
        rest=len(papers) - len(told),
        back=path_of(mine),
        change=f"{_entry_path(mine, found.id)}/change",
        withdraw=f"{_entry_path(mine, found.id)}/withdraw",
        may_keep=may_keep(visit, mine),
        file=f"{_entry_path(mine, found.id)}/file" if mine.file_field else "",
    )  # fmt: skip


@pages.page("/watch/registers/{name}/entries/{id_}/change", Act.KEEP_REGISTERS)
def change(visit: Here, name: str, id_: str) -> Response:
    """The form that changes an entry."""
    mine = kept_by(visit, name)
    return form(visit, _changing(visit, mine, entry_of(visit, name, id_)))


@pages.form("/watch/registers/{name}/entries/{id_}/change", Act.KEEP_REGISTERS)
def changed(visit: Here, name: str, id_: str, given: Given) -> Response:
    """File an entry anew."""
    mine = kept_by(visit, name)
    found = entry_of(visit, name, id_)
    step, seen = _changing(visit, mine, found), str(given.get("seen", ""))
    after = int(seen) if seen.isdecimal() and len(seen) < 7 else found.number

    def do(typed: Typed) -> Response:
        with _file_of(mine, given, is_new=False) as file:
            kept = {mine.file_field: mine.typed(found.entry)[mine.file_field]} if mine.file_field else {}
            visit.city.watch.put(
                name,
                given_in(mine, typed, found.id) | kept,
                visit.actor,
                id_=found.id,
                after=after,
                role=visit.person.role.value,
                again=True,  # the form says so of a withdrawn entry
                file=file,
            )
        return visit.go(step.back, told=f"{found.id} is changed. What it said before stays below.")

    return done(visit, step._replace(hidden=[("seen", str(after))]), given, do)


@pages.page("/watch/registers/{name}/entries/{id_}/withdraw", Act.KEEP_REGISTERS)
def withdraw(visit: Here, name: str, id_: str) -> Response:
    """The form that withdraws an entry."""
    mine = kept_by(visit, name)
    return form(visit, _withdrawing(mine, entry_of(visit, name, id_)))


@pages.form("/watch/registers/{name}/entries/{id_}/withdraw", Act.KEEP_REGISTERS)
def withdrew(visit: Here, name: str, id_: str, given: Given) -> Response:
    """Withdraw an entry."""
    mine = kept_by(visit, name)
    found = entry_of(visit, name, id_)
    step = _withdrawing(mine, found)

    def do(typed: Typed) -> Response:
        if found.withdrawn:
            raise BadQuestion(f"{found.id} is withdrawn already.")
        visit.city.watch.withdraw(name, found.id, typed.needed("why"), visit.actor)
        return visit.go(step.back, told=f"{found.id} is withdrawn: it counts no longer, and stays readable.")

    return done(visit, step, given, do)


@pages.page("/watch/registers/{name}/entries/{id_}/file", Act.SEE_WATCH)
def kept_file(visit: Here, name: str, id_: str) -> Response:
    """The file that an entry was filled in with."""
    found = entry_of(visit, name, id_)
    body = visit.city.watch.file_of(name, found.id)
    if body is None:
        raise NotThere("No file was brought for this entry: a table gave its SHA-256 alone.")
    return taken(f"{name}-{found.id}", body)


@contextmanager
def _file_of(mine: Register[Any], given: Given, *, is_new: bool = True) -> Iterator[Path | None]:
    """The file that a form of this register brings; None where it takes none, or a change leaves it."""
    if not mine.file_field:
        yield None
        return
    with brought(given, mine.file_field) as files:
        if len(files) > 1 or (is_new and not files):
            raise Wrong(mine.file_field, "Choose one file.")
        yield files[0] if files else None


def _entry_path(mine: Register[Any], id_: str) -> str:
    return f"{path_of(mine)}/entries/{id_}"


def _has(mine: Register[Any], one: Entered[Any], words: str) -> bool:
    """Whether an entry has these words in any of its fields, or in its name."""
    if not words.strip():
        return True
    texts = (one.id, *mine.typed(one.entry).values())
    return any(words.strip().casefold() in text.casefold() for text in texts)


def _row(mine: Register[Any], one: Entered[Any], names: Sequence[str]) -> dict[str, Any]:
    told = said_of(mine, one.entry)
    return {
        "id": showing.name(one.id),
        "path": _entry_path(mine, one.id),
        "cells": [showing.name(told[name], _CELL) for name in names],
        "at": one.at,
        "by": showing.name(by_whom(one.by)),
        "withdrawn": bool(one.withdrawn),
    }


def adding(visit: Visit, mine: Register[Any]) -> Step:
    """The form of a new entry."""
    return Step(
        f"{mine.title}: a new entry", HERE, f"{path_of(mine)}/new", "File this entry", path_of(mine),
        f"Back to the register “{mine.title}”", fields_of(mine, known_to(visit, mine), is_new=True),
        lead=[mine.about],
    )  # fmt: skip


def _changing(visit: Visit, mine: Register[Any], found: Entered[Any]) -> Step:
    path = _entry_path(mine, found.id)
    return Step(
        f"{mine.title}: change {found.id}", HERE, f"{path}/change", "File it so", path, "Back to the entry",
        fields_of(mine, known_to(visit, mine), mine.typed(found.entry), is_new=False),
        lead=["The whole entry is filed again, and what it said before stays readable."],
        warnings=[_COUNTS_AGAIN] if found.withdrawn else [],
        hidden=[("seen", str(found.number))],
    )  # fmt: skip


def _withdrawing(mine: Register[Any], found: Entered[Any]) -> Step:
    path = _entry_path(mine, found.id)
    return Step(
        f"{mine.title}: withdraw {found.id}", HERE, f"{path}/withdraw", "Withdraw this entry", path,
        "Back to the entry", (_WHY,), facts=facts_of(mine, found.entry),
        lead=["It counts no longer from now on, and stays readable with your reason."], final=True,
    )  # fmt: skip
