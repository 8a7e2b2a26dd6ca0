"""Whether something was removed, and by whom: pure decisions that give their reasons.

An outage, a partial page, a lost permission or an expired cursor is never read as a removal. It takes
an absence that an earlier run saw, and a direct look-up in which the site says that the item is gone;
or the site's own statement that the item is hidden (policy V.B.7, rulebook P-44, P-45).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from paloverde.archive.register import Item
from paloverde.platforms.conversation import Look, Seen
from paloverde.records import Kind, add_calendar_years, archive_day
from paloverde.wording import some

# What a removal can be said of. Followers, reactions and blocks come and go; profiles and counts change.
REMOVABLE = frozenset({Kind.POST, Kind.STORY, Kind.COMMENT, Kind.MESSAGE, Kind.EVENT, Kind.ALBUM})
# What is looked at again in rotation. A story is gone after its day by itself, and nothing follows from it.
LASTING = REMOVABLE - {Kind.STORY}
STORY_LIVES = timedelta(hours=24)
# So few are looked up one by one, whatever share of a small account they are.
ALWAYS_ALLOWED = 3
_HELD = (
    "it was held for review and never shown; the site does not say whether the page rejected it, its author "
    "took it back, or the site let it lapse"
)
HOLD_YEARS = 2
# How a removal was confirmed that hides only.
SAID_HIDDEN = "the site's own statement that it is hidden"
HIDDEN_HERE = "the site's answer to the City's own request to hide it"


class Cause(StrEnum):
    """Who or what removed it."""

    CITY = "city"
    AUTHOR = "author"
    PLATFORM = "platform"
    PRIVACY = "privacy"
    UNDETERMINED = "undetermined"  # held all the same


class Removal(msgspec.Struct, frozen=True):
    """A confirmed removal."""

    item: Item
    cause: Cause
    cause_reason: str
    confirmed_by: str
    removed_at: datetime
    confirmed_at: datetime

    @property
    def retain_until(self) -> date:
        """Confirmation plus two calendar years; never shorter than from the removal itself."""
        return add_calendar_years(archive_day(self.confirmed_at), HOLD_YEARS)


class Decision(msgspec.Struct, frozen=True):
    """What a look means: the state to note, its reason, and the removal where there is one."""

    state: str
    reason: str
    removal: Removal | None = None


def decide(
    item: Item, seen: Seen, now: datetime, *, own: bool, parent_removed: bool, held: bool = False
) -> Decision:
    """What the outcome of a direct look-up means for an item.

    `own` says that the account itself posted it, `parent_removed` that what it hangs under is removed, `held`
    that the site kept it back for review when it was seen last.
    """
    match seen.look:
        case Look.GONE | Look.WITHHELD if item.kind is Kind.STORY and now >= end_of_story(item):
            return Decision("expired", "its day was over before anybody looked; nothing follows from it")
        case Look.PRESENT:
            return Decision("present", seen.reason)
        case Look.HIDDEN:
            return Decision("hidden", seen.reason, _hidden(item, seen, now))
        case Look.WITHHELD:
            removal = _gone(item, now, Cause.PLATFORM, seen.reason) if item.absent_since else None
            return Decision("withheld" if removal else "absent", seen.reason, removal)
        case Look.GONE if item.absent_since is not None:
            cause, reason = _cause(seen, own=own, parent_removed=parent_removed, held=held)
            return Decision("gone", seen.reason, _gone(item, now, cause, reason))
        case Look.GONE:
            return Decision("absent", f"{seen.reason}; a second look in a later run must confirm it")
        case Look.UNKNOWN:
            return Decision("unknown", seen.reason)


def end_of_story(item: Item) -> datetime:
    """When the site takes a story down by itself: a day after it was posted, or else first seen."""
    return (item.posted_at or item.first_seen) + STORY_LIVES


def already_hidden(item: Item) -> Removal:
    """The removal of an item that a listing showed as hidden."""
    return _hidden(item, Seen(item.native_id, Look.HIDDEN), item.looked_at)


def too_many_gone(absent: int, known: int, *, most: int, percent: int) -> str | None:
    """Why so many absences must be looked at by a person first; None where they need not be."""
    if absent <= ALWAYS_ALLOWED:
        return None
    if absent > most:
        gone = some(absent, "item is", "items are")
        return f"{gone} no longer listed, more than the {most:,} believed without a question"
    if absent * 100 > known * percent:
        share = f"{absent:,} of {some(known, 'item is', 'items are')}"
        return f"{share} no longer listed, more than {percent} in a hundred"
    return None


def _hidden(item: Item, seen: Seen, now: datetime) -> Removal:
    return Removal(
        item,
        Cause.CITY,
        seen.reason or "the site says that the page, or its own word filter, hides it",
        SAID_HIDDEN,
        item.looked_at,
        now,
    )


def _gone(item: Item, now: datetime, cause: Cause, reason: str) -> Removal:
    by = "a direct look-up, after an absence in an earlier run"
    return Removal(item, cause, reason, by, item.absent_since or now, now)


def _cause(seen: Seen, *, own: bool, parent_removed: bool, held: bool) -> tuple[Cause, str]:
    if seen.cause_hint is not None:
        return Cause(seen.cause_hint), seen.reason
    if held:
        return Cause.UNDETERMINED, _HELD
    if parent_removed:
        return Cause.UNDETERMINED, "what it hung under was removed, and it went with it"
    if own:
        return (
            Cause.CITY,
            "the account's own post: somebody with access to the account deleted it, or the site did",
        )
    return Cause.UNDETERMINED, "the site does not say whether its author or the page deleted it"
