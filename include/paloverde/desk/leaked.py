"""Passwords that leaked elsewhere: looked up in a list on this machine, since nobody outside is to be asked.

The list is that of Have I Been Pwned, as its downloader writes it into one file: a line for each password,
`SHA-1 in capitals:how often`, in the order of the hashes (https://haveibeenpwned.com/Passwords). It has more
than 40 GB; some forty lines of it are read.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import BinaryIO

from paloverde.errors import BadSetting

_LINE = re.compile(rb"([0-9A-Fa-f]{40})(?::\d+)?\s*")


def has_leaked(password: str, file: Path) -> bool:
    """Whether a password stands in the list. Raises BadSetting where the file is no such list."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    try:
        with file.open("rb") as lines:
            return _stands_there(lines, wanted, file)
    except OSError as error:
        raise BadSetting(
            f"PALOVERDE_LEAKED_PASSWORDS names {file}, which cannot be read: {error.strerror}."
        ) from error


def _stands_there(lines: BinaryIO, wanted: bytes, file: Path) -> bool:
    """By halves: `low` is the beginning of a line before which none is wanted, `high` a place behind it."""
    low, high = 0, lines.seek(0, 2)
    while low < high:
        middle = (low + high) // 2
        begins = _next_line(lines, middle) if middle > low else low
        if begins >= high:  # the one line that is left begins before the middle
            high, begins = middle, low
        found = _hash_at(lines, begins, file)
        if found == wanted:
            return True
        if found < wanted:
            low = lines.tell()
        else:
            high = begins
    return False


def _next_line(lines: BinaryIO, place: int) -> int:
    """Where the first line begins that does so at a place or behind it."""
    lines.seek(place - 1)
    lines.readline()
    return lines.tell()


def _hash_at(lines: BinaryIO, place: int, file: Path) -> bytes:
    lines.seek(place)
    line = _LINE.fullmatch(lines.readline(80))
    if line is None:
        raise BadSetting(
            f"PALOVERDE_LEAKED_PASSWORDS names {file}, which is no list of SHA-1 hashes in their order, one "
            "a line: take the one of Have I Been Pwned that is ordered by hash."
        )
    return line[1].upper()
