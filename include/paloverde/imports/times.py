"""Times as exports write them, in UTC; what cannot be a time of a post is said and set aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

FIRST = datetime(1971, 1, 1, tzinfo=UTC)  # e-mail began then; a clock that was never set says 1970
AHEAD = timedelta(days=366)  # scheduled posts lie ahead, hardly further
_FORMS = (
    "%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M UTC", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y", "%m/%d/%y, %I:%M %p", "%m/%d/%y", "%d %b %Y",
    "%b %d, %Y", "%b %d, %Y, %I:%M %p", "%b %d, %Y, %I:%M:%S %p", "%B %d, %Y",
)  # fmt: skip
_IN_UTC = "UTC"


def time_of(text: str | None, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, str | None]:
    """A time in UTC, or what is wrong with it. `zone` is for texts that name none.

    Whole numbers are seconds or milliseconds since 1970. 3/4/2026 is read as in the United States.
    """
    words = (text or "").strip()
    if not words:
        return None, None
    parsed = _parsed(words)
    if parsed is None:
        return None, f"the time {words[:60]!r} cannot be read"
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC if words.endswith(_IN_UTC) else zone)
    try:
        moment = parsed.astimezone(UTC)
    except OverflowError:
        return None, f"the time {words[:60]!r} is none at which anybody posted"
    return checked(moment, now)


def checked(moment: datetime, now: datetime) -> tuple[datetime | None, str | None]:
    """A time if it can be one, else why not."""
    if FIRST <= moment <= now + AHEAD:
        return moment, None
    return None, f"the time {moment.isoformat()} is none at which anybody posted"


def _parsed(words: str) -> datetime | None:
    if words.isdecimal() and words.isascii() and 9 <= len(words) <= 14:
        number = int(words)
        return datetime.fromtimestamp(number / 1000 if len(words) > 11 else number, UTC)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(words)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    for form in _FORMS:
        try:
            return datetime.strptime(words, form)  # noqa: DTZ007 - the zone is added by the caller
        except ValueError:
            continue
    return None
