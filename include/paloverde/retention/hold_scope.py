"""What a hold is about: accounts, people, days, words and named items. Pure.

Recall matters more than precision. An item whose posting date is not known is held where it may lie within
the days, one whose poster the site does not name where the person may have posted it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import urlsplit

import msgspec

from paloverde.archive.layout import is_slug
from paloverde.errors import BadQuestion
from paloverde.records import Kind
from paloverde.retention.facts import ItemId
from paloverde.wording import spoken

_FRONT = re.compile(r"(?:www|m|mobile)\.")


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """An item is in scope where all that is said here holds of one of its versions; or where `items` name it.

    An empty member is no limit. `people` are display names, usernames or the site's ids of posters. `since`
    and `until` are Pacific days of posting, both included. `words` is a question as `paloverde search` takes
    it, `meaning` the same in English for whoever has to keep it ("that contains the word “pool”"). `items`
    are permalinks, ids, or `account/kind/id`. `unnamed`: what comes from posters whom the site does not name
    is held beside what the people posted.
    """

    accounts: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    words: str = ""
    meaning: str = ""
    items: tuple[str, ...] = ()
    unnamed: bool = True

    @property
    def asks(self) -> bool:
        """Whether anything but named items is in scope."""
        return bool(self.accounts or self.people or self.since or self.until or self.words)

    def sentence(self) -> str:
        """What is to be kept, as the notice says it; without its full stop."""
        named = f"these items, with every version of them: {', '.join(self.items)}" if self.items else ""
        if not self.asks:
            return named
        asked = f"every post, comment, private message and other record{''.join(self._limits())}"
        return f"{asked}; and {named}" if named else asked

    def _limits(self) -> Iterable[str]:
        if self.accounts:
            yield f" of {_listed('the account', 'the accounts', self.accounts)}"
        if self.people:
            unnamed = ", or by somebody whom the site does not name" if self.unnamed else ""
            yield f", posted by {' or '.join(f'“{one}”' for one in self.people)}{unnamed}"
        if self.since or self.until:
            yield f", posted {_days(self.since, self.until)} or without a date"
        if self.words:
            yield f", {self.meaning or f'found by the question {self.words}'}"


class Names(msgspec.Struct, frozen=True):
    """The items that a scope names, by the way in which it names them."""

    links: frozenset[str] = frozenset()
    whole: frozenset[ItemId] = frozenset()
    ids: frozenset[str] = frozenset()

    def name(self, item: ItemId, permalink: str | None) -> bool:
        """Whether an item is one of them."""
        if item.native_id in self.ids or item in self.whole:
            return True
        return bool(self.links) and permalink is not None and plain_link(permalink) in self.links


def names_of(items: Sequence[str]) -> Names:
    """What the members of `Scope.items` name."""
    links, whole, ids = set(), set(), set()
    for text in items:
        account, _, rest = text.partition("/")
        kind, _, native_id = rest.partition("/")
        if "://" in text:
            links.add(plain_link(text))
        elif native_id and is_slug(account) and kind in set(Kind):
            whole.add(ItemId(account, Kind(kind), native_id))
        else:
            ids.add(text)
    return Names(frozenset(links), frozenset(whole), frozenset(ids))


def plain_link(address: str) -> str:
    """An address as it is compared: without scheme, `www.`, the slash at its end and what follows a `#`."""
    parts = urlsplit(address.strip())
    host = _FRONT.sub("", (parts.hostname or "").lower(), count=1)
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def check_scope(scope: Scope) -> None:
    """Raise `BadQuestion` where a scope says nothing, or its days are in the wrong order."""
    if not scope.asks and not scope.items:
        raise BadQuestion(
            "The hold would be about nothing: name accounts, people, days, words or items. "
            "The words * hold every record of every account."
        )
    if scope.since and scope.until and scope.since > scope.until:
        raise BadQuestion(
            f"The first day, {spoken(scope.since)}, is after the last, {spoken(scope.until)}: exchange them."
        )


def _days(since: date | None, until: date | None) -> str:
    if since and until:
        return f"on {spoken(since)}" if since == until else f"from {spoken(since)} to {spoken(until)}"
    return f"on or after {spoken(since)}" if since else f"on or before {spoken(until or date.max)}"


def _listed(one: str, many: str, names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{one} {names[0]}"
    return f"{many} {', '.join(names[:-1])} and {names[-1]}"
