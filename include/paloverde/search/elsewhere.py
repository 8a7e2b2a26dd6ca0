"""The same question on another engine (Spark, Trino, Athena), over the same sealed Parquet.

    answer = search_elsewhere(archive, OverSql(connection), "street w/5 sweeping")

The engine finds candidates by `candidates.statement`; `matching.py` decides. Which files it has to read the
seals say, never a listing, and the engine tells how many rows it read of each: one that it left out ends the
search. What it names is read again from the sealed objects, whose bytes are checked, and decided again. So
the answer is that of `answer.search`; an engine that errs can lose a record, and cannot bring one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, NamedTuple, Protocol, Unpack

import pyarrow as pa

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Role
from paloverde.errors import Suspicious
from paloverde.search.ahead import ahead
from paloverde.search.answer import Answer, answer_of
from paloverde.search.candidates import NAMES, SHOWN, commented, coverage, statement
from paloverde.search.hits import COLUMNS
from paloverde.search.inquiry import Inquiry, inquire, parts_of
from paloverde.search.question import Question
from paloverde.search.removals import read_removals
from paloverde.search.scan import Hold, Scan
from paloverde.search.scope import Bounds, Scope

_IN_KEY = 4  # parts of the key of a Parquet file: records/account=…/date=…/….parquet
_WARNED = (
    "This is not the answer yet. It finds every version that answers, and others: words are compared "
    "coarsely, days with a day to spare, and the same version may stand in several rows. Paloverde decides "
    "which answer: search_elsewhere() with a connection to this engine, or paloverde search. Cite that alone."
)
Version = tuple[str, str, str, str]


class Plan(NamedTuple):
    """What an engine has to do for a question, and over which sealed objects."""

    inquiry: Inquiry
    records: list[SealedPart]
    removed: list[SealedPart]  # whatever the days asked: what was removed is known from all of them

    def sql(self, columns: Sequence[str] = SHOWN) -> str:
        """The candidates, as SQL."""
        private = self.inquiry.scope.include_private
        return statement(self.inquiry.tree, include_private=private, columns=columns)

    def files(self, role: Role, at: str) -> list[str]:
        """Where the engine finds the files of a table (`records`, `removed`); `at` is the store's address."""
        parts = self.records if role is Role.RECORDS else self.removed
        return list(dict.fromkeys(f"{at.rstrip('/')}/{part.part.key}" for part in parts))


class Found(NamedTuple):
    """What an engine says: the rows that it read of each file, and each candidate by `candidates.NAMES`."""

    rows: Mapping[str, int]
    versions: Iterable[Sequence[str]]


class Engine(Protocol):
    """Something that puts a plan's SQL to a plan's files."""

    def find(self, plan: Plan) -> Found: ...


class OverSql:
    """An engine behind a connection of the Python Database API (PEP 249): Trino, Athena, DuckDB.

    Its tables `records` and `removed` are there already, made as docs/guide/scale.md says. Only the names of
    candidates come over the line.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def find(self, plan: Plan) -> Found:
        rows = {file: int(number) for file, number in self._fetch(coverage())}
        return Found(rows, self._fetch(plan.sql(NAMES)))

    def _fetch(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())


def plan_of(archive: Archive, question: str | Question, **bounds: Unpack[Bounds]) -> Plan:
    """What an engine has to do for a question; arguments and errors as in `answer.search`."""
    inquiry = inquire(archive, question, Scope.of(bounds))
    records = parts_of(archive, Role.RECORDS, inquiry.tree, inquiry.accounts, inquiry.last)
    return Plan(inquiry, records, parts_of(archive, Role.REMOVED, None, inquiry.accounts, inquiry.last))


def explained(plan: Plan) -> str:
    """The plan's SQL with what it is and is not, for somebody who pastes it into a console."""
    inquiry = plan.inquiry
    private = "are among them" if inquiry.scope.include_private else "are left out"
    some = "1 file" if len(plan.records) == 1 else f"{len(plan.records):,} files"
    files = f"{some} of records and {len(plan.removed):,} of removed"
    return commented(
        plan.sql(),
        [
            f"Candidates for: {inquiry.tree}.",
            f"Private messages and lists of subscribers {private}.",
            _WARNED,
            f"Its tables must hold the {files} that the seals to run {inquiry.last:,} name.",
        ],
    )


def search_elsewhere(
    archive: Archive, engine: Engine, question: str | Question, **bounds: Unpack[Bounds]
) -> Answer:
    """What `answer.search` answers, found by another engine; arguments and errors as there.

    `Suspicious` where the engine did not read all that the seals name.
    """
    plan = plan_of(archive, question, **bounds)
    found = engine.find(plan)
    _refuse_unread(plan, {key_of(file): rows for file, rows in found.rows.items()})
    return _settled(archive, plan, found.versions)


def key_of(file: str) -> str:
    """The key of a sealed Parquet file in the address under which an engine read it."""
    return "/".join(file.split("/")[-_IN_KEY:])


def _refuse_unread(plan: Plan, read: Mapping[str, int]) -> None:
    parts = [*plan.records, *plan.removed]
    unread = [part.part for part in parts if read.get(part.part.key, 0) < part.part.rows]
    if unread:
        first = unread[0]
        raise Suspicious(
            f"The other engine did not read {len(unread):,} of the {len(parts):,} sealed files of this "
            f"question in full, {first.key} among them: {read.get(first.key, 0):,} of its {first.rows:,} "
            "rows. Make its tables anew (docs/guide/scale.md says how), and ask again."
        )


def _settled(archive: Archive, plan: Plan, versions: Iterable[Sequence[str]]) -> Answer:
    """The answer, from the sealed objects that hold what was found."""
    inquiry = plan.inquiry
    told = parts_of(archive, Role.REMOVED, inquiry.tree, inquiry.accounts, inquiry.last)
    parts = [*plan.records, *told]
    removals = read_removals(archive, plan.removed)
    scan = Scan(archive, inquiry.tree, removals, include_private=inquiry.scope.include_private)
    return answer_of(archive, inquiry, _held(scan, parts, _by_key(versions)))


def _by_key(versions: Iterable[Sequence[str]]) -> dict[str, set[Version]]:
    found: dict[str, set[Version]] = {}
    for one in versions:
        file, account, kind, native_id, version = one[: len(NAMES)]
        found.setdefault(key_of(file), set()).add((account, kind, native_id, version))
    return found


def _held(scan: Scan, parts: Sequence[SealedPart], found: Mapping[str, set[Version]]) -> Iterator[Hold]:
    """The answers among these versions of these parts. A file that no seal names holds none."""

    def holds(part: SealedPart) -> list[Hold]:
        table = scan.archive.table(part.part, COLUMNS)
        names = zip(*(table[name].to_pylist() for name in NAMES[1:]), strict=True)
        wanted = found[part.part.key]
        numbers = [number for number, name in enumerate(names) if name in wanted]
        some = table.take(pa.array(numbers, pa.int64()))
        sure = scan.sure(some)
        rows = some.take(pa.array(sure, pa.int64())).to_pylist()
        return list(scan.holds(rows, [(part, numbers[one]) for one in sure]))

    for some in ahead(holds, [part for part in parts if part.part.key in found]):
        yield from some
