"""Bates numbers: one for each page that is produced, in one order, never given twice. Pure.

A number is a prefix and digits (`PDC0000123`). The register of what was given is papers
(`installation/productions.py`); here is only how numbers are written and read.
"""

from __future__ import annotations

import re

import msgspec

from paloverde.errors import BadQuestion

_PREFIX = re.compile(
    r"[A-Z][A-Z0-9_-]{0,18}[A-Z_-]|[A-Z]"
)  # ends in no digit: where the number begins is plain
_LEAST, _MOST = 4, 12


class Bates(msgspec.Struct, frozen=True):
    """How the numbers of a matter are written: `Bates("PDC", 7).number(123)` is PDC0000123."""

    prefix: str
    digits: int = 7

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix):
            raise BadQuestion(
                f"{self.prefix!r} cannot be the prefix of Bates numbers: take 1 to 20 capital letters, "
                "digits, - or _, the first a letter and the last no digit, such as PDC or SMITH-."
            )
        if not _LEAST <= self.digits <= _MOST:
            raise BadQuestion(f"Bates numbers have {_LEAST} to {_MOST} digits, not {self.digits}.")

    def number(self, page: int) -> str:
        """The number of the page `page`, from 1; `BadQuestion` where the digits are used up."""
        text = f"{page:0{self.digits}d}"
        if page < 1 or len(text) > self.digits:
            raise BadQuestion(
                f"The prefix {self.prefix} has no number {page:,} in {self.digits} digits: begin a new "
                "prefix."
            )
        return f"{self.prefix}{text}"

    def page(self, number: str) -> int:
        """The page that a number names; `BadQuestion` where it is written otherwise."""
        digits = number.removeprefix(self.prefix)
        if (
            not number.startswith(self.prefix)
            or len(digits) != self.digits
            or not (digits.isascii() and digits.isdecimal())
        ):
            raise BadQuestion(f"{number} is no Bates number of the prefix {self.prefix}.")
        return int(digits)


class Reach(msgspec.Struct, frozen=True, order=True):
    """Pages `first` to `last` of a prefix, both included."""

    first: int
    last: int

    @property
    def pages(self) -> int:
        return self.last - self.first + 1
