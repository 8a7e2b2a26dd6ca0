"""What the public says on a City account: whose comments the checks of moderation look at."""

from __future__ import annotations

from collections.abc import Callable

from paloverde.records import Kind, Visibility
from paloverde.retention.dossier import RemovalFact
from paloverde.watch.now import Now
from paloverde.watch.seen import Seen

_SAID = frozenset({Kind.COMMENT, Kind.POST})
KEPT_BACK = frozenset({Visibility.HIDDEN, Visibility.HELD})


def is_public_speech(seen: Seen) -> bool:
    """Whether somebody else than the account showed or said it, where others can or could see it."""
    return seen.kind in _SAID and not seen.is_private and not seen.is_by_the_account


def is_of_the_public(seen: Seen) -> bool:
    """The same in words: a picture alone says nothing that can be read."""
    return bool(seen.text) and is_public_speech(seen)


def is_kept_back(seen: Seen) -> bool:
    """Whether the public does not see it: the page hides it, or the site holds it for review."""
    return seen.visibility in KEPT_BACK


def begins(text: str, longest: int = 80) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def item_of(fact: RemovalFact) -> str:
    """The item that was removed, named as everywhere: account/kind/id."""
    return f"{fact.item.account}/{fact.item.kind.value}/{fact.item.native_id}"


def removed(now: Now, slug: str) -> Callable[[Seen], bool]:
    """Whether an item of an account was found gone or hidden since a version of it was observed."""
    confirmed = {item_of(fact): fact.confirmed_at for fact in now.removals(slug)}  # the last of each

    def is_removed(seen: Seen) -> bool:
        at = confirmed.get(seen.item)
        return at is not None and at >= seen.observed_at

    return is_removed
