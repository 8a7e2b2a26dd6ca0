"""How long requests took and what became of them: one line for each, as CSV (RFC 4180).

What a review of a city's practice asks for: the days received, acknowledged and produced, what was reviewed
and produced, minutes and elapsed days. Neither the requester nor the text of a request is in it, so that the
log can be handed to anybody; and nothing in it is free text, which a spreadsheet could take for a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date

import msgspec

from paloverde.records import archive_day
from paloverde.requests.clock import Clock
from paloverde.requests.events import Closed, Determined, Produced, Released, ReviewFinished
from paloverde.requests.request import Request


class Figures(msgspec.Struct, frozen=True):
    """The line of one request; its members are the columns. None is what has not happened (yet).

    Days are calendar days from receipt. `late` says whether the determination came after the target, after
    the latest day or after the extension, or did not come yet though it is over. `determined_finally` is when
    it was told what is withheld, where the first determination only said that there are disclosable records;
    `promised_for` the day on which they were to be available, as it was told last. `produced` counts what
    was released, not what lies ready.
    """

    number: str
    channel: str
    state: str
    received: date
    acknowledged: date | None
    target: date
    latest: date
    extended_to: date | None
    determined: date | None
    determined_finally: date | None
    outcome: str | None
    promised_for: date | None
    first_produced: date | None
    last_produced: date | None
    closed: date | None
    late: str
    days_to_acknowledge: int | None
    days_to_determine: int | None
    days_to_determine_finally: int | None
    days_to_first_produced: int | None
    days_to_close: int | None
    searches: int
    versions_reviewed: int | None
    records_produced: int
    pages_produced: int
    minutes: int


def figures(request: Request, dates: Clock, today: date) -> Figures:
    """The line of a request as it stands on a Pacific day."""
    received, extended = dates.received, request.extension
    determined = next(iter(request.all(Determined)), None)
    last, finals = request.determination, [one for one in request.all(Determined) if one.is_final]
    finally_on = finals[0].sent_on if finals else None
    closed = None if request.is_open else request.last(Closed)
    out = [one.released_on for one in request.all(Released)]
    gone = {one.sha256 for one in request.all(Released)}
    produced = [one for one in request.all(Produced) if one.bundle.sha256 in gone]
    reviewed = request.last(ReviewFinished)
    until = extended.until if extended else None
    determined_on = determined.sent_on if determined else None
    closed_on = closed.closed_on if closed else None
    first_out = min(out, default=None)
    return Figures(
        number=request.number,
        channel=request.received.channel,
        state=request.state.value,
        received=received,
        acknowledged=request.acknowledged_on,
        target=dates.target,
        latest=dates.latest,
        extended_to=until,
        determined=determined_on,
        determined_finally=finally_on,
        outcome=last.outcome.value if last else None,
        promised_for=archive_day(last.available_at) if last and last.available_at else None,
        first_produced=first_out,
        last_produced=max(out, default=None),
        closed=closed_on,
        late=_late(determined_on or closed_on or today, dates, until),
        days_to_acknowledge=_elapsed(received, request.acknowledged_on),
        days_to_determine=_elapsed(received, determined_on),
        days_to_determine_finally=_elapsed(received, finally_on),
        days_to_first_produced=_elapsed(received, first_out),
        days_to_close=_elapsed(received, closed_on),
        searches=len(request.searches),
        versions_reviewed=reviewed.reviewed if reviewed else None,
        records_produced=sum(one.records for one in produced),
        pages_produced=sum(one.pages for one in produced),
        minutes=request.minutes,
    )


def as_csv(lines: Iterable[Figures]) -> str:
    """The log: a header, and a line for each request. Begins with a byte order mark, for spreadsheets."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(Figures.__struct_fields__)
    writer.writerows(msgspec.structs.astuple(line) for line in lines)
    return f"\ufeff{text.getvalue()}"


def _elapsed(received: date, day: date | None) -> int | None:
    return None if day is None else (day - received).days


def _late(day: date, dates: Clock, extended_to: date | None) -> str:
    if extended_to is not None:
        return "after the extension" if day > extended_to else "no"
    if day > dates.latest:
        return "after the latest day"
    return "after the target" if day > dates.target else "no"
