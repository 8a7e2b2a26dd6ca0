"""A city with a pool, a hold and a lawyer's note: everything that a production in discovery is made from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from exports import Office, account, shown
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.productions.choosing import version_of
from paloverde.productions.order import Demand, Terms
from paloverde.records import Kind, Poster, Record, Visibility
from paloverde.requests.review import Decision, Exempted, Verdict
from paloverde.retention.facts import HoldKind
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Trigger
from paloverde.search.hits import Hit
from paloverde.settings import load
from requests_found import marked

COUNSEL, CLERK = By("Ana Ruiz", "counsel", "this test"), By("Cleo Park", "clerk", "this test")
OTHER_COUNSEL = By("Dana Cole", "counsel", "this test")
NOW = datetime(2026, 11, 18, 20, tzinfo=UTC)
POSTED = datetime(2026, 5, 6, 17, tzinfo=UTC)
SECRET = "settle for forty thousand"
PRIVILEGE = Exempted(
    "ATTY-CLIENT", {"counsel": "Dana Cole, for the City", "purpose": "legal advice about the pool matter"}
)
TERMS = Terms(
    matter="Rivera v. City of Palma Ria", prefix="PDC", demands=(Demand("1", "pool"), Demand("2", "settle"))
)


def comment(native_id: str, text: str, post: str, minutes: int, **more: Any) -> Record:
    """A neighbour's comment under a post."""
    posted = POSTED + timedelta(minutes=minutes)
    plain = shown("x", native_id, text, posted, parent_id=post, thread_id=post)
    return msgspec.structs.replace(
        plain, kind=Kind.COMMENT, poster=Poster("Rosa Neri", "rosan", "77"), **more
    )


def message(native_id: str, text: str, who: str, minutes: int) -> Record:
    """A private message to the City."""
    plain = shown("x", native_id, text, POSTED + timedelta(minutes=minutes), thread_id="talk-1")
    poster = Poster(who, who.lower().replace(" ", ""), f"id-{who[:2]}")
    return msgspec.structs.replace(plain, kind=Kind.MESSAGE, visibility=Visibility.PRIVATE, poster=poster)


def post(native_id: str, text: str, minutes: int) -> Record:
    return shown("x", native_id, text, POSTED + timedelta(minutes=minutes))


RECORDS = (
    post("10", "The pool is closed for repairs", 0),
    comment("11", "When does it open again?", "10", 5),
    comment("12", f"Counsel says: {SECRET} and be quiet", "10", 9),
    post("20", "Street sweeping on Monday", 20),
    comment("21", "Is the pool part of that?", "20", 25),
    comment("22", "No, that is another street", "20", 26),
    message("31", "The pool hurt my son", "Lia Moss", 40),
    message("32", f"Dana Cole advises us to {SECRET}", "Dana Cole", 45),
)


class Matter:
    """The city, its counsel, and the steps of a production."""

    def __init__(self, home: Path, records: tuple[Record, ...] = RECORDS) -> None:
        self.home, self.office = home, Office(home, now=NOW)
        self.settings = {
            "PALOVERDE_HOME": str(home),
            "PALOVERDE_DATABASE": f"sqlite:///{home}/state.db",
            "PALOVERDE_SIGNING_KEY_FILE": str(home / "key.pem"),
            "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
        }
        self.city = self.open(Purpose.BEGIN)
        self.city.register_account(account("x"))
        self.office.night("x", list(records), NOW)

    def open(self, purpose: Purpose = Purpose.WORK) -> Installation:
        return open_installation(load(self.settings), lambda: NOW, purpose=purpose)

    def hold(self) -> str:
        """A litigation hold on everything that says pool."""
        scope = Scope(words="pool")
        self.city.holds.issue("rivera", "Rivera", scope, Trigger.CLAIM, COUNSEL, HoldKind.LITIGATION)
        return "rivera"

    def ordered(self, **changes: Any) -> str:
        terms = msgspec.structs.replace(TERMS, **changes)
        return self.city.productions.order(terms, COUNSEL).number

    def chosen(self, number: str) -> dict[str, Hit]:
        """Choose, take under review; the records by their ids."""
        _, choices = self.city.productions.choose(number, COUNSEL)
        self.city.reviews.gather(number, [choice.hit for choice in choices], COUNSEL)
        return {choice.hit.native_id: choice.hit for choice in choices}

    def decide(self, number: str, *decisions: Decision, by: By = COUNSEL) -> None:
        hits = self.city.productions.found(number, by.actor)
        self.city.reviews.decide(number, decisions, hits, by)

    def decide_rest(self, number: str) -> None:
        productions = self.city.productions
        rest = productions.rest(productions.get(number), productions.review(number), COUNSEL, "City Attorney")
        self.decide(number, *rest)

    def sign(self, number: str, by: By = CLERK, **more: Any) -> None:
        hits = self.city.productions.found(number, by.actor)
        seen = len(self.city.reviews.unanswered(self.city.productions.review(number), hits))
        self.city.reviews.sign(number, hits, by, seen=seen, **more)

    def reviewed(self, **changes: Any) -> str:
        """A production that is ready to be built: one comment withheld, one message redacted."""
        number = self.ordered(**changes)
        hits = self.chosen(number)
        self.decide(number, withheld(hits["12"]))
        if "32" in hits:
            self.decide(number, redacted(hits["32"], SECRET))
        self.decide_rest(number)
        self.sign(number)
        return number


def withheld(hit: Hit, claim: Exempted = PRIVILEGE, by: By = COUNSEL) -> Decision:
    return _decision(hit, Verdict.EXEMPT, by, exempted=(claim,))


def redacted(hit: Hit, words: str, claim: Exempted = PRIVILEGE, by: By = COUNSEL) -> Decision:
    span = marked(hit, words, code=claim.code)
    return _decision(hit, Verdict.EXEMPT_IN_PART, by, exempted=(claim,), spans=(span,))


def given(hit: Hit, by: By = COUNSEL) -> Decision:
    return _decision(hit, Verdict.RESPONSIVE, by)


def _decision(hit: Hit, verdict: Verdict, by: By, **more: Any) -> Decision:
    account_, kind, native_id, sha256 = version_of(hit)
    return Decision(
        account=account_, kind=kind, native_id=native_id, version_sha256=sha256, verdict=verdict,
        decided_by=by.name, title="City Attorney", decided_at=NOW, **more,
    )  # fmt: skip
