"""Many cities in one installation: a folder with one file of settings for each, `<city>.env`.

    PALOVERDE_CITIES=/etc/paloverde/cities     palmaria.env  losolivos.env
    PALOVERDE_CITY=palmaria                    which of them a command means

A file holds what would be the environment of a city with an installation of its own: lines of `NAME=value`,
`#` before a remark. Nothing is shared by two cities: no folder, store, database, key or public address
(docs/decisions/0063-many-cities.md).
"""

from __future__ import annotations

import itertools
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from paloverde.errors import BadSetting

FOLDER = "PALOVERDE_CITIES"
CHOSEN = "PALOVERDE_CITY"
_PREFIX = "PALOVERDE_"
_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
_LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
# Where each city keeps what is its own: no such folder may lie in another city's.
_FOLDERS = ("home", "store", "second_store", "index_folder", "lake")
# What else two cities would have to share if it were the same. Keys to a store are among them, so that the
# server itself refuses one city the other's bucket.
_OWN = (
    "database",
    "signing_key_file",
    "credential_key_file",
    "privileged_key_file",
    "s3_access_key",
    "destroy_s3_access_key",
    "second_s3_access_key",
    "second_destroy_s3_access_key",
    "log_origin",
    "desk_address",
    "delivery_address",
    "metrics_token",
)


def names(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The cities' names, in order, without reading a setting; none where the installation is one city's."""
    return tuple(file.stem for file in _files(environ)) if FOLDER in environ else ()


def chosen(environ: Mapping[str, str]) -> str:
    """The city that PALOVERDE_CITY names. `BadSetting` where it names none of them."""
    known, name = names(environ), environ.get(CHOSEN)
    if name not in known:
        said = f"{name!r} is none of them" if name else f"{CHOSEN} does not say which is meant"
        raise BadSetting(
            f"This installation serves {', '.join(known)}, and {said}: put `--city {known[0]}` behind "
            f"`paloverde`, or set {CHOSEN}={known[0]}."
        )
    return name


def environ_of(city: str, environ: Mapping[str, str]) -> dict[str, str]:
    """A city's environment: what its file says, and nothing of Paloverde's from anywhere else.

    Raises BadSetting where its file can be read by others, or a line of it is not understood.
    """
    file = next(file for file in _files(environ) if file.stem == city)
    ours = {name: value for name, value in environ.items() if not name.startswith(_PREFIX)}
    return ours | dict(_lines(file))


def refuse_shared(cities: Mapping[str, Any]) -> None:
    """`BadSetting` where two cities would share something; `cities` are their settings by name."""
    for (one, these), (other, those) in itertools.combinations(cities.items(), 2):
        for name in _OWN:
            if _same(getattr(these, name), getattr(those, name)):
                raise BadSetting(
                    f"{one} and {other} have the same {_PREFIX}{name.upper()}: each city needs its own."
                )
        for mine, yours in itertools.product(_places(these), _places(those)):
            if _is_within(mine, yours) or _is_within(yours, mine):
                raise BadSetting(
                    f"{one} keeps what is its own in {mine}, and {other} in {yours}: give each city folders "
                    "and buckets of its own, none within another's."
                )
    for city, settings in cities.items():
        if settings.store.startswith("s3://") and settings.s3_access_key is None:
            raise BadSetting(
                f"{city} has no {_PREFIX}S3_ACCESS_KEY: where one installation serves many cities, the "
                "machine's role would open every bucket to each of them."
            )


def _files(environ: Mapping[str, str]) -> list[Path]:
    """The files of all cities. `BadSetting` where the folder holds none, or one of a strange name."""
    folder = Path(environ[FOLDER])
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix == ".env")
    except OSError as error:
        raise BadSetting(
            f"{FOLDER} names {str(folder)!r}, which cannot be read: {error.strerror}."
        ) from error
    if not files:
        raise BadSetting(
            f"{FOLDER} names {folder}, and no file there ends with .env: make one for each city."
        )
    strange = next((file for file in files if not _NAME.fullmatch(file.stem)), None)
    if strange is not None:
        raise BadSetting(
            f"{strange} cannot be a city's file: its name must be 2 to 31 small letters, digits and dashes, "
            "beginning with a letter, and then .env."
        )
    return files


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    try:
        mode, text = file.stat().st_mode, file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise BadSetting(f"{file} cannot be read: {why}.") from None
    if stat.S_IMODE(mode) & 0o077:
        raise BadSetting(f"{file} can be read by others on this machine: run `chmod 600 {file}`.")
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:  # the line is not shown: it may hold a secret
            raise BadSetting(f"Line {number} of {file} is not of the form NAME=value.")
        if match[1] in (FOLDER, CHOSEN):
            raise BadSetting(f"Line {number} of {file} sets {match[1]}, which no city's file may.")
        yield match[1], match[2]


def _same(mine: Any, yours: Any) -> bool:
    return mine is not None and mine == yours


def _places(settings: Any) -> Iterator[str]:
    """Where a city keeps what is its own: folders by their path, buckets by their server and name."""
    for name in _FOLDERS:
        place = getattr(settings, name)
        if place is None:
            continue
        if str(place).startswith("s3://"):
            endpoint = settings.second_s3_endpoint if name == "second_store" else settings.s3_endpoint
            yield f"{place} at {endpoint or 'AWS'}"
        else:
            yield str(Path(str(place).removeprefix("file://")).resolve())


def _is_within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")
