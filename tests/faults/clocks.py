"""Other clocks: a whole process lives on another day, in another zone, beside a site whose clock goes right or not.

`libfaketime` gives a process (Python, SQLite, the file system's times as it sees them) another time from its start.
Each case is such a process: two nights of a small site and the check between which something is deleted. What it
wrote is judged here, on this machine's own clock, by another arithmetic of calendars than the product's.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from faults.places import fresh_home
from faults.results import ROOT, Progress, Result
from plaza import plaza
from simcity.evidence import later

ZONES = ("America/Los_Angeles", "UTC", "Pacific/Kiritimati")
PACIFIC = ZoneInfo("America/Los_Angeles")
AHEAD = timedelta(hours=5)
MOMENTS = {
    "a minute before clocks go forward": datetime(2026, 3, 8, 9, 59, tzinfo=UTC),
    "a minute after": datetime(2026, 3, 8, 10, 1, tzinfo=UTC),
    "the hour that comes twice, first time": datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
    "the hour that comes twice, second time": datetime(2026, 11, 1, 9, 30, tzinfo=UTC),
    "the last minute of 28 February 2028": datetime(2028, 2, 29, 7, 59, tzinfo=UTC),
    "leap day": datetime(2028, 2, 29, 20, 0, tzinfo=UTC),
    "New Year's Eve, when Kiritimati is a day ahead": datetime(2027, 1, 1, 4, 0, tzinfo=UTC),
    "in two years": datetime(2028, 11, 22, 18, 0, tzinfo=UTC),
    "in twelve years": datetime(2038, 11, 22, 18, 0, tzinfo=UTC),
    "seconds before 2**31 seconds": datetime(2038, 1, 19, 3, 14, 4, tzinfo=UTC),
}


@dataclass(frozen=True)
class Clock:
    """One case. `site` is how far the site's clock is from the process's, `back` how far the clock is set back
    between the two nights.
    """

    name: str
    moment: datetime
    zone: str
    site: timedelta | None = None
    back: timedelta = timedelta()


def library() -> Path | None:
    """The library that lies about the time; None where it is not made for this machine."""
    found = find_spec("libfaketime")
    if found is None or not found.origin or (sys.platform, platform.machine()) != ("linux", "x86_64"):
        return None
    path = Path(found.origin).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
    return path if path.is_file() else None


def all_cases() -> list[Clock]:
    """The matrix, and the clocks that are wrong."""
    matrix = [Clock(name, moment, zone) for name, moment in MOMENTS.items() for zone in ZONES]
    noon = datetime(2027, 6, 1, 19, 0, tzinfo=UTC)
    wrong = [Clock(f"{hours} hours from the site's clock", noon, zone, site=timedelta(hours=hours))
             for hours in (-30, -5, 5, 30) for zone in ZONES]  # fmt: skip
    back = [Clock(f"set back by {hours} hours between two nights", noon, zone, back=timedelta(hours=hours))
            for hours in (1, 26) for zone in ZONES]  # fmt: skip
    return matrix + wrong + back


def play(case: Clock, planted: Path | None = None) -> list[str]:
    """One case; what is wrong. `planted` is a folder whose `sitecustomize.py` puts a bug into the process."""
    with fresh_home() as home:
        if case.site is not None:
            with plaza() as site:  # in this process: its clock goes right
                now = datetime.now(UTC)
                told = [_run(case, now + case.site, home, "night", planted, site.url)]
        else:
            told = [
                _run(case, case.moment, home, "night", planted),
                _run(case, case.moment + _next(case), home, "again", planted),
            ]
        return [f"{case.name}, {case.zone}: {words}" for words in _wrong(case, told, home)]


def _next(case: Clock) -> timedelta:
    return -case.back if case.back else timedelta(days=1)


def _run(
    case: Clock, moment: datetime, home: Path, what: str, planted: Path | None, site: str = ""
) -> dict[str, Any]:
    """A process at that moment; what it tells of itself."""
    found = library()
    assert found is not None
    local = moment.astimezone(ZoneInfo(case.zone))
    apart = home / "tmp"  # a process from the future takes what lies in a shared one for old leftovers
    apart.mkdir(exist_ok=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PALOVERDE_")},
        "LD_PRELOAD": str(found),
        "FAKETIME": f"@{local:%Y-%m-%d %H:%M:%S}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": case.zone,
        "TMPDIR": str(apart),
        "PYTHONPATH": os.pathsep.join(
            map(str, [*([planted] if planted else []), ROOT / "include", ROOT / "tests"])
        ),
    }
    if local.fold:  # libfaketime reads local time: of an hour that comes twice it can only name the first
        environment |= {"TZ": "UTC", "FAKETIME": f"@{moment:%Y-%m-%d %H:%M:%S}"}
    done = subprocess.run([sys.executable, "-m", "faults.clocked", str(home), what, site], env=environment,
                          capture_output=True, text=True, timeout=120, cwd=ROOT, check=False)  # fmt: skip
    if done.returncode:
        return {"crash": done.stderr[-2000:]}
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _wrong(case: Clock, told: list[dict[str, Any]], home: Path) -> Iterator[str]:
    if crashes := [one["crash"] for one in told if "crash" in one]:
        yield f"crash: {crashes[0]}"
        return
    if case.site is not None:
        if told[0]["raised"] != "Suspicious" or told[0]["seals"]:
            yield f"a clock that is wrong did not stop the run: {told[0]}"
        return
    for one, begun in zip(told, (case.moment, case.moment + _next(case)), strict=True):
        yield from _day(one, begun)
    yield from _locks(told, home)
    if not case.back:
        yield from _removal(told[1])
    for item, moment in told[0]["seen"].items():
        if told[1]["seen"].get(item, moment) < moment:
            yield f"{item} was seen last at {moment}, and then at {told[1]['seen'][item]}"


def _day(one: dict[str, Any], begun: datetime) -> Iterator[str]:
    """The process lived at the moment that was asked, and on the day that this is in California."""
    lived = datetime.fromisoformat(one["now"])
    if not timedelta(minutes=-1) < lived - begun < timedelta(minutes=2):
        yield f"the process lived at {lived}, and {begun} was asked: nothing is shown"
    if one["day"] != lived.astimezone(PACIFIC).date().isoformat():
        yield f"the archive day of {lived} is said to be {one['day']}"
    if one["raised"]:
        yield f"the night ended with {one['raised']}: {one['words']}"


def _locks(told: list[dict[str, Any]], home: Path) -> Iterator[str]:
    """Two calendar years from the day on which a thing was written, whatever zone the process lives in."""
    for one in told:
        day = date.fromisoformat(one["day"])
        for key in one["written"]:
            lock = json.loads((home / "archive" / ".locks" / f"{key}.json").read_bytes())["locked_until"]
            until = datetime.fromisoformat(lock).astimezone(PACIFIC)
            least = later(day, 2)
            # Through the end of that day; ledger entries are locked to the minute, for two years and a day.
            if not least <= until.date() <= least + timedelta(days=2):
                yield f"{key} of {day} is locked until {until}, and two calendar years end on {least}"


def _removal(one: dict[str, Any]) -> Iterator[str]:
    if one["removed"] != ["c1"]:
        yield f"c1 was deleted, and {one['removed']} are called removed"
        return
    confirmed = datetime.fromisoformat(one["confirmed_at"]).astimezone(PACIFIC).date()
    if one["retain_until"] != later(confirmed, 2).isoformat():
        yield f"what was removed on {confirmed} is to be kept until {one['retain_until']}"
    kept, free = (date.fromisoformat(one[name]) for name in ("kept_until", "floor_until"))
    if (
        not later(confirmed, 2)
        <= min(kept, free)
        <= max(kept, free)
        <= later(confirmed, 2) + timedelta(days=1)
    ):
        yield f"the decision keeps what was removed on {confirmed} until {kept}, by the floor until {free}"


def long_form(progress: Progress) -> Result:
    """The whole matrix."""
    begun, cases, breaks = time.monotonic(), all_cases() if library() else [], list[str]()
    broken = 0
    for number, case in enumerate(cases, 1):
        wrong = play(case)
        broken += bool(wrong)
        breaks += wrong
        if number % 6 == 0:
            progress(f"clocks: {number} of {len(cases)}, {broken} broken")
    figures: dict[str, int | float | str] = {
        "moments": ", ".join(f"{name} ({moment:%Y-%m-%d %H:%M} UTC)" for name, moment in MOMENTS.items()),
        "time zones of the process": ", ".join(ZONES),
        "clocks that were hours from the site's": sum(case.site is not None for case in cases),
        "clocks that were set back": sum(bool(case.back) for case in cases),
    }
    notes = [] if cases else ["Not played: libfaketime is made for Linux on x86-64 only."]
    return Result("clocks", "Other clocks and time zones", len(cases), len(cases) - broken,
                  time.monotonic() - begun, breaks, figures, notes)  # fmt: skip
