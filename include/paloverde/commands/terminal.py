"""A terminal: words are marked there, and secrets are asked for, and nowhere else."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from typing import TextIO

from paloverde.errors import PersonNeeded

_BOLD, _PLAIN = "\x1b[1;7m", "\x1b[0m"  # bold and reversed: seen without colours, too


class Ink:
    """Marks text where `shows`, else leaves it as it is."""

    def __init__(self, *, shows: bool) -> None:
        self.shows = shows

    def marked(self, text: str) -> str:
        return f"{_BOLD}{text}{_PLAIN}" if self.shows and text else text


def ink_of(stream: TextIO, environ: Mapping[str, str] = os.environ) -> Ink:
    """Ink for a terminal that can show it; https://no-color.org: a NO_COLOR that is not empty forbids it."""
    is_able = stream.isatty() and environ.get("TERM") != "dumb"
    return Ink(shows=is_able and not environ.get("NO_COLOR"))


def asked_in_secret(prompt: str, otherwise: str) -> str:
    """What a person types, not shown. `PersonNeeded` where nothing comes (Ctrl-D); `otherwise` says what else
    there is.
    """
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise PersonNeeded(f"Nothing was typed, and nothing was done. {otherwise}") from None
