"""What may follow what: the whole table, and what each step needs."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import pytest
from telling import (
    BUNDLE,
    CLERK,
    COUNSEL,
    NOW,
    REVIEW,
    TODAY,
    closed,
    dates,
    determined,
    extended,
    produced,
    promised,
    received,
    released,
    request,
    searched,
    signed,
)

from paloverde.requests.events import (
    Acknowledged,
    AnyEvent,
    ClarificationAnswered,
    ClarificationAsked,
    CustodianAnswered,
    CustodianAsked,
    Document,
    Ending,
    Litigated,
    MinutesSpent,
    Noted,
    Outcome,
    Reminded,
    Reopened,
    Responsible,
    ReviewFinished,
    SignedOff,
    Way,
)
from paloverde.requests.gates import Exposed
from paloverde.requests.lifecycle import ALLOWED, refusal, roles_for
from paloverde.requests.request import Request, State
from paloverde.requests.review_state import ReviewState

ASKED = ClarificationAsked(by=CLERK, at=NOW, question="Which pool?", asked_on=TODAY)
SUED = Litigated(by=CLERK, at=NOW, matter="Ito v. City", on=TODAY)
BEN = CustodianAsked(by=CLERK, at=NOW, custodian="Ben Ito", title="", about="his telephone", asked_on=TODAY)
# A request in each state, in which everything was done that an event may need before it.
DONE: tuple[AnyEvent, ...] = (ASKED, searched(), BEN, produced(), signed())
IN: dict[State, Request] = {
    State.RECEIVED: request(*DONE[1:]),
    State.CLARIFYING: request(*DONE),
    State.EXTENDED: request(*DONE, extended()),
    State.PROMISED: request(*DONE, promised()),
    State.DETERMINED: request(*DONE, determined()),
    State.PRODUCING: request(*DONE, determined(), released()),
    State.CLOSED: request(*DONE, determined(), released(), closed()),
    State.LITIGATION: request(*DONE, determined(), released(), SUED),
}
EVENTS: dict[str, AnyEvent] = {
    "acknowledged": Acknowledged(by=CLERK, at=NOW, sent_on=TODAY),
    "clarification asked": ASKED,
    "clarification answered": ClarificationAnswered(by=CLERK, at=NOW, answer="Both", answered_on=TODAY),
    "searched": searched(),
    "custodian asked": BEN,
    "custodian answered": CustodianAnswered(
        by=CLERK, at=NOW, custodian="Ben Ito", answer="Nothing", answered_on=TODAY
    ),
    "review finished": ReviewFinished(
        by=CLERK, at=NOW, responsive=1, not_responsive=0, exempt_in_part=0, exempt=0
    ),
    "extended": extended(),
    "determined": determined(),
    "produced": produced(),
    "signed off": signed(),
    "released": released(),
    "minutes": MinutesSpent(by=CLERK, at=NOW, minutes=5, on=TODAY, what="reading"),
    "noted": Noted(by=CLERK, at=NOW, note="A note"),
    "reminded": Reminded(by=CLERK, at=NOW, alarm="day 5", told="It is time."),
    "closed": closed(Ending.WITHDRAWN, note="by e-mail"),
    "reopened": Reopened(by=CLERK, at=NOW, note="More was found"),
    "litigation": SUED,
    "received": received(),
}
ALWAYS = {"minutes", "noted", "litigation"}
OPEN = EVENTS.keys() - {"extended", "released", "reopened", "received"}
TAKES = {
    State.RECEIVED: (OPEN | {"extended"}) - {"clarification answered"},  # nobody was asked there
    State.CLARIFYING: OPEN | {"extended"},
    State.EXTENDED: OPEN,
    State.PROMISED: OPEN,
    State.DETERMINED: OPEN | {"released"},
    State.PRODUCING: OPEN | {"released"},
    State.CLOSED: ALWAYS | {"reopened"},
    State.LITIGATION: OPEN | {"released"},
}


def refused(file: Request, event: AnyEvent, review: ReviewState = REVIEW) -> str:
    return refusal(file, event, dates(), TODAY, review)


def next_bundle(file: Request) -> AnyEvent:
    """The next instalment, or the one that was not released once more."""
    number = file.next_instalment
    return produced(instalment=number, bundle=SECOND, replaces=BUNDLE if number == 1 else "")


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", EVENTS)
def test_each_state_takes_these_steps_and_no_others(state: State, name: str) -> None:
    told = refused(IN[state], next_bundle(IN[state]) if name == "produced" else EVENTS[name])
    assert (told == "") is (name in TAKES[state]), told
    if told:
        assert told.startswith("PRA-2026-0042")
        assert told.endswith((".", "`."))


def test_the_states_of_these_tests_are_what_they_are_named() -> None:
    assert {state: file.state for state, file in IN.items()} == {state: state for state in State}
    assert ALLOWED.keys() == set(State)


@pytest.mark.parametrize(
    ("state", "name", "first"),
    [
        (State.CLOSED, "searched", "`paloverde request reopen PRA-2026-0042` opens it again"),
        (State.DETERMINED, "extended", "only what is not determined"),
        (State.EXTENDED, "extended", "and once"),
        (State.RECEIVED, "released", "first tell the requester what was determined"),
        (State.RECEIVED, "reopened", "only what is closed can be opened again"),
        (State.RECEIVED, "received", "it came in already"),
    ],
)
def test_a_refused_step_says_what_comes_first(state: State, name: str, first: str) -> None:
    assert first in refused(IN[state], EVENTS[name])


# Extensions: Gov. Code 7922.535(b), (c)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"grounds": ()}, "Name a ground: UC1, UC2, UC3, UC4, UC5, UC6"),
        ({"grounds": ("UC9",), "facts": {"UC9": "x"}}, "'UC9' is no ground"),
        ({"grounds": ("UC3", "UC2")}, "UC2 needs the facts of this request. How many records"),
        ({"facts": {"UC3": "  "}}, "UC3 needs the facts"),
        ({"until": date(2026, 12, 11)}, "up to Thursday, December 10, 2026, and Friday, December 11, 2026"),
        ({"until": date(2026, 11, 25)}, "a date after Wednesday, November 25, 2026"),
        ({"officer": Responsible("", "City Clerk")}, "the name of the head of the agency"),
        ({"officer": Responsible("Ana Ruiz", " ")}, "the title of Ana Ruiz"),
        ({"sent_on": date(2026, 11, 19)}, "today is Wednesday, November 18, 2026"),
        ({"sent_on": date(2026, 11, 15)}, "came in on Monday, November 16, 2026"),
    ],
)
def test_an_extension_without_ground_facts_date_or_officer_is_refused(
    more: dict[str, object], told: str
) -> None:
    assert told in refused(request(), extended(**more))


def test_several_grounds_each_with_its_facts_are_taken() -> None:
    facts = {"UC1": "boxes at the corporation yard", "UC3": "the Sheriff is consulted"}
    assert refused(request(), extended(grounds=("UC1", "UC3"), facts=facts)) == ""


@pytest.mark.parametrize(("sent_on", "is_taken"), [(date(2026, 11, 26), True), (date(2026, 11, 27), False)])
def test_the_notice_goes_out_before_the_tenth_day_is_over(sent_on: date, *, is_taken: bool) -> None:
    told = refusal(request(), extended(sent_on=sent_on), dates(), date(2026, 11, 30), REVIEW)
    assert (told == "") is is_taken
    assert is_taken or "can no longer be extended" in told


# Determinations: Gov. Code 7922.535(a), 7922.540


@pytest.mark.parametrize(
    ("outcome", "more", "told"),
    [
        (Outcome.FULL, {"available_at": None}, "the estimated date and time"),
        (Outcome.PART, {"available_at": None}, "the estimated date and time"),
        (Outcome.PART, {"responsible": ()}, "the name and title of each person responsible"),
        (Outcome.DENIED, {"responsible": ()}, "the name and title of each person responsible"),
        (Outcome.DENIED, {"responsible": (Responsible("Ana Ruiz", ""),)}, "a name and a title"),
        (Outcome.FULL, {}, "first `paloverde request search PRA-2026-0042 'WORDS'`"),
        (Outcome.NONE, {}, "first `paloverde request search PRA-2026-0042 'WORDS'`"),
        (
            Outcome.FULL,
            {"available_at": datetime(2026, 11, 18, 7, tzinfo=UTC)},  # the 17th in California
            "cannot be available before it is sent, on Wednesday, November 18, 2026",
        ),
    ],
)
def test_a_determination_that_lacks_what_the_statute_asks_for_is_refused(
    outcome: Outcome, more: dict[str, object], told: str
) -> None:
    assert told in refused(request(), determined(outcome, **more))


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_can_be_filed_with_what_it_needs(outcome: Outcome) -> None:
    assert refused(request(searched()), determined(outcome)) == ""


# Handing over


def test_who_put_a_bundle_together_does_not_sign_it_off() -> None:
    assert "somebody else has to sign it off" in refused(request(produced()), signed(by=CLERK))
    assert refused(request(produced()), signed(by=COUNSEL)) == ""
    assert "No instalment" in refused(request(), signed())


def test_nothing_is_released_that_nobody_signed_off_or_that_was_denied() -> None:
    assert "a second person looks at it first" in refused(request(determined(), produced()), released())
    denied = request(searched(), determined(Outcome.DENIED), produced(), signed())
    assert "hands nothing over" in refused(denied, released())
    ready = request(determined(), produced(), signed())
    assert "No instalment" in refused(ready, released(sha256="c" * 64))


MORE = msgspec.structs.replace
SECOND = Document("b-2.zip", "c" * 64)
KEPT = MORE(REVIEW, kept_back=1, responsive=2, codes=("EX-PRIV",), deniers=("Cleo Park",))
DENIED_IN_PART = determined(Outcome.PART, responsible=(Responsible("cleo  park", "Deputy Clerk"),))


def test_a_bundle_goes_out_only_while_what_it_was_built_from_stands() -> None:
    ready = request(determined(), produced(), signed())
    other, unsigned = MORE(REVIEW, decisions_sha256="e" * 64), MORE(REVIEW, is_settled=False)
    for event in (signed(), released()):
        assert refused(ready, event) == ""
        assert "decided since this bundle was built" in refused(ready, event, other)
        assert "Nobody has signed the review" in refused(ready, event, unsigned)


def test_a_redacted_bundle_does_not_go_out_under_a_determination_that_denies_nothing() -> None:
    full = request(searched(), determined(), produced(), signed())
    part = request(searched(), DENIED_IN_PART, produced(), signed())
    for event in (signed(), released()):
        assert "denies nothing: determine part or denied" in refused(full, event, KEPT)
        assert refused(part, event, KEPT) == ""
        assert "claims EX-ATTY" in refused(part, event, MORE(KEPT, codes=("EX-ATTY", "EX-PRIV")))
        assert "Ana Ruiz decided" in refused(part, event, MORE(KEPT, deniers=("Ana Ruiz",)))


@pytest.mark.parametrize(
    ("way", "review", "law"),
    [
        (Way.POSTED, MORE(REVIEW, exposed=(Exposed("EX-HOME", 1),)), "7928.205"),
        (Way.LINK, MORE(REVIEW, exposed=(Exposed("EX-HOME", 1),)), "7928.205"),
        (Way.POSTED, MORE(REVIEW, private=1), "not posted for everybody"),
    ],
)
def test_what_the_web_may_not_show_goes_another_way(way: Way, review: ReviewState, law: str) -> None:
    ready = request(determined(), produced(), signed())
    assert law in refused(ready, released(way=way), review)
    assert refused(ready, released(way=Way.DISC), review) == ""


def test_a_determination_is_true_of_the_review() -> None:
    none = determined(Outcome.NONE)
    assert refused(request(searched()), none) == ""
    assert "cannot be determined" in refused(request(searched()), none, MORE(REVIEW, responsive=1))
    assert "cannot be determined" in refused(request(searched()), none, MORE(REVIEW, undecided=1))
    assert "review gather" in refused(request(searched()), none, MORE(REVIEW, ungathered=2))
    assert "denies nothing" in refused(request(searched()), determined(), KEPT)
    assert refused(request(searched()), DENIED_IN_PART, KEPT) == ""
    assert "the reasons" in refused(request(searched()), determined(reasons=" "))


@pytest.mark.parametrize("outcome", [Outcome.FULL, Outcome.PART, Outcome.DENIED])
def test_nothing_is_determined_about_records_that_nobody_has_reviewed(outcome: Outcome) -> None:
    found, event = request(searched()), determined(outcome)
    assert "`paloverde review gather PRA-2026-0042`" in refused(found, event, MORE(REVIEW, ungathered=2))
    assert "`paloverde review decide PRA-2026-0042`" in refused(found, event, MORE(REVIEW, undecided=1))
    assert "`paloverde review sign PRA-2026-0042`" in refused(found, event, MORE(REVIEW, is_settled=False))
    assert refused(found, event) == ""


def test_who_leaves_a_denier_out_is_told_how_to_name_them() -> None:
    told = refused(request(searched()), DENIED_IN_PART, MORE(KEPT, deniers=("Ana Ruiz",)))
    assert "Ana Ruiz decided" in told
    assert "draft the letter without `--denier`, which then names them all" in told


@pytest.mark.parametrize("outcome", [Outcome.PART, Outcome.DENIED])
def test_a_denial_names_an_exemption(outcome: Outcome) -> None:
    assert "needs the exemption" in refused(request(), determined(outcome, exemptions=()))
    assert "'COPYRIGHT' is no exemption" in refused(request(), determined(outcome, exemptions=("COPYRIGHT",)))


@pytest.mark.parametrize(
    ("review", "told"),
    [
        (MORE(REVIEW, ungathered=1), "not under review yet"),
        (MORE(REVIEW, undecided=1), "not decided yet"),
        (MORE(REVIEW, is_settled=False), "Nobody has signed"),
        (MORE(REVIEW, decisions_sha256="e" * 64), "build and release one more"),
    ],
)
def test_nothing_found_is_left_lying_when_a_request_is_closed(review: ReviewState, told: str) -> None:
    done = request(searched(), determined(), produced(), signed(), released())
    assert refused(done, closed()) == ""
    assert told in refused(done, closed(), review)
    assert refused(done, closed(note="The requester wants no more of it"), review) == ""


def test_that_there_are_none_does_not_close_a_request_for_which_some_were_found_later() -> None:
    none = request(searched(), determined(Outcome.NONE))
    assert "since it was determined" in refused(none, closed(), MORE(REVIEW, responsive=1))


def test_instalments_are_numbered_and_one_that_did_not_go_out_is_replaced() -> None:
    assert "the next one is 1" in refused(request(), produced(instalment=2))
    out = request(determined(), produced(), signed(), released())
    assert refused(out, produced(instalment=2, bundle=SECOND)) == ""
    lying = request(determined(), produced(), signed())
    assert "the next one is 1" in refused(lying, produced(instalment=2, bundle=SECOND))
    assert "say which bundle this one replaces" in refused(lying, produced(bundle=SECOND))
    again = produced(bundle=SECOND, replaces=BUNDLE)
    assert refused(lying, again) == ""
    replaced = request(determined(), produced(), signed(), again)
    for event in (signed(), released()):
        assert "was built again since" in refused(replaced, event)
    assert refused(replaced, signed(sha256=SECOND.sha256)) == ""


# In time: there are disclosable records


def test_a_promise_in_time_needs_records_found_a_date_and_reasons_and_no_review() -> None:
    found, open_ = request(searched()), MORE(REVIEW, is_settled=False, undecided=2)
    assert refused(found, promised(), open_) == ""
    assert refused(found, promised(), KEPT) == ""
    assert "needs a search" in refused(request(), promised())
    assert "No search has found a record yet" in refused(request(searched(hits=0)), promised())
    assert "the estimated date and time" in refused(found, promised(available_at=None))
    assert "the reasons" in refused(found, promised(reasons=" "))
    assert "denies nothing yet" in refused(found, promised(exemptions=("EX-PRIV",)))
    assert "which says more" in refused(request(searched(), determined(Outcome.PART)), promised())
    assert refused(request(searched(), promised()), promised()) == ""  # another date
    assert refused(request(searched(), determined(Outcome.NONE)), promised()) == ""


def test_a_full_answer_that_comes_too_early_is_told_of_the_promise() -> None:
    told = refused(request(searched()), determined(), MORE(REVIEW, undecided=2))
    assert "`paloverde letter draft PRA-2026-0042 disclosable` says that there are records" in told


def test_a_promise_hands_nothing_over_and_closes_nothing() -> None:
    early = request(searched(), promised(), produced(), signed())
    assert "cannot follow" in refused(early, released())
    owed = "the final determination is still owed"
    assert owed in refused(early, closed())
    assert owed in refused(early, closed(note="They wait"))
    sued = request(searched(), promised(), produced(), signed(), SUED)
    assert "does not say yet what is withheld" in refused(sued, released())
    final = request(searched(), promised(), DENIED_IN_PART, produced(), signed())
    assert refused(final, released(), KEPT) == ""


def test_a_denial_that_is_told_after_a_promise_lacks_nothing_that_a_denial_needs() -> None:
    file = request(searched(), promised())
    assert "the name and title of each person" in refused(
        file, determined(Outcome.PART, responsible=()), KEPT
    )
    assert "needs the exemption" in refused(file, determined(Outcome.PART, exemptions=()), KEPT)
    assert "denies nothing" in refused(file, determined(), KEPT)
    assert "review sign" in refused(file, determined(Outcome.PART), MORE(KEPT, is_settled=False))
    assert refused(file, DENIED_IN_PART, KEPT) == ""


def test_a_request_is_closed_once_it_is_answered_or_withdrawn() -> None:
    assert "first `paloverde letter send PRA-2026-0042`" in refused(request(), closed())
    assert "nothing was released yet" in refused(request(determined()), closed())
    assert refused(request(searched(), determined(Outcome.NONE)), closed()) == ""
    assert "how the requester withdrew it" in refused(request(), closed(Ending.WITHDRAWN))


# The rest


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (Noted(by=CLERK, at=NOW, note=" "), "words in a note"),
        (MinutesSpent(by=CLERK, at=NOW, minutes=0, on=TODAY, what="x"), "above zero"),
        (MinutesSpent(by=CLERK, at=NOW, minutes=5, on=date(2026, 11, 19), what="x"), "give a day between"),
        (searched(minutes=-1), "0 or more"),
        (ClarificationAsked(by=CLERK, at=NOW, question="", asked_on=TODAY), "the question"),
        (EVENTS["clarification answered"], "Nobody has asked the requester"),
        (EVENTS["custodian answered"], "Ben Ito was not asked; asked were: nobody yet"),
        (CustodianAsked(by=CLERK, at=NOW, custodian="", title="", about="x", asked_on=TODAY), "name"),
        (CustodianAsked(by=CLERK, at=NOW, custodian="x", title="", about="", asked_on=TODAY), "asked for"),
        (Litigated(by=CLERK, at=NOW, matter="", on=TODAY), "the matter"),
        (EVENTS["review finished"], "Nothing was searched yet"),
    ],
)
def test_an_empty_or_premature_step_is_refused(event: AnyEvent, told: str) -> None:
    assert told in refused(request(), event)


def test_a_review_cannot_count_below_zero() -> None:
    wrong = ReviewFinished(by=CLERK, at=NOW, responsive=-1, not_responsive=0, exempt_in_part=0, exempt=0)
    assert "below zero" in refused(request(searched()), wrong)


def test_the_clerk_and_counsel_act_an_approver_may_sign_off_and_the_timer_only_reminds() -> None:
    assert roles_for(Noted) == roles_for(type(determined())) == ("clerk", "counsel")
    assert roles_for(SignedOff) == ("clerk", "counsel", "approver")
    assert "timer" in roles_for(Reminded)
