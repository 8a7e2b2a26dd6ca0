"""What takes long to say of a request, kept beside the database while all stands that it follows from.

    <home>/found/PRA-2026-0042/response.msgpack

An answer is kept with the hash of everything it follows from (`follows`): papers, sealed runs, the day, this
program. Where any of these is another, there is no answer. The files are derived, for this user
alone, and go with what else is kept of a request once it is closed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec
from sqlalchemy import Engine, Row, func, select

from paloverde.requests.delivery import SERIES as DELIVERIES
from paloverde.requests.events import DOCUMENTS
from paloverde.requests.events import SERIES as REQUESTS
from paloverde.requests.reviewing import SERIES as REVIEWS
from paloverde.requests.reviewing import SETS, SIGNATURES
from paloverde.requests.sending import SERIES as LETTERS
from paloverde.state.tables import ACCOUNTS, FILED, GAPS, PARTS, RUNS

_OF_REQUESTS = (REQUESTS, DOCUMENTS, SETS, REVIEWS, SIGNATURES, LETTERS, DELIVERIES)
_PROGRAM = Path(__file__).parents[1]
T = TypeVar("T")


def follows(*told: object) -> str:
    """The name of all that an answer follows from: the hash of it, and of this program."""
    return hashlib.sha256(msgspec.json.encode((_program(), told), order="sorted")).hexdigest()


def stands(books: Engine, number: str) -> object:
    """All that may matter to a request: its own papers, those of the City, the archive.

    Wider than needed (any hold, any run counts), so that nothing which matters is left out.
    """
    return archive_stands(books), _papers(books, number)


class Remembered:
    """Answers about requests, in files. One that is cut short, or of another release, was never kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, number: str, name: str, basis: str, type_: type[T]) -> T | None:
        """What was kept under that name and still follows; None where nothing does."""
        try:
            sha256, body = msgspec.msgpack.decode(
                self._file(number, name).read_bytes(), type=tuple[str, bytes]
            )
            return msgspec.msgpack.decode(body, type=type_) if sha256 == basis else None
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def keep(self, number: str, name: str, basis: str, answer: object) -> None:
        """Keep an answer in place of the one before. `basis` was made before the answer was looked for."""
        file = self._file(number, name)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(msgspec.msgpack.encode((basis, msgspec.msgpack.encode(answer))))
        draft.replace(file)

    def _file(self, number: str, name: str) -> Path:
        return self._folder / number / f"{name}.msgpack"


def archive_stands(books: Engine) -> list[list[object]]:
    """How the archive stands, in a few numbers: its accounts, sealed runs, objects and gaps."""
    sealed = select(func.count(), func.max(RUNS.c.sequence)).where(~RUNS.c.pending)
    parts = select(func.count(), func.max(PARTS.c.sequence))
    gaps = select(
        func.count(), func.count(GAPS.c.filled_by), func.sum(GAPS.c.times), func.max(GAPS.c.last_run)
    )
    named = (ACCOUNTS.c[name] for name in ("slug", "platform", "native_id", "handle", "holder", "active"))
    with books.connect() as connection:
        queries = (sealed, parts, gaps, select(*named).order_by(ACCOUNTS.c.slug))
        return [[*row] for query in queries for row in connection.execute(query).all()]


def _papers(books: Engine, number: str) -> list[list[object]]:
    """The papers of a request, and those of other series than requests have, by how many there are."""
    counted = select(FILED.c.series, func.count(), func.max(FILED.c.entry)).group_by(FILED.c.series)
    ours = counted.where((FILED.c.subject == number) | FILED.c.series.not_in(_OF_REQUESTS))
    with books.connect() as connection:
        rows: Iterable[Row[tuple[object, ...]]] = connection.execute(ours.order_by(FILED.c.series)).all()
    return [[*row] for row in rows]


@cache
def _program() -> str:
    """The files of this program: an answer of another release does not count."""
    files = sorted(file for file in _PROGRAM.rglob("*") if file.suffix in (".py", ".toml"))
    told = [(str(file), (stat := file.stat()).st_size, stat.st_mtime_ns) for file in files]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()
