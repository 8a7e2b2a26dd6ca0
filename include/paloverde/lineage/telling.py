"""Telling what is new: into a file, or to a server. What was not taken is told again next time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from paloverde.errors import BadSetting, Unreachable
from paloverde.installation import Installation
from paloverde.lineage.deeds import Cursor, Deed, entries_after, indexed, runs_after
from paloverde.lineage.events import events
from paloverde.platforms.network import post
from paloverde.search.index.upkeep import coverage
from paloverde.wording import some

_FILE = "lineage.json"
_ENDPOINT = "/api/v1/lineage"  # openlineage.io/docs/client/python: where a server takes events
_MOST = 500  # runs, and entries of the ledger, of one round: the rest waits for the next
_SECONDS, _MOST_BYTES = 10.0, 64 * 1024
_GOOD = range(200, 300)
Send = Callable[[str], None]


class Told(NamedTuple):
    """How many deeds were told, and whether more wait."""

    deeds: int
    more: bool

    def sentence(self) -> str:
        rest = " More wait for the next round." if self.more else ""
        return f"{some(self.deeds, 'deed')} told to the lineage.{rest}"


def tell(city: Installation, most: int = _MOST) -> Told:
    """Tell what was done since the last time.

    `BadSetting` where no place is set, `Unreachable` where the server does not take it. The cursor moves
    after each deed that was taken: whatever stops this, nothing is left out.
    """
    where = city.settings.lineage
    if where is None:
        raise BadSetting("No lineage is told: PALOVERDE_LINEAGE names neither a file nor a server.")
    file, told = city.settings.home / _FILE, 0
    cursor = _cursor(file)
    with city.vault.books.connect() as connection:
        runs = list(runs_after(connection, cursor.run, most))
        entries = list(entries_after(connection, cursor.entry, most))
    with ExitStack() as open_:
        send = _sender(where, open_)
        for moved, deed in _new(city, cursor, runs, entries):
            cursor = moved
            if deed is None:
                continue
            for event in events(deed, _place(city)):
                send(event)
            told += 1
            _keep(file, cursor)
    _keep(file, cursor)
    return Told(told, more=most in (len(runs), len(entries)))


def _new(
    city: Installation, cursor: Cursor, runs: list[tuple[int, Deed]], entries: list[tuple[int, Deed | None]]
) -> Iterator[tuple[Cursor, Deed | None]]:
    """Each thing to tell, and the cursor once it is told."""
    replace = msgspec.structs.replace
    for sequence, deed in runs:
        cursor = replace(cursor, run=sequence)
        yield cursor, deed
    for number, found in entries:
        cursor = replace(cursor, entry=number)
        yield cursor, found
    held = coverage(city.archive, city.index.open())
    if held.last_seal > cursor.index:
        cursor = replace(cursor, index=held.last_seal)
        yield cursor, indexed(held.last_seal, held.parts, held.documents, city.vault.clock())


def _place(city: Installation) -> str:
    """The store, as data sets are named under it: a bucket, or the scheme of a folder of this machine."""
    return city.settings.store if city.settings.store.startswith("s3:") else "file://archive"


def _sender(where: str, open_: ExitStack) -> Send:
    if where.startswith("file://"):
        path = Path(where.removeprefix("file://"))
        path.parent.mkdir(parents=True, exist_ok=True)
        file = open_.enter_context(path.open("a", encoding="utf-8"))
        return partial(_write, file)
    return lambda event: _post(where, event)


def _write(file: IO[str], event: str) -> None:
    file.write(f"{event}\n")
    file.flush()


def _post(address: str, event: str) -> None:
    got = post(address + _ENDPOINT, event.encode(), "application/json", _SECONDS, _MOST_BYTES)
    if got.status not in _GOOD:
        raise Unreachable(
            f"The lineage server of PALOVERDE_LINEAGE did not take an event: it answered {got.status}."
        )


def _cursor(file: Path) -> Cursor:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Cursor)
    except (FileNotFoundError, msgspec.MsgspecError):
        return Cursor()  # a run told twice has the same id, and is one


def _keep(file: Path, cursor: Cursor) -> None:
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_bytes(msgspec.json.encode(cursor))
    draft.replace(file)
