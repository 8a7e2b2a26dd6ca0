"""How old the newest backup is: of the databases and the City's folder, which no store holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from paloverde.alarms.here import Look, Place
from paloverde.alarms.line import Level, Line
from paloverde.installation.backups import listed, moment_of
from paloverde.wording import at_time, some

_LATE, _LOST = timedelta(hours=26), timedelta(hours=74)  # one is made every day


class Backups(NamedTuple):
    """What lies in the folder of backups: `newest` is None without any, `folder` "" where none is named."""

    folder: str
    number: int
    newest: datetime | None
    now: datetime


def ask(place: Place) -> Backups:
    folder = place.settings.backup_folder
    if folder is None:
        return Backups("", 0, None, place.now)
    moments = [moment for path in listed(folder) if (moment := moment_of(path.name))]
    return Backups(str(folder), len(moments), max(moments, default=None), place.now)


def judge(found: Backups) -> Iterator[Line]:
    if not found.folder:
        return  # the look at the settings says so
    key, subject, todo = "backup", "The backups", "see why `paloverde backup make` does not run"
    if found.newest is None:
        yield Line(key, subject, Level.BAD, f"There is none in {found.folder}.", todo)
        return
    age = found.now - found.newest
    level = Level.BAD if age > _LOST else Level.WARN if age > _LATE else Level.OK
    made = at_time(found.newest)
    told = f"The newest was begun on {made}; the folder holds {some(found.number, 'backup')}."
    yield Line(key, subject, level, told, "" if level is Level.OK else todo, since=found.newest)


LOOKS = (Look("backup", "The backups", ask, judge, needs_city=False),)
