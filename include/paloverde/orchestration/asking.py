"""The question of a records request, from the form that a clerk filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from paloverde.errors import BadQuestion


class Asked(msgspec.Struct, frozen=True):
    """What a request asks for. `first` and `last` are Pacific days, both included; None means no bound."""

    number: str
    words: str
    first: date | None
    last: date | None
    accounts: tuple[str, ...]

    def sentence(self) -> str:
        """The question as it goes into the log of the run."""
        return f"Request {self.number} asks for {self.words!r}, {self._days()}, on {self._where()}."

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

    Raises BadQuestion for days in the wrong order and for an account that nobody registered: a search that
    quietly leaves one out would not be complete.
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
    return Asked(str(form["request_number"]), str(form["words"]).strip(), first, last, accounts)


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadQuestion(f"{text!r} is not a day: write it as 2026-03-08.") from None
