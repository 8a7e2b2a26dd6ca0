"""Records that move in: files of lines, tables, and the folder that `paloverde export` writes."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from paloverde.errors import Unreadable
from paloverde.imports.csvtext import Row, names_of, table
from paloverde.imports.members import Member, Sources
from paloverde.imports.origin import origin_of
from paloverde.imports.recordform import FIELDS, FormMedium, Line, in_utc, line_in, record_of
from paloverde.imports.removedform import told_of
from paloverde.imports.said import NOT_JSON, Dossier, File, Read, Said, Task, line_ends, missed, segments
from paloverde.imports.times import time_of
from paloverde.records import Medium, Provenance, Unread

LINES = (".jsonl", ".ndjson", ".json")
_DATED = ("removed_at", "last_seen_at", "confirmed_at")
_REASONED = ("confirmed_by", "cause", "cause_reason", "retain_until")
_GRADES = {grade.value: grade for grade in Provenance}
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_records(sources: Sources, task: Task) -> Iterator[Said]:
    """Records of the form, in files of lines and tables. Media are looked for beside them."""
    files, members = _Files(sources), chosen(sources, task)
    origin = origin_of(sources, members)
    if origin is not None:
        yield origin
    is_own = origin is not None and task.provenance is Provenance.RECORDS
    for member in members:
        try:
            if member.ending in LINES:
                is_dossier = member.path.startswith("removed/")
                yield from _lines(member, task, files, is_dossier=is_dossier, is_own=is_own)
            else:
                yield from _table(member, task, files)
        except Unreadable as error:
            if len(members) == 1:
                raise
            yield missed(member.path or member.name, str(error))


def chosen(sources: Sources, task: Task) -> list[Member]:
    """The files to read: of a folder of `paloverde export` those of the account, else all lines and tables.

    Raises `Unreadable` where there is none.
    """
    found = [member for member in sources.members if member.ending in (*LINES, ".csv")]
    moved = [member for member in found if member.path.startswith(("records/", "removed/"))]
    if moved:
        own = [
            member for member in moved if member.path.split("/")[1] == f"{task.account.slug}{member.ending}"
        ]
        if own:
            return own
        there = ", ".join(sorted({member.file_name.rpartition(".")[0] for member in moved}))
        raise Unreadable(f"There are no records of {task.account.slug} in it, only of {there}.")
    if not found:
        raise Unreadable("There is no file of JSON lines (.jsonl) and no table (.csv) in what was handed in.")
    return found


class _Files:
    """The members that hold media, by their hash or path."""

    def __init__(self, sources: Sources) -> None:
        self._by_path = {member.path: member for member in sources.members if member.path}

    def of(self, form: FormMedium, medium: Medium) -> File:
        if form.file:
            member = self._by_path.get(form.file)
            missing = "" if member else f"the file {form.file} was not handed in"
            return File(medium, member, missing=missing, sha256=form.sha256 or "")
        if form.sha256:
            member = self._by_path.get(f"media/sha256/{form.sha256[:2]}/{form.sha256}")
            missing = "" if member else "its bytes were not handed in"
            return File(medium, member, None, form.sha256, form.size, missing)
        return File(medium, missing=form.not_captured or "the archive that it came from did not hold it")


def _lines(member: Member, task: Task, files: _Files, *, is_dossier: bool, is_own: bool) -> Iterator[Said]:
    if next(member.chunks(2), b"").startswith(_WIDE):
        raise Unreadable(f"{member.name} is UTF-16: save it again as UTF-8, and hand that in.")
    number = 0
    for original in segments(member, line_ends):
        yield original
        gathered = Read([], [], [], [], exact=True)
        start = 0
        for text in original.body.split(b"\n"):
            number += 1
            if text.strip():
                if is_dossier:
                    yield from _dossier(text, start, number, task, files, gathered, is_own=is_own)
                else:
                    _take(text, start, number, task, files, gathered, is_own=is_own)
            start += len(text) + 1
        number -= 1
        yield gathered


def _take(
    text: bytes, start: int, number: int, task: Task, files: _Files, read: Read, *, is_own: bool
) -> None:
    """One line into what was read, as a record or as unread. `is_own`: its grade is believed."""
    try:
        line, note = line_in(text)
        if line.account and line.account != task.account.slug:
            read.unread.append(Unread(text, f"line {number:,} is of the account {line.account}", start))
            return
        record = record_of(line, text, start, task, note)
    except Unreadable as error:
        read.unread.append(Unread(text, f"line {number:,}: {error}", start))
        return
    read.records.append(record)
    if is_own:
        read.grades.append(_GRADES.get(line.provenance or "", task.provenance))
    read.observed.append(in_utc(line.observed_at, task) if line.observed_at else None)
    if line.media:
        read.files.extend(
            files.of(one, medium) for one, medium in zip(line.media, read.records[-1].media, strict=True)
        )


def _dossier(
    text: bytes, start: int, number: int, task: Task, files: _Files, read: Read, *, is_own: bool
) -> Iterator[Dossier]:
    """A removed item. What it says of its removal must be whole, or it is no dossier."""
    mine = Read([], [], [], [])
    _take(text, start, number, task, files, mine, is_own=is_own)
    read.unread.extend(mine.unread)
    for record in mine.records:
        try:
            removal = msgspec.json.decode(text, type=dict[str, Any])
            row: dict[str, Any] = {name: datetime.fromisoformat(removal[name]) for name in _DATED}
            row |= {name: removal[name] for name in _REASONED}
            row["retain_until"] = datetime.fromisoformat(removal["retain_until"]).date()
            row |= told_of(text)
        except (*NOT_JSON, KeyError, ValueError, TypeError):
            read.unread.append(Unread(text, f"line {number:,} does not say all of its removal", start))
            continue
        row["observed_at"] = mine.observed[0]
        yield Dossier(row, record, mine.files, next(iter(mine.grades), None))


def _table(member: Member, task: Task, files: _Files) -> Iterator[Said]:
    wanted = {column.lower(): field for column, field in task.columns.items()} | {
        name: name for name in FIELDS
    }
    _refuse_without_kind(member, wanted, task)
    unnamed: set[str] = set()
    for chunk in table(member, lambda names: _says(names, wanted)):
        yield chunk.original
        read = Read([], chunk.unread, [], [], exact=task.provenance is Provenance.RECORDS)
        made_up = Read([], [], [], [], derived=True)
        for row in chunk.rows:
            unnamed |= row.cells.keys() - wanted.keys()
            _take_row(row, wanted, task, files, read, made_up)
        yield read
        if made_up.records:
            yield made_up
    if unnamed:
        columns = ", ".join(sorted(unnamed))
        cause = f"{columns} of {member.name}: kept, not searched; name them with `--map`"
        yield missed("columns", cause, of=member.name)


def _refuse_without_kind(member: Member, wanted: dict[str, str], task: Task) -> None:
    """A table may hold private messages as well as posts: somebody has to say which."""
    names = names_of(member, lambda names: _says(names, wanted))
    if names and task.kind is None and "kind" not in {wanted.get(name) for name in names}:
        raise Unreadable(
            f"{member.name} has no column that says what its rows are: name it with --map COLUMN=kind, or "
            "say what all of them are with --kind (message for private messages, post for posts)."
        )


def says_records(member: Member, columns: Mapping[str, str]) -> bool:
    """Whether a table has a row of column names that are known, or named so by whoever hands it in."""
    wanted = {column.lower(): field for column, field in columns.items()} | {name: name for name in FIELDS}
    return bool(names_of(member, lambda names: _says(names, wanted)))


def _says(names: set[str], wanted: dict[str, str]) -> bool:
    """Whether a row of names says where the words or the ids are."""
    return bool({wanted[name] for name in names & wanted.keys()} & {"text", "native_id", "raw", "media"})


def _take_row(row: Row, wanted: dict[str, str], task: Task, files: _Files, read: Read, made_up: Read) -> None:
    cells = {wanted[name]: value for name, value in row.cells.items() if name in wanted and value}
    notes = [row.drift]
    line = Line()
    for name, value in cells.items():
        if name in ("posted_at", "edited_at", "observed_at"):
            moment, wrong = time_of(value, task.now, task.zone)
            setattr(line, name, moment)
            notes.append(wrong and f"{name}: {wrong}")
        elif name == "count":
            line.count = int(value) if value.strip().isdecimal() and len(value) < 16 else None
            notes.append(None if line.count is not None else f"the count {value[:40]!r} is no number")
        elif name == "media":
            line.media = _listed(value, notes)
        else:
            setattr(line, name, value)
    if line.account and line.account != task.account.slug:
        read.unread.append(
            Unread(row.payload, f"row {row.number:,} is of the account {line.account}", row.position)
        )
        return
    if not line.kind and task.kind is None:
        read.unread.append(
            Unread(row.payload, f"row {row.number:,} does not say what it is (its kind)", row.position)
        )
        return
    line.posted_text = line.posted_text or cells.get("posted_at")
    into = read if line.native_id else made_up
    # By its bytes and not by what is understood of them: with more columns named it is the same row.
    line.native_id = line.native_id or "row-" + hashlib.sha256(row.payload).hexdigest()[:32]
    try:
        record = record_of(line, row.payload, row.position, task, "; ".join(filter(None, notes)) or None)
    except Unreadable as error:
        read.unread.append(Unread(row.payload, f"row {row.number:,}: {error}", row.position))
        return
    into.records.append(record)
    into.observed.append(line.observed_at)
    if line.media:
        into.files.extend(map(files.of, line.media, record.media))


def _listed(value: str, notes: list[str | None]) -> list[FormMedium]:
    """The media of a cell: JSON as in a line, or names of files and addresses with a bar between."""
    if value.lstrip().startswith("["):
        try:
            return msgspec.json.decode(value, type=list[FormMedium])
        except NOT_JSON as error:
            notes.append(f"the list of media cannot be read ({error})")
            return []
    parts = [part.strip() for part in value.split("|")]
    return [FormMedium(url=part) if "://" in part else FormMedium(file=part) for part in parts if part]
