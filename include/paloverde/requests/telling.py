"""Redacted words in addresses, ids and remarks, which spell them their own way: `ana-lopez`, `Ana%20L`."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from paloverde.requests.everywhere import LEAST_DIGITS, Words
from paloverde.requests.spans import box
from paloverde.search.words import coarse

_LINKED = 4  # letters of a word from which it is found inside an address or id, too


class Telling:
    """Finds redacted words in addresses, ids and remarks, which say them in their own spelling."""

    def __init__(self, words: Sequence[str], codes: tuple[str, ...]) -> None:
        self._words = [Words(word) for word in words if word.strip()]
        joined = {run_together(word) for word in words}
        self._joined = [word for word in joined if len(word) >= _least(word)]
        self._box = box(codes)

    def is_told_by(self, value: str | None) -> bool:
        if not value:
            return False
        plain = unquote(value)
        flat = run_together(plain)
        return any(word in flat for word in self._joined) or any(word.places(plain) for word in self._words)

    def boxed(self, value: str | None, *, always: bool = False) -> str | None:
        """The value, or a box in its place where it tells the words."""
        return self._box if value and (always or self.is_told_by(value)) else value


def run_together(text: str) -> str:
    """A text folded, without anything but letters and digits."""
    return "".join(char for char in coarse(text) if char.isalnum())


def _least(word: str) -> int:
    """How long a word must be to be found inside another: a few digits are in many an id by chance."""
    return LEAST_DIGITS if word.isdecimal() else _LINKED
