"""The question of a records request, from the form that a clerk filled in."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from paloverde.errors import BadQuestion
from paloverde.records import Kind
from paloverde.search.scope import PRIVATE_KINDS

# What the form can ask for: private messages and lists of subscribers are not opened by it.
PUBLIC_KINDS = tuple(kind.value for kind in Kind if kind.value not in PRIVATE_KINDS)


class Asked(msgspec.Struct, frozen=True):
    """What a request asks for. `first` and `last` are Pacific days, both included; None means no bound."""

    number: str
    words: str
    first: date | None
    last: date | None
    accounts: tuple[str, ...]
    kinds: tuple[str, ...] = ()

    def sentence(self) -> str:
        """The question as it goes into the log of the run."""
        what = f"{self.words!r}{self._kinds()}"
        return f"Request {self.number} asks for {what}, {self._days()}, on {self._where()}."

    def _kinds(self) -> str:
        return f" in records of the kind {' or '.join(self.kinds)}" if self.kinds else ""

    def _days(self) -> str:
        if self.first and self.last:
            return f"from {self.first} through {self.last}"
        if self.first:
            return f"from {self.first} on"
        return f"through {self.last}" if self.last else "on any day"

    def _where(self) -> str:
        return ", ".join(self.accounts) if self.accounts else "every account of the City"


def asked(form: Mapping[str, Any], registered: Sequence[str]) -> Asked:
    """Read the form of `records_request`.

    Raises BadQuestion for days in the wrong order, for an account that nobody registered (a search that
    quietly leaves one out would not be complete), and for a kind that is none or is private.
    """
    first, last = _day(form.get("from")), _day(form.get("to"))
    if first and last and last < first:
        raise BadQuestion(f"The last day, {last}, is before the first, {first}: turn them round.")
    accounts = tuple(form.get("accounts") or ())
    unknown = [slug for slug in accounts if slug not in registered]
    if unknown:
        raise BadQuestion(
            f"No account is registered as {', '.join(unknown)}; registered are {', '.join(registered)}."
        )
    kinds = tuple(form.get("kinds") or ())
    closed = [kind for kind in kinds if kind not in PUBLIC_KINDS]
    if closed:
        raise BadQuestion(
            f"This form cannot ask for {', '.join(closed)}; the kinds are {', '.join(PUBLIC_KINDS)}."
        )
    return Asked(str(form["request_number"]), str(form["words"]).strip(), first, last, accounts, kinds)


def vacant(folder: Path, number: str) -> Path:
    """The bundle's file for a request: `PRA-2026-0042.zip`, and `PRA-2026-0042-2.zip` when it is there."""
    names = (f"{number}.zip" if count == 1 else f"{number}-{count}.zip" for count in itertools.count(1))
    return next(folder / name for name in names if not (folder / name).exists())


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadQuestion(f"{text!r} is not a day: write it as 2026-03-08.") from None
