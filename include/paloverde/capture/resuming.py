"""Going on where a night broke off for a site's limit, without asking again what was answered already.

Conversations are deterministic: asked the same way they ask the same. So another try at the same account and
archive day is answered from the raw exchanges that the earlier try sealed, and asks the site only from where
that one broke off.

What is answered so is judged and read again, neither paced nor charged to a budget, and kept again with this
run, so that its rows lead to bytes of their own run: a long night over several days of quota stores its first
answers once for each day.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from paloverde.archive.exchanges import read_answers
from paloverde.archive.reader import Archive
from paloverde.archive.seal import BrokenOff, Part, Role, RunKind, Seal
from paloverde.errors import RateLimited
from paloverde.platforms.conversation import Answer, Call, Platform, Request, Response
from paloverde.platforms.exchange import Exchange
from paloverde.platforms.line import Asking, Keep, Line
from paloverde.platforms.network import Limits, decode
from paloverde.records import Account

# A site's own cursors live for hours to days, and lists drift: what is older is asked anew. Two days let a
# night wait for a daily quota and be late once.
YOUNG = timedelta(hours=48)


_ANY = Limits(max_body=2**30)  # it was within the limits when it came


class Answered(msgspec.Struct, frozen=True):
    """A good answer of the earlier try, and where its bytes lie."""

    part: Part
    offset: int


class Resumed:
    """A line that first looks into what an earlier try was answered; `replayed` counts what it found."""

    def __init__(self, line: Line, platform: Platform, archive: Archive, parts: list[Part]) -> None:
        self._line, self._platform, self._archive = line, platform, archive
        self._open: tuple[str, dict[int, Exchange]] = ("", {})
        self._answers: dict[str, Answered] = {}
        self.replayed = 0
        for part in parts:
            for offset, exchange in self._exchanges(part).items():
                if self._judged(exchange) is not None:
                    self._answers[exchange.url] = Answered(part, offset)

    def ask(self, request: Request, keep: Keep) -> Response:
        """As `Line.ask`: what was answered well before, or what the site answers now."""
        known = self._answers.get(self._line.shown(request))
        if known is None:
            return self._line.ask(request, keep)
        exchange = self._exchanges(known.part)[known.offset]
        answer = self._judged(exchange)
        if answer is None:  # judged otherwise than at the beginning: by a limit that has passed since
            return self._line.ask(request, keep)
        self.replayed += 1
        keep(exchange)
        return Response(request, answer.status, answer.headers, answer.body, exchange.received_at)

    def _exchanges(self, part: Part) -> dict[int, Exchange]:
        """Those of one file, which is read again only when the conversation comes to another one."""
        if self._open[0] != part.key:
            body = self._archive.store.get(part.stored)
            self._open = part.key, dict(read_answers(body, where=part.key))
        return self._open[1]

    def _judged(self, exchange: Exchange) -> Answer | None:
        """The answer of an exchange, where the platform calls it good."""
        headers = {name.lower(): value for name, value in exchange.headers}
        encoding = "" if exchange.decoded else headers.get("content-encoding", "")
        answer = Answer(exchange.status, headers, decode(exchange.body, encoding, _ANY))
        good = self._platform.judge(answer, exchange.received_at).call is Call.GOOD
        return answer if good else None


def resumed(
    line: Line, platform: Platform, archive: Archive, account: Account, day: date, now: datetime
) -> Resumed | Line:
    """The line, or before it the answers of an earlier try at this night that broke off for a limit."""
    seal = broken_off(archive, account, day, now)
    if seal is None:
        return line
    return Resumed(line, platform, archive, [part for part in seal.run.parts if part.role is Role.EXCHANGES])


def broken_off(archive: Archive, account: Account, day: date, now: datetime) -> Seal | None:
    """The last try at a night, where it broke off for a limit less than `YOUNG` ago.

    A try that failed for another reason in between has asked less, and is passed over; one that came to its
    end leaves nothing to go on with.
    """
    nights = [seal for seal in archive.seals([account.slug], day, day) if seal.run.kind is RunKind.NIGHT]
    for seal in reversed(nights):
        if seal.run.coverage.broken_off is BrokenOff.NO:
            return None
        if seal.run.coverage.broken_off is BrokenOff.LIMIT:
            return seal if now - seal.run.ended_at < YOUNG else None
    return None


class Limited:
    """A line that notes the limit that the site set, where the conversation goes on without that answer."""

    def __init__(self, line: Asking) -> None:
        self._line = line
        self.met: RateLimited | None = None

    def ask(self, request: Request, keep: Keep) -> Response:
        try:
            return self._line.ask(request, keep)
        except RateLimited as limit:
            self.met = limit
            raise
