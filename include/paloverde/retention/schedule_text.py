"""Reading a retention schedule from TOML: every mistake is one sentence that names the class and the line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from paloverde.errors import BadQuestion
from paloverde.records import Holder, Kind, Provenance, Visibility, archive_day
from paloverde.retention.schedule import RecordClass, Schedule

LONGEST = 256 * 1024  # characters; a schedule of a thousand classes is shorter
_EXCLUSIONS = ("34090(a)", "34090(b)", "34090(c)", "34090(e)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_YEARS = 1_000
_LINE = "some words on one line"
_LISTS: tuple[tuple[str, type[Kind | Holder | Provenance | Visibility]], ...] = (
    ("kinds", Kind), ("holders", Holder), ("provenance", Provenance), ("visibility", Visibility),
)  # fmt: skip


def read_schedule(text: str, *, where: str, today: date | None = None) -> Schedule:
    """The schedule of a TOML text; `BadQuestion` says what is wrong with it, and where.

    `where` names the file. What is adopted after `today` (None: as the machine has it) is none yet.
    """
    if len(text) > LONGEST:
        raise BadQuestion(f"{where} is too long for a schedule ({len(text):,} characters); mend the file.")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadQuestion(f"{where} is no TOML: {error}. `paloverde schedule example` shows one.") from None
    reading = _Reading(text, where, today or archive_day(datetime.now(UTC)))
    classes = document.get("classes")
    if not isinstance(classes, list) or not classes or not all(isinstance(c, dict) for c in classes):
        raise reading.wrong("", "it names no class; begin each with a line [[classes]]")
    for number, table in enumerate(classes):
        reading.check_class(number, table)
    reading.refuse_twice(classes)
    reading.refuse_unknown("", document, Schedule.__struct_fields__)
    schedule: Schedule = reading.convert("", document, Schedule)
    reading.check_dates(schedule)
    return schedule


def _is_a_line(text: str) -> bool:
    """Whether a text has something to read, and nothing that a page or a paper would break on."""
    return bool(text.strip()) and text.isprintable()


class _Reading:
    """One text that is read, and how to say where in it something is wrong."""

    def __init__(self, text: str, where: str, latest: date) -> None:
        self._lines, self._where, self._latest = text.splitlines(), where, latest

    def check_class(self, number: int, table: dict[str, Any]) -> None:
        name = self._name(number, table)
        self.refuse_unknown(name, table, RecordClass.__struct_fields__)
        for member, nouns in _LISTS:
            self._check_list(name, member, table.get(member, []), nouns)
        self._check_time(name, table)
        self.convert(name, table, RecordClass)
        if not _is_a_line(table["title"]):
            raise self.wrong(name, f"title must be {_LINE}", "title")

    def _check_list(self, name: str, member: str, given: Any, nouns: Iterable[Any]) -> None:
        known = [str(noun) for noun in nouns]
        if not isinstance(given, list):
            raise self.wrong(name, f'{member} must be a list, such as {member} = ["{known[0]}"]', member)
        for word in given:
            if word not in known:
                told = f"{member} has {word!r}, which is none of: {', '.join(known)}"
                raise self.wrong(name, told, member)

    def _check_time(self, name: str, table: dict[str, Any]) -> None:
        ways = [way for way in ("permanent", "excluded") if table.get(way) not in (None, False, "")]
        ways = [*(["years"] if "years" in table else []), *ways]
        if len(ways) != 1:
            found = f"it has {' and '.join(ways)}" if ways else "it has none of them"
            raise self.wrong(name, f"it needs exactly one of years, permanent, excluded; {found}")
        years = table.get("years", 1)
        if not isinstance(years, int) or isinstance(years, bool) or not 1 <= years <= _MOST_YEARS:
            told = f"years must be a whole number from 1 to {_MOST_YEARS:,}"
            raise self.wrong(name, told, "years")
        if "excluded" in ways and table["excluded"] not in _EXCLUSIONS:
            raise self.wrong(name, f"excluded must be one of: {', '.join(_EXCLUSIONS)}", "excluded")
        if "after" in table and table["after"] not in ("received", "removed"):
            raise self.wrong(name, "after must be received or removed", "after")
        self._check_duplicate(name, table, has_years="years" in ways)

    def _check_duplicate(self, name: str, table: dict[str, Any], *, has_years: bool) -> None:
        procedure = table.get("procedure")
        if isinstance(procedure, str) and procedure and not _is_a_line(procedure):
            raise self.wrong(name, f"procedure must be {_LINE}", "procedure")
        if table.get("duplicate") and not (has_years and procedure):
            told = (
                "duplicate needs years, and procedure: the id of the council's procedure (Gov. Code 34090.7)"
            )
            raise self.wrong(name, told, "duplicate")
        if procedure and not table.get("duplicate"):
            raise self.wrong(name, "procedure belongs to duplicate = true", "procedure")

    def refuse_twice(self, classes: list[dict[str, Any]]) -> None:
        seen: set[str] = set()
        for table in classes:
            if table["id"] in seen:
                raise self.wrong(f"class {table['id']}", "it stands there twice; give each class its own id")
            seen.add(table["id"])

    def check_dates(self, schedule: Schedule) -> None:
        if not _is_a_line(schedule.resolution) or len(schedule.resolution) > 80:
            told = "resolution must be the resolution's number on one line, such as 2026-41"
            raise self.wrong("", told, "resolution")
        if not _is_a_line(schedule.title):
            raise self.wrong("", f"title must be {_LINE}", "title")
        if schedule.adopted_on > self._latest:
            told = f"adopted_on is {schedule.adopted_on}, a day to come: a schedule is filed once adopted"
            raise self.wrong("", told, "adopted_on")
        if schedule.effective_from < schedule.adopted_on:
            raise self.wrong("", "effective_from is before adopted_on", "effective_from")
        if schedule.effective_to is not None and schedule.effective_to < schedule.effective_from:
            raise self.wrong("", "effective_to is before effective_from", "effective_to")
        if schedule.file_sha256 and not _SHA256.fullmatch(schedule.file_sha256):
            told = "file_sha256 must be 64 letters and digits (0-9, a-f), as sha256sum prints them"
            raise self.wrong("", told, "file_sha256")

    def refuse_unknown(self, name: str, table: dict[str, Any], known: Iterable[str]) -> None:
        for member in table:
            if member not in known:
                raise self.wrong(name, f"{member!r} is not known; known are: {', '.join(known)}", member)

    def convert(self, name: str, table: dict[str, Any], into: type[Any]) -> Any:
        try:
            return msgspec.convert(table, into)
        except msgspec.ValidationError as error:
            raise self.wrong(name, f"{error}") from None

    def wrong(self, name: str, told: str, member: str = "") -> BadQuestion:
        number = self._line(name, member)
        parts = [self._where, *([f"line {number}"] if number else []), *([name] if name else [])]
        return BadQuestion(f"{', '.join(parts)}: {told}. Nothing was filed; mend the file.")

    def _name(self, number: int, table: dict[str, Any]) -> str:
        id_ = table.get("id")
        if not isinstance(id_, str) or not id_.strip() or len(id_) > 80:
            raise self.wrong(f"class number {number + 1}", "it needs an id of its own, such as SOC-POST")
        return f"class {id_}"

    def _line(self, name: str, member: str) -> int | None:
        """The line on which a member of a class stands, or the class; None where it is not found."""
        start = self._begin_of(name)
        if start is None or not member:
            return None if start is None or not name else start + 1
        for at in range(start, len(self._lines)):
            if at > start and self._lines[at].strip().startswith("[["):
                break
            if re.match(rf"\s*[\"']?{re.escape(member)}[\"']?\s*=", self._lines[at]):
                return at + 1
        return start + 1 if name else None

    def _begin_of(self, name: str) -> int | None:
        """Where the table of a class begins; the text's own beginning where none is named."""
        if not name:
            return 0
        begins = [at for at, line in enumerate(self._lines) if line.strip().startswith("[[classes]]")]
        if name.startswith("class number "):
            number = int(name.rsplit(" ", 1)[-1]) - 1
            return begins[number] if number < len(begins) else None
        id_ = re.escape(name.removeprefix("class "))
        pattern = re.compile(rf"\s*id\s*=\s*[\"']{id_}[\"']")
        ids = [at for at, line in enumerate(self._lines) if pattern.match(line)]
        return max((at for at in begins if ids and at < ids[-1]), default=None)


EXAMPLE = """\
# The retention schedule for social media records of the City of Springfield, which is invented.
# Change it with your clerk and your counsel. `paloverde schedule adopt FILE.toml` checks and files it.
# Nothing in it shortens the two years of Gov. Code 34090(d), a hold, a records request or a lock.

resolution = "2026-41"          # the council's resolution
title = "Records of social media accounts"
adopted_on = 2026-03-10
effective_from = 2026-04-01
# effective_to = 2031-03-31     # its last day; leave it out while there is none
# file_sha256 = "..."           # of the signed resolution, as sha256sum prints it (64 letters and digits)

# Each class: which records, and for how long. A list that is left out names all.
#   kinds       post, story, comment, message, subscriber, subscriber_count, profile, conversation, reaction,
#               blocked, event, album, other
#   holders     city, official
#   provenance  api, export, records, forwarded, personal_device, upload
#   visibility  public, hidden, private, unpublished, held, unknown
# Where two classes name a record, the one that keeps it longer counts. What none names is never destroyed.

[[classes]]
id = "SOC-POST"
title = "Posts and events of the City"
kinds = ["post", "story", "event", "album"]
years = 5                       # calendar years
after = "received"              # since the City had it last; or "removed"

[[classes]]
id = "SOC-COMMENT"
title = "Comments and reactions of the public"
kinds = ["comment", "reaction"]
years = 2

[[classes]]
id = "SOC-DM"
title = "Private messages"
kinds = ["message", "conversation"]
years = 3

[[classes]]
id = "SOC-SUB"
title = "Subscribers and their number"
kinds = ["subscriber", "subscriber_count"]
years = 2

[[classes]]
id = "SOC-PROFILE"
title = "The pages of the accounts themselves"
kinds = ["profile"]
permanent = true

[[classes]]
id = "SOC-OFFICIAL"
title = "Everything on accounts of officials"
holders = ["official"]
years = 4

[[classes]]
id = "SOC-STATUTE"
title = "Records handed in that a statute requires to be kept"
provenance = ["upload"]
excluded = "34090(c)"           # 34090(a), (b), (c) or (e): never destroyed under section 34090

[[classes]]
id = "SOC-DUPLICATE"
title = "Records of another archive that were moved in and are kept there, too"
provenance = ["records"]
kinds = ["blocked"]
years = 2
duplicate = true
procedure = "CC-7"              # the council's procedure for duplicates (Gov. Code 34090.7)
"""
