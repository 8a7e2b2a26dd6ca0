"""IT imports files that were handed over for an account, as `paloverde import` does."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi.responses import Response

from paloverde.desk.areas.accounts import HERE, account_of
from paloverde.desk.asked import Wrong
from paloverde.desk.files import brought
from paloverde.desk.jobs import JOBS, Progress
from paloverde.desk.rights import Act
from paloverde.desk.steps import Given, Step, done, form
from paloverde.desk.typed import Field, Typed
from paloverde.desk.visit import Here, Pages, Visit
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.imports.formats import FORMATS
from paloverde.imports.recordform import FIELDS
from paloverde.imports.said import Declaration, Wish
from paloverde.installation.city import Installation
from paloverde.records import Account, Kind, Provenance, archive_day

pages = Pages()
_MOST_TOLD = 20  # sentences about an import that read nothing
_NOTHING = "Not one record was read of these files: say what they are, if they were misunderstood."
_PREFIX = "paloverde-run-"  # what a killed program leaves under it is cleared by the next run


def _options(values: Iterable[StrEnum]) -> list[tuple[str, str]]:
    return [("", "what the files say"), *((one.value, one.value.replace("_", " ")) for one in values)]


_FIELDS = (
    Field("document", "The files", "file", "At most 20 files and 64 MB together.", True),
    Field("format", "What they are", "choice", "", False, [("", "recognize it"),
          *((name, one.about.replace(", its columns named by --map", "")) for name, one in FORMATS.items())]),
    Field("provenance", "How they came", "choice", "", False,
          _options(one for one in Provenance if one is not Provenance.API)),
    Field("kind", "What rows and files without a kind are", "choice", "", False, _options(Kind)),
    Field("columns", "Columns of a table", "area",
          "One a line: the column, an equals sign, the field, such as: Posted on=posted_at"),
    Field("zone", "Time zone of times that name none", "text", "Such as America/Los_Angeles. Empty: UTC, or "
          "California’s for tables."),
    Field("public", "What does not say who could see it could be seen by everybody", "tick"),
    Field("custodian", "Custodian", "text", "Who hands in files of a personal device."),
    Field("declared", "Date of the custodian’s statement", "date"),
    Field("statement", "The custodian’s signed statement", "area", "Its words."),
)  # fmt: skip


@pages.page("/accounts/{slug}/import", Act.RUN_ACCOUNTS)
def files(visit: Here, slug: str) -> Response:
    """The form of an import."""
    return form(visit, _import(_account(visit, slug)))


@pages.form("/accounts/{slug}/import", Act.RUN_ACCOUNTS)
def import_(visit: Here, slug: str, given: Given) -> Response:
    """Import them, as long work. They lie in a folder of its own until then."""
    mine = _account(visit, slug)

    def do(typed: Typed) -> Response:
        wish = _wish(typed)
        with brought(given, any_kind=True) as found:
            if not found:
                raise Wrong("document", "Choose the files.")
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
            paths = [Path(shutil.move(path.parent, folder)) / path.name for path in found]
        city, actor = visit.city, visit.actor

        def work(progress: Progress) -> str:
            try:
                return _imported(city, mine, paths, wish, actor, progress)
            finally:
                shutil.rmtree(folder)

        what, again = f"Import for {mine.slug}"[:80], f"/accounts/{mine.slug}/import"
        return visit.go(JOBS.start(visit, what, folder.name, work, again=again, act=Act.RUN_ACCOUNTS))

    return done(visit, _import(mine), given, do)


def _imported(
    city: Installation, mine: Account, paths: list[Path], wish: Wish, actor: str, progress: Progress
) -> str:
    """Where what came of it stands. What brought nothing is told as such, not as something made."""
    day = archive_day(city.vault.clock())
    told = city.import_files(mine.slug, paths, wish, actor, progress)
    if told.outcome != "sealed":
        raise PersonNeeded(told.sentence())
    if told.read_nothing:
        raise PersonNeeded(" ".join([told.sentence(), _NOTHING, *told.gaps, *told.unread][:_MOST_TOLD]))
    return f"/accounts/{mine.slug}/days/{day}"


def _import(mine: Account) -> Step:
    path = f"/accounts/{mine.slug}"
    return Step(
        title=f"Import files for {mine.slug}",
        here=HERE,
        action=f"{path}/import",
        button="Import these files",
        back=path,
        back_words=f"Back to {mine.slug}",
        fields=_FIELDS,
        lead=[
            (
                "The download of an account that the site gives, forwarded e-mails, tables, files from "
                "personal devices, as they came. They are sealed as a run of their own; the same files again "
                "change nothing."
            ),
            (
                "What is larger than 64 MB, such as most downloads with films, IT imports at the server: "
                f"paloverde import FILE --account {mine.slug}"
            ),
        ],
    )


def _account(visit: Visit, slug: str) -> Account:
    mine = account_of(visit, slug)
    if mine.slug not in {one.slug for one in visit.city.accounts()}:
        raise BadQuestion("This account is retired: archive it again before something is imported for it.")
    return mine


def _wish(typed: Typed) -> Wish:
    provenance, kind, zone = typed.choice("provenance"), typed.choice("kind"), typed.text("zone")
    return Wish(
        format=typed.choice("format") or None,
        provenance=Provenance(provenance) if provenance else None,
        columns=dict(_column(line) for line in typed.lines("columns")),
        zone=_zone(zone) if zone else None,
        kind=Kind(kind) if kind else None,
        declaration=_declaration(typed),
        public=typed.is_ticked("public"),
    )


def _column(line: str) -> tuple[str, str]:
    column, separator, field = line.partition("=")
    if not separator or field.strip() not in FIELDS:
        fields = ", ".join(FIELDS)
        raise Wrong("columns", f"Write a column, an equals sign and one of: {fields}.")
    return " ".join(column.split()).lower(), field.strip()


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        raise Wrong("zone", "This is no time zone: write it as America/Los_Angeles or UTC.") from None


def _declaration(typed: Typed) -> Declaration | None:
    given = [typed.text("custodian"), typed.day("declared"), typed.text("statement")]
    if not any(given):
        return None
    for field in ("custodian", "declared", "statement"):
        if not typed.text(field):
            raise Wrong(field, "A statement needs the custodian’s name, its date and its words.")
    return Declaration(typed.text("custodian"), typed.text("declared"), typed.text("statement"))
