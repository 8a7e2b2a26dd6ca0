"""The settings: what is not set, and what does not go, or is not noticed, without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from paloverde.alarms.here import Look, Place
from paloverde.alarms.line import Level, Line
from paloverde.settings import SETTINGS, Settings

# What is asked for, and what is wrong while it is not set.
_WANTED = {
    "agency_name": "letters and bundles bear the name of a setting in place of the City's",
    "records_office": "no letter to a requester can be sent",
    "archive_location": "letters that must say where the archive's machines stand cannot be sent",
    "second_store": "one lost store is a lost archive",
    "backup_folder": "nobody sees when backups stop",
    "log_origin": "nobody outside bears witness to the ledger",
    "city_domains": "no check asks for a page of the City's website, or knows which links lead there",
    "alerts_it": "nobody is written to when something breaks: alerts stand in `paloverde alerts` alone",
}
_DEFAULTS = {one.name: one.default for one in SETTINGS}


class Unset(NamedTuple):
    """A setting that is wanted, and whether it is set."""

    name: str
    is_set: bool


def ask(place: Place) -> list[Unset]:
    return [Unset(name, _is_set(place.settings, name)) for name in _WANTED]


def judge(found: Sequence[Unset]) -> Iterator[Line]:
    missing = [one for one in found if not one.is_set]
    if not missing:
        yield Line(
            "settings", "The settings", Level.OK, "They were read, and none that is wanted is missing."
        )
    for one in missing:
        variable = f"PALOVERDE_{one.name.upper()}"
        said = f"{variable} is not set: {_WANTED[one.name]}."
        yield Line(f"setting {one.name}", "The settings", Level.WARN, said, f"set {variable}", is_quiet=True)


def _is_set(settings: Settings, name: str) -> bool:
    if name == "alerts_it" and settings.alerts_webhook is not None:
        return True
    value = getattr(settings, name)
    return bool(value) and value != _DEFAULTS[name]


LOOKS = (Look("settings", "The settings", ask, judge, needs_city=False),)
