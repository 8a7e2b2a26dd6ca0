"""Times as the Graph API writes them."""

from __future__ import annotations

from datetime import UTC, datetime

_OLDEST = datetime(2004, 2, 4, tzinfo=UTC)  # the site's first day


def time_of(moment: float | str | None) -> datetime | None:
    """A time of the site as aware UTC: `2026-05-04T18:00:00+0000` or seconds since 1970.

    Raises `ValueError` where it is neither, has no zone, or lies before the site's first day.
    """
    if moment is None:
        return None
    try:
        when = (
            datetime.fromisoformat(moment) if isinstance(moment, str) else datetime.fromtimestamp(moment, UTC)
        )
    except (OverflowError, OSError) as error:
        raise ValueError(str(error)) from None
    if when.tzinfo is None:
        raise ValueError("it has no time zone")
    if when < _OLDEST:
        raise ValueError("it lies before the site's first day")
    return when if when.tzinfo is UTC else when.astimezone(UTC)


def noted_time(moment: float | str | None, notes: list[str]) -> datetime | None:
    """`time_of`, where a time that cannot be used is a note and no error."""
    try:
        return time_of(moment)
    except ValueError as error:
        notes.append(f"the time {moment!r} cannot be used: {error}")
        return None
