"""The parts of a request's letters, made up: each test changes what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from paloverde.requests.assistance import Held, Holdings
from paloverde.requests.clock import clock
from paloverde.requests.closures import Closures
from paloverde.requests.events import Outcome, Received, Requester, Responsible, Searched, Way
from paloverde.requests.letters import (
    Body,
    Bundle,
    Case,
    Claimed,
    Counts,
    Delivery,
    Determination,
    Extension,
    Letter,
    Office,
    Production,
)
from paloverde.requests.request import Entry, Request
from paloverde.retention.holds import By
from paloverde.search.scope import Scope
from paloverde.search.standing import Standing

CLOSED = Closures(
    {
        date(2026, 11, 11): "Veterans Day",
        date(2026, 11, 26): "Thanksgiving Day",
        date(2026, 11, 27): "Day after Thanksgiving",
        date(2026, 12, 25): "Christmas Day",
        date(2027, 1, 1): "New Year's Day",
    },
    "the City's table",
)
NUMBER = "PRA-2026-0042"
RECEIVED = date(2026, 11, 16)  # target November 25, day 10 November 26, extension at most December 10
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
CLERK = Responsible("Cleo Park", "City Clerk")
COUNSEL = Responsible("Ana Ruiz", "City Attorney")
OFFICE = Office(
    "City of Palmaria",
    "Office of the City Clerk, 1 Plaza, Palmaria, 555-0100, clerk@palmaria.example",
    "The records are files on the disk of a server.",
    "City Hall, 1 Plaza, Palmaria",
)
CASE = Case(
    number=NUMBER,
    wording="All comments about the pool since May 2026",
    channel="by e-mail",
    clock=clock(RECEIVED, CLOSED),
    requester="Rosa Quintero",
)
HOLDINGS = Holdings(
    date(2026, 11, 20),
    (Held("Facebook", "CityOfPalmaria", "facebook-palmaria", date(2026, 1, 2), date(2026, 11, 19), 322),),
    ("Gap, facebook-palmaria, comments, March 3, 2026: the site did not answer as it should.",),
    (Standing("Facebook", ["earlier wordings of what was edited"], "never", "the site does not give them."),),
)
BUNDLE = Bundle("PRA-2026-0042-1.zip", "ab" * 32, "ed25519-key-of-palmaria", Counts(12, 2, 1))
BALANCING = "The complainant was promised confidence, and the comments themselves are released"
CATCH = Claimed(code="EX-CATCH", facts={"balancing": BALANCING}, redacted=2, withheld=1, retained=3)


def letter(body: Body, **more: Any) -> Letter:
    """A letter with that body; everything else as it should be."""
    return msgspec.structs.replace(Letter(case=CASE, office=OFFICE, at=NOW, signer=CLERK, body=body), **more)


def extension(**more: Any) -> Extension:
    """A notice of extension that lacks nothing."""
    good = Extension(date(2026, 12, 9), {"UC2": "12,400 records were found, and each has to be read."})
    return msgspec.structs.replace(good, **more)


def in_part(**more: Any) -> Determination:
    """A determination in part that lacks nothing."""
    good = Determination(
        outcome=Outcome.PART,
        reasons="The complainant's name in two messages is exempt",
        available_at=datetime(2026, 12, 1, 22, 0, tzinfo=UTC),
        counts=Counts(12, 2, 1),
        claims=(CATCH,),
        deniers=(CLERK, COUNSEL),
        delivery=Delivery(Way.DISC, "the Clerk's counter"),
    )
    return msgspec.structs.replace(good, **more)


def production(**more: Any) -> Production:
    """An instalment that lacks nothing."""
    good = Production(
        instalment=1,
        bundle=BUNDLE,
        counts=BUNDLE.counts,
        delivery=Delivery(Way.DISC, "the Clerk's counter"),
        claims=(CATCH,),
        deniers=(CLERK, COUNSEL),
    )
    return msgspec.structs.replace(good, **more)


BY = By("Cleo Park", "clerk", "command line (cleo)")
INTAKE = Received(
    by=BY,
    at=datetime(2026, 11, 16, 17, 0, tzinfo=UTC),
    number=NUMBER,
    channel="email",
    text="All comments about the pool since May 2026",
    received_on=RECEIVED,
    requester=Requester("Rosa Quintero"),
)


def search(**more: Any) -> Searched:
    """A search that found twelve versions of ten records."""
    good = Searched(
        by=BY,
        at=datetime(2026, 11, 18, 17, 30, tzinfo=UTC),
        question="pool OR “splash pad”",
        sentence="Every archived version of every record for which this holds: “pool” or “splash pad”. Found: 12.",
        scope=Scope(since=date(2026, 5, 1), kinds=("comment",), through=41),
        accounts=("facebook-palmaria",),
        through=41,
        previous="cd" * 32,
        hits=12,
        items=10,
        removed=1,
        read=4_200,
        per_term={"pool": 11, "splash pad": 1},
        versions_sha256="ef" * 32,
        limits=("Gap, facebook-palmaria, comments, March 3, 2026: the site did not answer as it should.",),
        standing=("Facebook, earlier wordings: the site does not give them.",),
        minutes=25,
    )
    return msgspec.structs.replace(good, **more)


def request(*events: Any) -> Request:
    """A request with its intake and these events."""
    return Request(tuple(Entry(n, event, "00" * 32) for n, event in enumerate((INTAKE, *events), 1)))
