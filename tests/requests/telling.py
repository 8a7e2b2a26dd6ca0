"""Events of an invented request, as tests put them together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from paloverde.requests.clock import Clock, clock
from paloverde.requests.closures import read_closures
from paloverde.requests.events import (
    DENYING,
    AnyEvent,
    Closed,
    Determined,
    Document,
    Ending,
    Extended,
    Outcome,
    Produced,
    Received,
    Released,
    Responsible,
    Searched,
    SignedOff,
    Way,
    stamped,
)
from paloverde.requests.request import Entry, Request
from paloverde.requests.review_state import ReviewState
from paloverde.retention.holds import By
from paloverde.search.scope import Scope

CLERK = By("Cleo Park", "clerk", "this test")
COUNSEL = By("Ana Ruiz", "counsel", "this test")
NOW = datetime(2026, 11, 18, 20, tzinfo=UTC)
RECEIVED, TODAY = date(2026, 11, 16), date(2026, 11, 18)
BUNDLE, DECISIONS = "b" * 64, "d" * 64
REVIEW = ReviewState(decisions_sha256=DECISIONS, is_settled=True)
CLOSURES = read_closures(
    b"date,name\n2026-11-11,Veterans Day\n2026-11-26,Thanksgiving Day\n"
    b"2026-11-27,Day after Thanksgiving\n2026-12-25,Christmas Day\n2027-01-01,New Year's Day\n",
    "closures.csv",
)
OFFICER = Responsible("Ana Ruiz", "City Attorney")


def dates(received: date = RECEIVED) -> Clock:
    return clock(received, CLOSURES)


def received(**more: Any) -> Received:
    given = {
        "by": CLERK,
        "at": NOW,
        "number": "PRA-2026-0042",
        "channel": "letter",
        "text": "All of the pool",
    }
    return Received(**(given | {"received_on": RECEIVED} | more))


def searched(**more: Any) -> Searched:
    given: dict[str, Any] = {
        "by": CLERK, "at": NOW, "question": "pool", "sentence": "Found: 2 versions.", "scope": Scope(through=7),
        "accounts": ("x-palmaria",), "through": 7, "previous": "p", "hits": 2, "items": 2, "removed": 0,
        "read": 9, "per_term": {"pool": 2}, "versions_sha256": "v",
    }  # fmt: skip
    return Searched(**(given | more))


def extended(**more: Any) -> Extended:
    given: dict[str, Any] = {
        "by": CLERK, "at": NOW, "grounds": ("UC3",), "facts": {"UC3": "the Sheriff is consulted"},
        "until": date(2026, 12, 10), "sent_on": TODAY, "officer": OFFICER,
    }  # fmt: skip
    return Extended(**(given | more))


def determined(outcome: Outcome = Outcome.FULL, **more: Any) -> Determined:
    given: dict[str, Any] = {
        "by": CLERK, "at": NOW, "outcome": outcome, "reasons": "They are public records.", "sent_on": TODAY,
        "available_at": datetime(2026, 11, 25, 18, tzinfo=UTC), "responsible": (OFFICER,),
    }  # fmt: skip
    given |= {"exemptions": ("EX-PRIV",)} if outcome in DENYING else {}
    given |= {"responsible": ()} if outcome is Outcome.DISCLOSABLE else {}
    return Determined(**(given | more))


def promised(**more: Any) -> Determined:
    """In time: there are disclosable records; what is withheld of them is told later."""
    return determined(Outcome.DISCLOSABLE, **more)


def produced(**more: Any) -> Produced:
    given = {"by": CLERK, "at": NOW, "instalment": 1, "bundle": Document("b.zip", BUNDLE), "records": 2,
             "decisions_sha256": DECISIONS}  # fmt: skip
    return Produced(**(given | {"pages": 3} | more))


def signed(by: By = COUNSEL, sha256: str = BUNDLE) -> SignedOff:
    return SignedOff(by=by, at=NOW, sha256=sha256)


def released(**more: Any) -> Released:
    given = {"by": CLERK, "at": NOW, "sha256": BUNDLE, "way": Way.COUNTER, "released_on": TODAY}
    return Released(**(given | more))


def closed(ending: Ending = Ending.ANSWERED, **more: Any) -> Closed:
    return Closed(**({"by": CLERK, "at": NOW, "ending": ending, "closed_on": TODAY} | more))


def request(*events: AnyEvent) -> Request:
    """The file of a request that came in, and then went so."""
    whole = [received(), *events]
    return Request(tuple(Entry(n, stamped(event), f"{n:064}") for n, event in enumerate(whole, 1)))
