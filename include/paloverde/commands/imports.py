"""Import files that a site, another archiver or a person handed over: the export of an account, forwarded
e-mails, records of another archive, files from personal devices. Each import is sealed as a run of its own;
the same files again change nothing. At the end every gap and every piece that could not be read is named.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from paloverde.commands.asking import actor
from paloverde.commands.office import day, opened
from paloverde.errors import BadQuestion
from paloverde.imports.formats import FORMATS
from paloverde.imports.recordform import FIELDS
from paloverde.imports.said import Declaration, Wish
from paloverde.records import Kind, Provenance

_LONGEST_STATEMENT = 100_000


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="+", type=Path, help="zip archives, folders or files, as they came")
    parser.add_argument("--account", required=True, help="slug of the account that they are of")
    told = "; ".join(f"{name}: {format_.about}" for name, format_ in FORMATS.items())
    parser.add_argument("--format", choices=list(FORMATS), help=f"{told}. Recognised where it is not given")
    grades = [grade.value for grade in Provenance if grade is not Provenance.API]
    parser.add_argument("--provenance", choices=grades, help="how it came, where the format does not say it")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help="which field a column of a table is",
    )
    parser.add_argument(
        "--zone", default="", help="time zone of times that name none (default: UTC; of tables: Pacific)"
    )
    parser.add_argument(
        "--kind", choices=[kind.value for kind in Kind], help="what rows and files without a kind are"
    )
    parser.add_argument(
        "--public",
        action="store_true",
        help="what does not say who could see it could be seen by everybody (else it is private)",
    )
    parser.add_argument("--custodian", help="who hands in files of a personal device")
    parser.add_argument(
        "--declaration", type=Path, metavar="FILE", help="the custodian's signed statement, as text"
    )
    parser.add_argument("--declared", type=day, metavar="DATE", help="the date of that statement")
    parser.add_argument("--quiet", action="store_true", help="say only the result")


def run(args: argparse.Namespace) -> int:
    city = opened()
    wish = Wish(
        format=args.format,
        provenance=Provenance(args.provenance) if args.provenance else None,
        columns=dict(_column(one) for one in args.map),
        zone=_zone(args.zone) if args.zone else None,
        kind=Kind(args.kind) if args.kind else None,
        declaration=_declaration(args),
        public=args.public,
    )
    progress = (lambda _: None) if args.quiet else _progress
    report = city.import_files(args.account, args.path, wish, actor(), progress)
    for line in report.lines():
        print(line)
    return 1 if report.read_nothing else 0


def _progress(words: str) -> None:
    print(words, file=sys.stderr)


def _column(text: str) -> tuple[str, str]:
    column, separator, field = text.partition("=")
    if not separator or field.strip() not in FIELDS:
        raise BadQuestion(
            f"--map {text!r} does not name a field. Write the column, an equals sign and one of: "
            f"{', '.join(FIELDS)}."
        )
    return " ".join(column.split()).lower(), field.strip()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise BadQuestion(f"{name!r} is no time zone. Write it as America/Los_Angeles or UTC.") from None


def _declaration(args: argparse.Namespace) -> Declaration | None:
    given = (args.custodian, args.declaration, args.declared)
    if not any(given):
        return None
    if not all(given):
        raise BadQuestion(
            "A declaration needs the custodian's name (--custodian), its text (--declaration FILE) and its "
            "date (--declared DATE): give all three."
        )
    try:
        statement = args.declaration.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise BadQuestion(
            f"{args.declaration} is no text (UTF-8). Save the words of the declaration as a text file, and "
            "hand in the signed PDF with the other files."
        ) from None
    if not statement or len(statement) > _LONGEST_STATEMENT:
        raise BadQuestion(f"{args.declaration} is empty or longer than a declaration can be; check the file.")
    return Declaration(args.custodian.strip(), args.declared.isoformat(), statement)
