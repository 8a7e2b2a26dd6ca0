"""The daily look at an account's access: renew what is due, ask the canary, say how long it will last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Engine

from paloverde.archive.ledger import Event, Ledger
from paloverde.capture.access import Access
from paloverde.capture.broken import BrokenNight
from paloverde.capture.lateness import Late, late
from paloverde.errors import (
    BadQuestion,
    CredentialDead,
    PaloverdeError,
    PermissionMissing,
    TryAgain,
    WrongAccount,
)
from paloverde.platforms.conversation import Clock, NotThere, Platform, TooMuch
from paloverde.platforms.line import prove
from paloverde.platforms.runway import ALARM_DAYS, RED_DAYS, End, crossed, first_end
from paloverde.platforms.token_text import read_token
from paloverde.records import Account
from paloverde.state.health import (
    Alarm,
    Canary,
    alarm_told,
    last_canaries,
    note_canary,
    raise_alarms,
    untold_alarms,
)
from paloverde.steps import Step
from paloverde.wording import at_time, spoken

_ACTOR = "health check"
_ENDED = "runway: ended, the site refuses what it is asked with"
_REFUSED = (CredentialDead, PermissionMissing, WrongAccount)


class Checked(NamedTuple):
    """What a health check found. `trouble` is what the canary or the renewal ran into."""

    account: str
    said: str
    trouble: PaloverdeError | None
    end: End | None
    days_left: int | None
    alarms: list[Alarm]

    @property
    def is_red(self) -> bool:
        """Whether somebody must act now."""
        return self.trouble is not None or (self.days_left is not None and self.days_left <= RED_DAYS)

    def sentence(self) -> str:
        is_dead = self.trouble is not None and not isinstance(self.trouble, TryAgain)
        runway = _ENDED if is_dead else runway_words(self.end, self.days_left)
        return f"{self.account}: {self.said}; {runway}"


class Standing(NamedTuple):
    """How an account stands, for a table of all."""

    account: Account
    canary: Canary | None
    whole_night: date | None
    end: End | None
    days_left: int | None
    broken: BrokenNight | None = None
    late: Late | None = None

    @property
    def is_dead(self) -> bool:
        """Whether the site refused the token, the version or the app when it was last asked."""
        return self.canary is not None and not self.canary.alive

    @property
    def health(self) -> str:
        if self.canary is None:
            return "never checked"
        when = at_time(self.canary.asked_at)
        if self.canary.alive:
            return f"alive on {when}: {self.canary.said}"
        since = f", last alive on {at_time(self.canary.alive_at)}" if self.canary.alive_at else ""
        return f"NOT ALIVE on {when}: {self.canary.said}{since}"

    @property
    def runway(self) -> str:
        return _ENDED if self.is_dead else runway_words(self.end, self.days_left)

    @property
    def todo(self) -> str:
        """What a person does next; "" where nothing is to be done."""
        if self.is_dead:
            return "mend what the health line says"
        if self.end is not None and self.days_left is not None and self.days_left <= max(ALARM_DAYS):
            return self.end.todo
        if self.broken is not None:
            return self.broken.todo
        if self.late is not None:
            return self.late.todo(self.account.slug)
        if self.canary is None:
            return f"{Step.HEALTH.of(self.account.slug)} asks whether its token lives"
        return ""


def take_in(access: Access, account: Account, text: str, now: datetime) -> list[str]:
    """Keep the token that a person hands in; what was understood of it, in sentences without a secret."""
    before = access.credentials.get(account.slug) if access.credentials.holds(account.slug) else None
    try:
        credential = read_token(text, before.credential if before else None, now)
    except BadQuestion as error:
        raise BadQuestion(
            f"{error} The token that was kept before stays." if before else str(error)
        ) from None
    access.credentials.put(account.slug, credential, now)
    named = [("The access token", credential.expires_at), ("What renews it", credential.refresh_expires_at)]
    told = [f"The token of {account.slug} is kept."]
    told += [
        f"{what} {'ends' if end > now else 'ended'} on {at_time(end)}."
        for what, end in named
        if end is not None
    ]
    proof = f"Now {Step.HEALTH.of(account.slug)}: it asks the site whether the token opens this account."
    return [*told, f"{access.renewal_words(account)}.", proof]


@contextmanager
def proving(books: Engine, ledger: Ledger, account: Account, clock: Clock) -> Iterator[None]:
    """A night is a proof, too: where it finds the access dead, or a dead one alive again, that is noted."""
    try:
        yield
    except _REFUSED as refused:
        _note(books, ledger, account, str(refused), refused, clock())
        raise
    canary = last_canaries(books).get(account.slug)
    if canary is not None and not canary.alive:
        _note(books, ledger, account, "a night came to its end", None, clock())


def check_account(
    access: Access, books: Engine, ledger: Ledger, platform: Platform, account: Account, given: str | None
) -> Checked:
    """Renew, ask, reckon; what is found is written down, and what is new of it goes into the ledger."""
    trouble, said = None, ""
    try:
        said = _ask(access, platform, account, given)
    except PaloverdeError as error:
        trouble, said = error, str(error)
    except (TooMuch, NotThere) as error:
        trouble, said = TryAgain(str(error)), f"the canary's question was not answered: {error}"
    now = access.clock()
    _note(books, ledger, account, said, trouble, now)
    end = first_end(access.ends(platform, account))
    alarms = list(_alarms(books, ledger, account, end, now))
    return Checked(account.slug, said, trouble, end, end.days_left(now) if end else None, alarms)


def standing(
    account: Account,
    canary: Canary | None,
    whole_night: date | None,
    broken: BrokenNight | None,
    registered: datetime | None,
    ends: list[End],
    now: datetime,
) -> Standing:
    """How an account stands. `broken` is its last night, where that broke off; `ends` are its access's."""
    end = first_end(ends)
    days = end.days_left(now) if end else None
    overdue = late(whole_night, registered, now) if registered else None
    return Standing(account, canary, whole_night, end, days, broken, overdue)


def runway_words(end: End | None, days: int | None) -> str:
    """The runway in words, with date and weekday."""
    if end is None or days is None:
        return "runway: no end is known"
    day = f"{spoken(end.day)}"
    if days < 0:
        return f"runway: none, {end.cause} ended on {day}"
    return f"runway: {days} day{'' if days == 1 else 's'}, {end.cause} ends on {day}"


def _ask(access: Access, platform: Platform, account: Account, given: str | None) -> str:
    if given is None:
        access.renewer.renew_if_due(account.slug, account.platform)
    with access.line(platform, account, given)() as line:
        return prove(platform, account, line)


def _note(
    books: Engine, ledger: Ledger, account: Account, said: str, trouble: PaloverdeError | None, now: datetime
) -> None:
    """An outage of the site says nothing of the token: then the last word on it stands."""
    if isinstance(trouble, TryAgain):
        return
    before = note_canary(books, account.slug, trouble is None, said, now)
    if before is None or before.alive != (trouble is None):
        what = "token proven alive" if trouble is None else "token proven dead"
        ledger.append(Event(what, _ACTOR, now, {"account": account.slug, "said": said}))


def _alarms(
    books: Engine, ledger: Ledger, account: Account, end: End | None, now: datetime
) -> Iterator[Alarm]:
    """Raise what is due and was not raised before; each goes into the ledger."""
    if end is not None:
        raise_alarms(
            books, [Alarm(account.slug, end.cause, end.day, days) for days in crossed(end, now)], now
        )
    for alarm in untold_alarms(books, account.slug):
        about = {"account": alarm.account, "cause": alarm.cause, "ends": str(alarm.ends_on)}
        ledger.append(Event("runway alarm", _ACTOR, now, {**about, "days": str(alarm.days)}))
        alarm_told(books, alarm)
        yield alarm
