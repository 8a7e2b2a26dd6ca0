"""Adopt the City's retention schedule by resolution, list what is adopted, or print an example to begin with.
A schedule says for how long each class of records is kept. It destroys nothing, and shortens no hold.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from paloverde.commands.asking import actor
from paloverde.commands.office import opened
from paloverde.errors import BadQuestion
from paloverde.installation import Installation
from paloverde.retention.schedule import RecordClass, Schedule, too_short
from paloverde.retention.schedule_text import EXAMPLE, LONGEST
from paloverde.wording import spoken


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action")
    actions.add_parser("list", help="list the adopted schedules and their classes (the default)")
    actions.add_parser("example", help="print a commented example of an invented city")
    adopt = actions.add_parser("adopt", help="check a schedule and file it for good")
    adopt.add_argument("file", type=Path, help="the schedule as TOML; `paloverde schedule example` shows one")


def run(args: argparse.Namespace) -> int:
    if args.action == "example":
        sys.stdout.write(EXAMPLE)
        return 0
    city = opened()
    print("\n".join(_adopted(city, args.file) if args.action == "adopt" else _listed(city)))
    return 0


def _adopted(city: Installation, file: Path) -> Iterator[str]:
    schedule, is_new = city.retention.adopt(_text_of(file), file.name, actor())
    today = city.retention.today()
    filed = "is filed" if is_new else "is filed already and says the same; nothing was filed"
    yield f"The schedule of Resolution {schedule.resolution} {filed}. It is {schedule.standing(today)}."
    for class_ in too_short(schedule):
        yield (
            f"Class {class_.id} says {class_.years} years: the two years of Gov. Code 34090(d) hold all the "
            "same."
        )
    others = [one for one in city.retention.schedules().on(today) if one.resolution != schedule.resolution]
    for other in others:
        yield (
            f"Resolution {other.resolution} is {other.standing(today)} too: where both cover a record, the "
            "longer time counts. To end it, adopt it again with effective_to."
        )
    yield "Its classes are the City's own words: nobody here has checked them against the law."


def _text_of(file: Path) -> str:
    body = file.read_bytes()
    if len(body) > LONGEST:
        raise BadQuestion(f"{file} has {len(body):,} bytes, too many for a schedule: name another file.")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise BadQuestion(f"{file} is no text in UTF-8: save it as such and adopt it again.") from None


def _listed(city: Installation) -> Iterator[str]:
    adopted, today = city.retention.schedules().adopted, city.retention.today()
    if not adopted:
        yield "No schedule is adopted: every class is unknown, and nothing may ever be destroyed."
        yield "`paloverde schedule example` prints one to begin with."
    for schedule in adopted:
        yield f"Resolution {schedule.resolution}: {schedule.title}"
        yield f"  adopted on {spoken(schedule.adopted_on)}; {schedule.standing(today)}"
        yield from (f"  {line}" for line in _classes(schedule))


def _classes(schedule: Schedule) -> Iterator[str]:
    for class_ in schedule.classes:
        yield f"{class_.id}  {class_.title}: {_which(class_)}; {_how_long(class_)}"


def _which(class_: RecordClass) -> str:
    lists = (class_.kinds, class_.holders, class_.provenance, class_.visibility)
    return "; ".join(", ".join(words) for words in lists if words) or "everything"


def _how_long(class_: RecordClass) -> str:
    if class_.excluded:
        return f"never destroyed ({class_.excluded})"
    if class_.permanent:
        return "kept for ever"
    told = f"{class_.years} {'year' if class_.years == 1 else 'years'} after it was {class_.after.value}"
    return f"{told} (duplicates, procedure {class_.procedure})" if class_.duplicate else told
