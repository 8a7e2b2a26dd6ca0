"""Orders and what may follow what in the papers of a production."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from matters import CLERK, COUNSEL, NOW, OTHER_COUNSEL, TERMS
from paloverde.errors import BadQuestion
from paloverde.productions.docket import Docket, Entry, State, refusal, roles_for
from paloverde.productions.in_words import said
from paloverde.productions.order import (
    AnyEvent,
    Built,
    Changed,
    Chosen,
    ClawedBack,
    Demand,
    GivenUp,
    Noted,
    Ordered,
    Reviewed,
    Served,
    SignedOff,
    check_terms,
    is_number,
    next_number,
    read_event,
)

TODAY = date(2026, 11, 18)
OF: dict[str, Any] = {"by": COUNSEL, "at": NOW}
ORDERED = Ordered(**OF, number="PROD-2026-0001", terms=TERMS)
CHANGED = Changed(
    **OF, note="counsel agreed on fewer", terms=msgspec.structs.replace(TERMS, confidentiality="C")
)
CHOSEN = Chosen(**OF, through=7, previous="ab", records=8, relatives=3, duplicates=1, versions_sha256="cd")
REVIEWED = Reviewed(**OF, decisions_sha256="ef", produced=6, redacted=1, withheld=1, not_produced=0)
BUILT = Built(**OF, hashes="aa", decisions_sha256="ef", first="PDC0000001", last="PDC0000009", documents=8,
              pages=9, volumes=1)  # fmt: skip
AGREED = SignedOff(by=CLERK, at=NOW, hashes="aa")
SERVED = Served(**OF, hashes="aa", to="Moss LLP", way="by file transfer", served_on=TODAY)
CLAWED = ClawedBack(**OF, first="PDC0000003", last="PDC0000004", privileges=("ATTY-CLIENT",),
                    reason="a note of counsel was not marked", discovered_on=TODAY)  # fmt: skip
GIVEN_UP = GivenUp(**OF, note="the matter is settled")
NOTED = Noted(**OF, note="called")
EVERY: tuple[AnyEvent, ...] = (
    ORDERED, CHANGED, CHOSEN, REVIEWED, BUILT, AGREED, SERVED, CLAWED, GIVEN_UP, NOTED
)  # fmt: skip


def docket(*events: AnyEvent) -> Docket:
    return Docket(tuple(Entry(number, event, "") for number, event in enumerate((ORDERED, *events), 1)))


def why(standing: Docket, event: AnyEvent) -> str:
    return refusal(standing, event, TODAY)


def test_a_production_goes_from_its_order_to_service_and_each_step_needs_the_one_before() -> None:
    way = (CHOSEN, REVIEWED, BUILT, AGREED, SERVED)
    for done in range(len(way)):
        standing = docket(*way[:done])
        assert why(standing, way[done]) == ""
        assert all(why(standing, later) for later in way[done + 1 :])
    assert docket(*way).state is State.SERVED


@pytest.mark.parametrize("event", [CHANGED, CHOSEN, REVIEWED, BUILT, AGREED, GIVEN_UP])
def test_what_was_served_changes_no_more(event: AnyEvent) -> None:
    assert "is served" in why(docket(CHOSEN, REVIEWED, BUILT, AGREED, SERVED), event)
    assert "given up" in why(docket(GIVEN_UP), event)


def test_a_changed_order_has_its_records_chosen_again() -> None:
    standing = docket(CHOSEN, REVIEWED, CHANGED)
    assert (standing.state, standing.terms.confidentiality) == (State.ORDERED, "C")
    assert "chosen first" in why(standing, REVIEWED)
    assert [terms.confidentiality for terms, _ in docket(CHOSEN, CHANGED, CHOSEN).choices] == ["", "C"]


def test_a_change_says_why_and_changes_something() -> None:
    assert "Say why" in why(docket(), msgspec.structs.replace(CHANGED, note=" "))
    assert "says this already" in why(docket(), msgspec.structs.replace(CHANGED, terms=TERMS))


def test_who_built_the_volumes_does_not_agree_to_them_and_others_agree_to_these_alone() -> None:
    standing = docket(CHOSEN, REVIEWED, BUILT)
    assert "somebody else" in why(standing, SignedOff(by=COUNSEL, at=NOW, hashes="aa"))
    assert "not the volumes" in why(standing, SignedOff(by=CLERK, at=NOW, hashes="bb"))
    assert why(standing, SignedOff(by=OTHER_COUNSEL, at=NOW, hashes="aa")) == ""


def test_service_tells_to_whom_and_how_and_not_of_tomorrow() -> None:
    standing = docket(CHOSEN, REVIEWED, BUILT, AGREED)
    assert "to whom" in why(standing, msgspec.structs.replace(SERVED, to=""))
    assert "has not come yet" in why(standing, msgspec.structs.replace(SERVED, served_on=date(2026, 11, 19)))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"last": "PDC0000010"}, "served as PDC0000001 to PDC0000009"),
        ({"first": "PDC0000005"}, "in order"),
        ({"privileges": ("EX-ATTY",)}, "no privilege 'EX-ATTY'"),
        ({"privileges": ()}, "states the basis"),
        ({"reason": " "}, "states the basis"),
        ({"discovered_on": date(2026, 11, 19)}, "has not come yet"),
    ],
)
def test_a_clawback_names_served_numbers_and_its_basis(changes: dict[str, object], told: str) -> None:
    standing = docket(CHOSEN, REVIEWED, BUILT, AGREED, SERVED)
    assert why(standing, CLAWED) == ""
    assert told in why(standing, msgspec.structs.replace(CLAWED, **changes))
    with pytest.raises(BadQuestion, match="no Bates number of the prefix PDC"):
        why(standing, msgspec.structs.replace(CLAWED, first="X1"))


def test_only_counsel_orders_chooses_serves_and_claims_back() -> None:
    for event in EVERY:
        alone = not isinstance(event, Reviewed | Built | SignedOff | Noted)
        assert (roles_for(type(event)) == ("counsel",)) is alone


@pytest.mark.parametrize("event", EVERY)
def test_every_event_is_read_back_from_its_paper_and_has_words(event: AnyEvent) -> None:
    assert read_event(msgspec.json.encode(event, order="sorted")) == event
    assert len(said(event)) > 5


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"matter": " "}, "Name the matter"),
        ({"prefix": "pdc"}, "prefix of Bates numbers"),
        ({"demands": ()}, "Say what is produced"),
        ({"hold": "rivera", "items": ("10",)}, "not from both"),
        ({"since": date(2026, 2, 2), "until": date(2026, 2, 1)}, "exchange them"),
        ({"accounts": ("nobody",)}, "No account is named nobody"),
        ({"custodians": {"nobody": ("Ana Ruiz",)}}, "No account is named nobody"),
        ({"forms": ()}, "Name a form"),
        ({"most_bytes": 10}, "1,000,000 bytes at least"),
        ({"demands": (Demand("1;2", "pool"),)}, "cannot be the number of a demand"),
        ({"demands": (Demand("1", '"pool'),)}, "quotation"),
        ({"demands": (Demand("1", "pool"), Demand("1", "pool"))}, "there twice"),
    ],
)
def test_an_order_that_says_nothing_or_contradicts_itself_is_refused(
    changes: dict[str, object], told: str
) -> None:
    check_terms(TERMS, {"x-palmaria"})
    with pytest.raises(BadQuestion, match=told):
        check_terms(msgspec.structs.replace(TERMS, **changes), {"x-palmaria"})


def test_numbers_go_on_within_their_year() -> None:
    assert next_number(2026, []) == "PROD-2026-0001"
    assert next_number(2026, ["PROD-2026-0009", "PROD-2025-0044", "PRA-2026-0099"]) == "PROD-2026-0010"
    assert is_number("PROD-2026-0001")
    assert not is_number("PRA-2026-0042")
