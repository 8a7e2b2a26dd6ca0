"""Redacted words in addresses, ids and remarks, which spell them their own way: `ana-lopez`, `Ana%20L`; and
the ids of items that nobody may be led to, in the ids and addresses of others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from urllib.parse import unquote

from paloverde.requests.everywhere import LEAST_DIGITS, Words
from paloverde.requests.spans import box
from paloverde.search.words import coarse

_LINKED = 4  # letters of a word from which it is found inside an address or id, too
_LEAST_ID = 6  # letters and digits of an id from which it is found inside another
_PIECE = re.compile(r"[0-9A-Za-z_-]+")


class Telling:
    """Finds redacted words in addresses, ids and remarks, which say them in their own spelling."""

    def __init__(self, words: Sequence[str], codes: tuple[str, ...]) -> None:
        self._words = [Words(word) for word in words if word.strip()]
        joined = {run_together(word) for word in words}
        self._joined = [word for word in joined if len(word) >= least(word)]
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


class Hidden:
    """Items that nobody may be led to, and what is said in place of their ids: their control numbers.

    `controls` has them by account and id. An answer's id or address has that of the comment in it
    (`Ugx123.9reply`, `771455_930021`, `?lc=Ugx123.9reply`): so these tell it, too, but for the items that are
    `known`, because another version of the same is given.
    """

    def __init__(
        self, controls: Mapping[tuple[str, str], str], known: Collection[tuple[str, str]] = ()
    ) -> None:
        self._controls, self._by_piece = controls, dict[str, str]()
        for item, control in controls.items():
            if item not in known:
                for piece in _told_pieces(item[1]):
                    self._by_piece.setdefault(piece, control)

    def control_of(self, account: str, native_id: str | None) -> str | None:
        """The control number of the hidden item that an id names or tells; None where it does neither."""
        return self._controls.get((account, native_id or "")) or self.told_by(native_id)

    def told_by(self, value: str | None) -> str | None:
        """The control number of a hidden item whose id an address or another id tells."""
        if not value or not self._by_piece:
            return None
        found = (self._by_piece.get(piece) for piece in _pieces(unquote(value)))
        return next(filter(None, found), None)


def _pieces(value: str) -> Iterator[str]:
    yield value.casefold()
    for match in _PIECE.finditer(value.casefold()):
        yield match.group()
        yield from match.group().split("_")


def _told_pieces(native_id: str) -> Iterator[str]:
    """The id whole and the last part of one that is put together: of `8812_771455` the page is not hidden."""
    last = re.split(r"[^0-9A-Za-z-]+", native_id.rstrip(")").casefold())[-1]
    yield from (one for one in (native_id.casefold(), last) if len(run_together(one)) >= _LEAST_ID)


def run_together(text: str) -> str:
    """A text folded, without anything but letters and digits."""
    return "".join(char for char in coarse(text) if char.isalnum())


def least(word: str) -> int:
    """How long a word must be to be found inside another: a few digits are in many an id by chance."""
    return LEAST_DIGITS if word.isdecimal() else _LINKED
