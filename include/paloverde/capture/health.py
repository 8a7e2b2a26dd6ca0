"""The daily look at an account's access: renew what is due, ask the canary, say how long it will last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Engine

from paloverde.archive.ledger import Event, Ledger
from paloverde.capture.access import Access
from paloverde.errors import PaloverdeError, TryAgain
from paloverde.platforms.conversation import NotThere, Platform, TooMuch
from paloverde.platforms.line import prove
from paloverde.platforms.runway import RED_DAYS, End, crossed, first_end
from paloverde.platforms.token_text import read_token
from paloverde.records import PACIFIC, Account
from paloverde.state.health import Alarm, Canary, alarm_told, note_canary, raise_alarms, untold_alarms

_ACTOR = "health check"


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
        return f"{self.account}: {self.said}; {runway_words(self.end, self.days_left)}"


class Standing(NamedTuple):
    """How an account stands, for a table of all."""

    account: Account
    canary: Canary | None
    whole_night: date | None
    end: End | None
    days_left: int | None

    @property
    def health(self) -> str:
        if self.canary is None:
            return "never checked"
        when = moment(self.canary.asked_at)
        if self.canary.alive:
            return f"alive on {when}: {self.canary.said}"
        since = f", last alive on {moment(self.canary.alive_at)}" if self.canary.alive_at else ""
        return f"NOT ALIVE on {when}: {self.canary.said}{since}"

    @property
    def runway(self) -> str:
        return runway_words(self.end, self.days_left)

    @property
    def todo(self) -> str:
        """What a person does next; "" where nothing is to be done."""
        if self.canary is None:
            return f"`paloverde health {self.account.slug}` asks whether its token lives"
        if not self.canary.alive:
            return "mend what the health line says"
        if self.end is not None and self.days_left is not None and self.days_left <= 14:
            return self.end.todo
        return ""


def take_in(access: Access, account: Account, text: str, now: datetime) -> list[str]:
    """Keep the token that a person hands in; what was understood of it, in sentences without a secret."""
    before = access.credentials.get(account.slug) if access.credentials.holds(account.slug) else None
    credential = read_token(text, before.credential if before else None, now)
    access.credentials.put(account.slug, credential, now)
    named = [
        ("The access token ends on", credential.expires_at),
        ("What renews it ends on", credential.refresh_expires_at),
    ]
    told = [f"The token of {account.slug} is kept."]
    told += [f"{what} {moment(end)}." for what, end in named if end is not None]
    return [*told, f"{access.renewal_words(account)}."]


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
    access: Access, platform: Platform, account: Account, canary: Canary | None, whole_night: date | None
) -> Standing:
    end = first_end(access.ends(platform, account))
    days = end.days_left(access.clock()) if end else None
    return Standing(account, canary, whole_night, end, days)


def runway_words(end: End | None, days: int | None) -> str:
    """The runway in words, with date and weekday."""
    if end is None or days is None:
        return "runway: no end is known"
    day = f"{end.day:%A %d %B %Y}"
    if days < 0:
        return f"runway: none, {end.cause} ended on {day}"
    return f"runway: {days} day{'' if days == 1 else 's'}, {end.cause} ends on {day}"


def moment(at: datetime) -> str:
    """A moment for people, in the City's time."""
    return f"{at.astimezone(PACIFIC):%A %d %B %Y at %H:%M}"


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
