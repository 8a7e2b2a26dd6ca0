"""A search as the address of a page or a form says it: the question, its filters, the page of hits.

An address names a search whole, so that it can be kept as a bookmark and sent to a colleague.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

import msgspec

from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.requests.closures import written_day
from paloverde.search.question import Question, ask
from paloverde.search.scope import Scope
from paloverde.search.tree import Or

OLDEST = "oldest"
_MOST_NUMBER = 40  # characters
_FIRST, _LAST = date(1990, 1, 1), date(2199, 12, 31)
_MOST_PAGE = 6  # digits
_MOST_CHOSEN = 200  # values of one filter


class Values(Protocol):
    """What an address or a form carries: several values may have one name."""

    def getlist(self, key: Any) -> list[Any]: ...


class Wrong(PersonNeeded):
    """A mistake in one of the fields: `field` names it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Asked(NamedTuple):
    """What somebody put into the fields of the search page, as it was written."""

    q: str = ""
    accounts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    removed: bool = False
    media: bool = False
    private: bool = False
    why: str = ""  # the number of the reason that was given for private records (`desk.reasons`)
    order: str = ""  # OLDEST, or nothing: the newest hits first

    def pairs(self) -> list[tuple[str, str]]:
        """Its names and values, as an address or a form carries them."""
        return [*self._pairs()]

    def _pairs(self) -> Iterator[tuple[str, str]]:
        yield "q", self.q
        yield from (("account", one) for one in self.accounts)
        yield from (("kind", one) for one in self.kinds)
        yield from (("site", one) for one in self.sites)
        yield from ((name, text) for name, text in (("since", self.since), ("until", self.until)) if text)
        yield from ((name, "yes") for name in ("removed", "media", "private") if getattr(self, name))
        if self.private and self.why:
            yield "why", self.why
        if self.order:
            yield "order", self.order

    @property
    def query(self) -> str:
        return urlencode(self.pairs())

    @property
    def is_filtered(self) -> bool:
        return self._replace(q="", why="", order="") != Asked()

    def question(self, today: date) -> Question:
        """The question with what the filters add to it. `Wrong` names the place of a mistake and its mend."""
        try:
            asked = ask(self.q, today)
            more = (["removed:yes"] if self.removed else []) + (["has:media"] if self.media else [])
            if not more:
                return asked
            own = f"({self.q})" if isinstance(asked.tree, Or) else self.q
            return ask(" ".join([own, *more]), today)
        except BadQuestion as error:
            raise Wrong("q", str(error)) from error

    def scope(self, accounts: tuple[str, ...]) -> Scope:
        """What it is limited to; `accounts` are those that the person may see of the ones asked for."""
        since, until = _day("since", self.since), _day("until", self.until)
        if since is not None and until is not None and since > until:
            raise Wrong("until", "The last day is before the first: exchange them.")
        return Scope(accounts, self.kinds, self.sites, since, until, include_private=self.private)


def asked_of(values: Values) -> Asked:
    """What an address or a form says."""
    return Asked(
        q=_text(values, "q"),
        accounts=_chosen(values, "account"),
        kinds=_chosen(values, "kind"),
        sites=_chosen(values, "site"),
        since=_text(values, "since")[:20],
        until=_text(values, "until")[:20],
        removed=_is_ticked(values, "removed"),
        media=_is_ticked(values, "media"),
        private=_is_ticked(values, "private"),
        why=_text(values, "why")[:_MOST_NUMBER],
        order=OLDEST if _text(values, "order") == OLDEST else "",
    )


def page_of(values: Values) -> int:
    """The number of the page of hits; what is none is the first."""
    text = _text(values, "page")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= _MOST_PAGE else 1


def asked_again(question: str, scope: Scope) -> Asked:
    """The fields that ask a kept search again."""
    plain = msgspec.to_builtins(scope)
    return Asked(
        question, scope.accounts, scope.kinds, scope.platforms, plain["since"] or "", plain["until"] or "",
        private=scope.include_private,
    )  # fmt: skip


def _text(values: Values, name: str) -> str:
    given = [value for value in values.getlist(name) if isinstance(value, str)]
    return given[0].strip() if given else ""


def _chosen(values: Values, name: str) -> tuple[str, ...]:
    given = [value for value in values.getlist(name) if isinstance(value, str) and value]
    return tuple(dict.fromkeys(given))[:_MOST_CHOSEN]


def _is_ticked(values: Values, name: str) -> bool:
    return _text(values, name) == "yes"


def _day(field: str, text: str) -> date | None:
    if not text:
        return None
    try:
        day = written_day(text)
    except ValueError:
        raise Wrong(field, "This is no date: choose one, or write it as 2026-03-09 or 3/9/2026.") from None
    if not _FIRST <= day <= _LAST:
        raise Wrong(field, f"Choose a day between {_FIRST.year} and {_LAST.year}.")
    return day
