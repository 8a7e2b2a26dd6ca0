"""Many cities in one installation: a folder with one file of settings for each, `<city>.env`.

    PALOVERDE_CITIES=/etc/paloverde/cities     palmaria.env  losolivos.env
    PALOVERDE_CITY=palmaria                    which of them a command means

A file holds what would be the environment of a city with an installation of its own: lines of `NAME=value`,
`#` before a remark. What no two cities may share is in `settings.apart`
(docs/decisions/0063-many-cities.md).
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from paloverde.errors import BadSetting

FOLDER = "PALOVERDE_CITIES"
CHOSEN = "PALOVERDE_CITY"
_PREFIX = "PALOVERDE_"
_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
_LINE = re.compile(rf"({_PREFIX}[A-Z0-9_]+)=(.*)")


def names(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The cities' names, in order, without reading a setting; none where the installation is one city's."""
    return tuple(file.stem for file in _files(environ)) if FOLDER in environ else ()


def folder(environ: Mapping[str, str]) -> Path:
    """The folder of the cities. `BadSetting` where others could put a city or a person into it."""
    told = environ[FOLDER]
    if not told.startswith("/"):
        raise BadSetting(f"{FOLDER} is {told!r}, but must be the path of a folder that begins with /.")
    try:
        mode = Path(told).stat().st_mode
    except OSError as error:
        raise BadSetting(f"{FOLDER} names {told!r}, which cannot be read: {error.strerror}.") from error
    if stat.S_IMODE(mode) & 0o022:
        raise BadSetting(f"{told} can be written by others on this machine: run `chmod 700 {told}`.")
    return Path(told)


def chosen(environ: Mapping[str, str]) -> str:
    """The city that PALOVERDE_CITY names. `BadSetting` where it names none of them."""
    name = environ.get(CHOSEN, "")
    if name not in names(environ):
        raise no_such(name, environ)
    return name


def no_such(city: str, environ: Mapping[str, str]) -> BadSetting:
    """What is said of a city that is none of them, such as one whose file was taken away, or of none."""
    known = names(environ)
    said = f"{city!r} is none of them" if city else f"{CHOSEN} does not say which is meant"
    return BadSetting(
        f"This installation serves {', '.join(known)}, and {said}: put `--city {known[0]}` behind "
        f"`paloverde`, or set {CHOSEN}={known[0]}."
    )


def environ_of(city: str, environ: Mapping[str, str]) -> dict[str, str]:
    """A city's environment: what its file says, and nothing of Paloverde's from anywhere else.

    Raises BadSetting where its file can be read by others, or a line of it is not understood.
    """
    file = next((file for file in _files(environ) if file.stem == city), None)
    if file is None:
        raise no_such(city, environ)
    ours = {name: value for name, value in environ.items() if not name.startswith(_PREFIX)}
    return ours | _told(file)


def _files(environ: Mapping[str, str]) -> list[Path]:
    """The files of all cities. `BadSetting` where the folder holds none, or one of a strange name."""
    there = folder(environ)
    try:
        files = sorted(file for file in there.iterdir() if file.suffix == ".env")
    except OSError as error:
        raise BadSetting(f"{FOLDER} names {there}, which cannot be read: {error.strerror}.") from error
    if not files:
        raise BadSetting(f"{FOLDER} names {there}, and no file there ends with .env: make one for each city.")
    strange = next((file for file in files if not _NAME.fullmatch(file.stem)), None)
    if strange is not None:
        raise BadSetting(
            f"{strange} cannot be a city's file: its name must be 2 to 31 small letters, digits and dashes, "
            "beginning with a letter, and then .env."
        )
    return files


def _told(file: Path) -> dict[str, str]:
    """What a city's file says. No message shows a line: it may hold a secret."""
    told: dict[str, str] = {}
    for number, line in _lines(file):
        match, where = _LINE.fullmatch(line), f"Line {number} of {file}"
        if match is None:
            raise BadSetting(f"{where} is not of the form {_PREFIX}NAME=value.")
        name, value = match[1], match[2]
        if name in (FOLDER, CHOSEN):
            raise BadSetting(f"{where} sets {name}, which no city's file may.")
        if name in told:
            raise BadSetting(f"{where} sets {name} a second time: keep one of them.")
        if value[:1] in ("'", '"'):
            raise BadSetting(f"{where} has a quotation mark behind the =: it would be part of {name}.")
        told[name] = value
    return told


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that say something, by number."""
    try:
        mode, text = file.stat().st_mode, file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise BadSetting(f"{file} cannot be read: {why}.") from None
    if stat.S_IMODE(mode) & 0o077:
        raise BadSetting(f"{file} can be read by others on this machine: run `chmod 600 {file}`.")
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()
