"""A city with a records request, and what was found for it: three posts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from exports import Office, account, shown
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.installation.reviews import version_of
from paloverde.requests.drafting import Wish as LetterWish
from paloverde.requests.events import Outcome, Received, Responsible
from paloverde.requests.letters import Claimed, Counts
from paloverde.requests.review import Verdict
from paloverde.retention.holds import By
from paloverde.search.hits import Hit
from paloverde.settings import load
from requests_found import PRIVACY, decision, in_part, marked

CLERK, COUNSEL = By("Cleo Park", "clerk", "this test"), By("Ana Ruiz", "counsel", "this test")
NOW = datetime(2026, 11, 18, 20, tzinfo=UTC)
POSTED = datetime(2026, 5, 6, 17, tzinfo=UTC)
WORDS = "Ofelia Quintero"
TEXTS = (f"The pool is closed, says {WORDS}", "Pool hours on Monday", "A pool table is for sale")
SIGNER = Responsible("Cleo Park", "City Clerk")


class RequestHall:
    """The city, and the steps of its request."""

    def __init__(self, home: Path) -> None:
        self.home, self.office = home, Office(home, now=NOW)
        settings = {
            "PALOVERDE_HOME": str(home),
            "PALOVERDE_DATABASE": f"sqlite:///{home}/state.db",
            "PALOVERDE_SIGNING_KEY_FILE": str(home / "key.pem"),
            "PALOVERDE_LOG_ORIGIN": "archive.palmaria.example/ledger",
            "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
            "PALOVERDE_RECORDS_OFFICE": "City Clerk, 1 Plaza, clerk@palmaria.example",
        }
        self.settings = settings
        self.city: Installation = open_installation(load(settings), lambda: NOW, purpose=Purpose.BEGIN)
        self.city.register_account(account("x"))
        posts = [shown("x", str(n), text, POSTED) for n, text in enumerate(TEXTS, 1)]
        self.office.night("x", posts, NOW)
        event = Received(by=CLERK, at=NOW, number="", channel="letter", text="All about the pool",
                         received_on=date(2026, 11, 16))  # fmt: skip
        self.number = self.city.requests.receive(event).number

    def search(self, question: str = "pool") -> list[Hit]:
        answer, _ = self.city.requests.search(self.number, question, CLERK)
        self.city.reviews.gather(self.number, answer.hits, CLERK)
        return answer.hits

    def review(self, hits: list[Hit]) -> None:
        """The first in part, the second whole, the third not at all."""
        first, second, third = sorted(hits, key=lambda hit: hit.native_id)
        decided = [
            in_part(first, marked(first, WORDS)),
            decision(second),
            decision(third, Verdict.NOT_RESPONSIVE),
        ]
        self.city.reviews.decide(self.number, decided, self.by_version(hits), CLERK)

    def sign(self, hits: list[Hit]) -> None:
        self.city.reviews.sign(self.number, self.by_version(hits), COUNSEL)

    def by_version(self, hits: list[Hit]) -> dict[tuple[str, str, str, str], Hit]:
        return {version_of(hit): hit for hit in hits}

    def determine(self) -> None:
        """The letter goes out: something is denied, since something is redacted."""
        wish = LetterWish(
            reasons="They are public records; the name of a private person is not.",
            available_at=datetime(2026, 11, 25, 18, tzinfo=UTC),
            counts=Counts(released=2, redacted=1),
            claims=(Claimed(code=PRIVACY.code, facts=PRIVACY.facts, redacted=1, retained=1),),
            deniers=(Responsible("Cleo Park", "Deputy Clerk"),),
        )
        draft = self.city.letters.draft(self.number, Outcome.PART.value, wish, SIGNER)
        assert [str(one) for one in draft.findings] == []
        self.city.letters.send(draft.letter, CLERK, "post")

    def ready(self) -> None:
        hits = self.search()
        self.review(hits)
        self.sign(hits)
        self.determine()

    def refusals(self) -> str:
        return " ".join(self.city.responses.preview(self.number, CLERK).refusals)
