"""The hint after each step: the command that really comes next, by the file, the review and the newest bundle."""

from __future__ import annotations

import msgspec
import pytest
from telling import (
    BUNDLE,
    CLERK,
    NOW,
    REVIEW,
    TODAY,
    closed,
    determined,
    produced,
    promised,
    released,
    request,
    searched,
    signed,
)

from paloverde.requests.events import AnyEvent, Document, Litigated, Outcome, Responsible
from paloverde.requests.next_command import at_hand
from paloverde.requests.review_state import ReviewState

MORE = msgspec.structs.replace
NOTHING = MORE(REVIEW, decisions_sha256="0" * 64)
DONE = MORE(REVIEW, versions=2, responsive=2)
KEPT = MORE(DONE, kept_back=1, codes=("EX-PRIV",), deniers=("Ana Ruiz",))
AGAIN = produced(bundle=Document("b.zip", "c" * 64), replaces=BUNDLE)
LETTER = "paloverde letter draft PRA-2026-0042"


@pytest.mark.parametrize(
    ("events", "review", "told"),
    [
        ([], NOTHING, "paloverde request search"),
        ([searched(hits=0)], NOTHING, f"{LETTER} none"),
        ([searched()], NOTHING, "paloverde review gather"),
        ([searched(hits=3)], DONE, "paloverde review gather"),
        ([searched()], MORE(DONE, undecided=1, is_settled=False), "review list PRA-2026-0042 --undecided"),
        ([searched()], MORE(DONE, is_settled=False), "paloverde review sign"),
        ([searched()], MORE(DONE, is_settled=False), f"{LETTER} disclosable"),
        ([searched()], DONE, f"{LETTER} full"),
        ([searched()], KEPT, f"{LETTER} part"),
        ([searched()], MORE(KEPT, kept_back=2, withheld=2), f"{LETTER} denied"),
        ([searched()], MORE(DONE, responsive=0), f"{LETTER} none"),
        ([searched(), promised()], MORE(DONE, undecided=1, is_settled=False), "--undecided"),
        ([searched(), promised()], KEPT, f"{LETTER} part"),
        ([searched(), determined()], DONE, "paloverde bundle --request"),
        ([searched(), determined()], KEPT, f"{LETTER} part"),
        ([searched(), determined()], MORE(DONE, is_settled=False), "paloverde review sign"),
        (
            [searched(), determined(), produced()],
            DONE,
            "Somebody else than Cleo Park looks at it: `paloverde deliver show",
        ),
        ([searched(), determined(), produced(), signed()], DONE, "paloverde deliver link"),
        ([searched(), determined(), produced(), signed(), AGAIN], DONE, "Somebody else than Cleo Park"),
        (
            [searched(), determined(), produced(), signed()],
            MORE(DONE, decisions_sha256="e" * 64),
            "builds it again",
        ),
        ([searched(), determined(), produced(), signed(), released()], DONE, "paloverde request close"),
        ([searched(hits=0), determined(Outcome.NONE)], NOTHING, "paloverde request close"),
        ([searched(), determined(Outcome.NONE)], DONE, f"{LETTER} full"),
        ([searched(), determined(Outcome.DENIED)], MORE(KEPT, kept_back=2, withheld=2), "request close"),
        ([searched(), determined(Outcome.NOT_AGENCY)], NOTHING, "paloverde request close"),
    ],
)
def test_every_step_says_which_command_comes_next(
    events: list[AnyEvent], review: ReviewState, told: str
) -> None:
    assert told in at_hand(request(*events), review)


def test_a_promise_is_offered_only_while_nothing_was_determined() -> None:
    open_ = MORE(DONE, undecided=1, is_settled=False)
    assert "disclosable" in at_hand(request(searched()), open_)
    assert "disclosable" not in at_hand(request(searched(), promised()), open_)


def test_a_letter_that_names_who_decided_is_not_asked_for_again() -> None:
    part = determined(Outcome.PART, responsible=(Responsible("Ana Ruiz", "City Attorney"),))
    assert "paloverde bundle --request" in at_hand(request(searched(), part), KEPT)


def test_nothing_is_said_of_what_is_closed_or_in_court() -> None:
    assert at_hand(request(closed()), DONE) == ""
    sued = Litigated(by=CLERK, at=NOW, matter="Ito v. City", on=TODAY)
    assert at_hand(request(sued), DONE) == ""
