"""What keeps the archive: its database, its store, their clocks, and the chains of seals and events."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from sqlalchemy import Engine, Table, select, text

from paloverde.alarms.here import Look, Place
from paloverde.alarms.line import Level, Line
from paloverde.archive.doctor import last_verdict
from paloverde.errors import Unreachable
from paloverde.platforms.network import Http, Limits
from paloverde.state.books import forms_of
from paloverde.state.tables import LEDGER, RUNS
from paloverde.wording import some, spoken

_SLOW = 2.0  # seconds for one question
_SECONDS = 20.0
_MOST = 64 * 1024  # bytes of an answer that is asked for its date only
_LOOKED_BACK = 500  # links of each chain, newest first; the whole of it is read by `paloverde fixity`
_EXAMINED_DAYS = 400
_NOT_USABLE = "False"
_MEND_CLOCK = "set the clock by the network (NTP) on this machine and there"


class Answered(NamedTuple):
    """How the database or the store answered. `apart` is how far its clock is from ours in seconds.

    None where it has no clock of its own, or told none. `allowed` is what the settings let pass.
    """

    what: str
    seconds: float
    apart: float | None
    allowed: int
    form: tuple[str, str] = ("", "")


class Examined(NamedTuple):
    """The last time the doctor tried what the store promises; `at` is None where it never did."""

    at: datetime | None
    usable: str
    now: datetime


class Link(NamedTuple):
    """One link of a chain as the database has it."""

    sequence: int
    sha256: str
    previous: str
    body: str


class Chain(NamedTuple):
    """The newest links of a chain, newest first."""

    what: str
    links: list[Link]


def ask_database(place: Place) -> Answered:
    books, began = place.city.vault.books, time.monotonic()
    form = forms_of(books)
    seconds = time.monotonic() - began
    return Answered("database", seconds, _database_apart(books), place.settings.clock_skew_seconds, form)


def ask_store(place: Place) -> Answered:
    city, began = place.city, time.monotonic()
    newest = select(RUNS.c.key).where(~RUNS.c.pending).order_by(RUNS.c.sequence.desc()).limit(1)
    with city.vault.books.connect() as connection:
        key = connection.execute(newest).scalar()
    if key is None:
        next(iter(city.vault.store.walk("runs/")), None)
    elif city.vault.store.find(key) is None:
        raise Unreachable(f"The newest seal, {key}, is not found there; see docs/guide/disaster.md.")
    seconds = time.monotonic() - began
    apart = _store_apart(place.settings.s3_endpoint) if place.settings.store.startswith("s3:") else None
    return Answered("store", seconds, apart, place.settings.clock_skew_seconds)


def judge_answer(found: Answered) -> Iterator[Line]:
    subject = f"The {found.what}"
    has, newest = found.form
    if has != newest:
        told = f"It has form {has or 'none'}, and this program knows {newest}."
        yield Line(f"{found.what} form", subject, Level.BAD, told, "install the newest version everywhere")
    slow = found.seconds > _SLOW
    todo = f"see what burdens the {found.what}" if slow else ""
    told = f"It answers in {found.seconds:.2f} seconds."
    yield Line(found.what, subject, Level.WARN if slow else Level.OK, told, todo)
    if found.apart is not None:
        level = Level.OK if abs(found.apart) <= found.allowed else Level.BAD
        side = "ahead of" if found.apart > 0 else "behind"
        told = f"Its clock is {abs(found.apart):.0f} s {side} this machine's; {found.allowed} s are allowed."
        todo = "" if level is Level.OK else _MEND_CLOCK
        yield Line(f"{found.what} clock", f"{subject}'s clock", level, told, todo)


def ask_examined(place: Place) -> Examined:
    city = place.city
    last = last_verdict(city.ledger, city.vault.store.description, "usable")
    return Examined(last.at if last else None, last.about["usable"] if last else "", place.now)


def judge_examined(found: Examined) -> Iterator[Line]:
    key, subject, todo = "examination", "What the store promises", "`paloverde doctor`"
    if found.at is None:
        yield Line(key, subject, Level.WARN, "It was never examined.", todo, is_quiet=True)
    elif found.usable == _NOT_USABLE:
        told = f"It failed its examination on {spoken(found.at.date())}: the archive must not be kept there."
        yield Line(key, subject, Level.BAD, told, "`paloverde doctor` names what to mend")
    else:
        is_old = (found.now - found.at).days > _EXAMINED_DAYS
        level = Level.WARN if is_old else Level.OK
        told = f"It passed its examination on {spoken(found.at.date())}."
        yield Line(key, subject, level, told, todo if is_old else "", is_quiet=True)


def ask_chains(place: Place) -> list[Chain]:
    books = place.city.vault.books
    return [Chain("seals", _newest(books, RUNS)), Chain("events of the ledger", _newest(books, LEDGER))]


def judge_chains(chains: Iterable[Chain]) -> Iterator[Line]:
    for chain in chains:
        key, subject = f"chain of {chain.what}", f"The chain of {chain.what}"
        broken = [link.sequence for link in _broken(chain.links)]
        if broken:
            told = f"Number {broken[-1]:,} is not what was written, or does not follow from the one before."
            todo = (
                "stop the nights, run `paloverde fixity` and tell the City Attorney; change nothing by hand"
            )
            yield Line(key, subject, Level.BAD, told, todo)
        else:
            told = f"The newest {some(len(chain.links), 'link')} fit together."
            yield Line(key, subject, Level.OK, told if chain.links else "There is none yet.")


def _broken(links: list[Link]) -> Iterator[Link]:
    """Links whose bytes are not their hash's, or that the one after it does not name; newest first."""
    after: Link | None = None
    for link in links:
        if hashlib.sha256(link.body.encode()).hexdigest() != link.sha256:
            yield link
        if after is not None and (after.previous, after.sequence) != (link.sha256, link.sequence + 1):
            yield after
        after = link


def _newest(books: Engine, table: Table) -> list[Link]:
    columns = table.c.sequence, table.c.sha256, table.c.previous, table.c.body
    query = select(*columns).order_by(table.c.sequence.desc()).limit(_LOOKED_BACK)
    with books.connect() as connection:
        return [Link(*row) for row in connection.execute(query)]


def _database_apart(books: Engine) -> float | None:
    """A file's clock is ours; a server has its own."""
    if books.dialect.name == "sqlite":
        return None
    with books.connect() as connection:
        theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return (theirs - datetime.now(UTC)).total_seconds()


def _store_apart(endpoint: str | None) -> float | None:
    """By the Date of any answer (RFC 9110 section 6.6.1), a refusal's too: no key is shown for it."""
    if endpoint is None:
        return None  # of AWS, whose clocks are not the City's business
    line = Http(Limits(deadline=5.0, attempts=1))
    try:
        said = line.fetch(endpoint, {"Accept-Encoding": "identity"}, _MOST).headers.get("date", "")
        return (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
    except ValueError:
        return None
    finally:
        line.close()


LOOKS = (
    Look("database", "The database", ask_database, judge_answer, _SECONDS),
    Look("store", "The store", ask_store, judge_answer, _SECONDS),
    Look("examination", "What the store promises", ask_examined, judge_examined),
    Look("chain", "The chains", ask_chains, judge_chains, _SECONDS),
)
