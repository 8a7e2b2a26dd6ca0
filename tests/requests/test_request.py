"""The file of a request: its papers, its state, its words, its deadlines and its figures."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from telling import (
    BUNDLE,
    CLERK,
    CLOSURES,
    NOW,
    RECEIVED,
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

from paloverde.errors import ArchiveDamaged
from paloverde.requests import events
from paloverde.requests.custodian_search import Affidavit, Instruction, Looked
from paloverde.requests.deadlines import alarm, due, is_new, next_step
from paloverde.requests.events import (
    Acknowledged,
    AnyEvent,
    ClarificationAnswered,
    ClarificationAsked,
    CustodianAnswered,
    CustodianAsked,
    CustodianHandedIn,
    CustodianReminded,
    Determined,
    Document,
    Ending,
    Event,
    Imported,
    Litigated,
    MinutesSpent,
    Noted,
    Outcome,
    Reminded,
    Reopened,
    ReviewFinished,
    read_event,
    stamped,
)
from paloverde.requests.figures import as_csv, figures
from paloverde.requests.in_words import history, said
from paloverde.requests.request import Entry, Request, State

ASKED = ClarificationAsked(by=CLERK, at=NOW, question="Which pool?", asked_on=TODAY)
ANSWERED = ClarificationAnswered(by=CLERK, at=NOW, answer="The old one", answered_on=TODAY)
REOPENED = Reopened(by=CLERK, at=NOW, note="More was found")
EVERY: list[AnyEvent] = [
    received(),
    Acknowledged(by=CLERK, at=NOW, sent_on=TODAY),
    ASKED,
    ANSWERED,
    searched(minutes=15),
    CustodianAsked(
        by=CLERK, at=NOW, custodian="Ben Ito", title="Council", about="his telephone", asked_on=TODAY
    ),
    CustodianAnswered(by=CLERK, at=NOW, custodian="Ben Ito", answer="Nothing found", answered_on=TODAY),
    ReviewFinished(by=CLERK, at=NOW, responsive=3, not_responsive=4, exempt_in_part=2, exempt=1),
    extended(),
    determined(Outcome.PART, exemptions=("EX-PRIV",)),
    produced(),
    signed(),
    released(),
    MinutesSpent(by=CLERK, at=NOW, minutes=20, on=TODAY, what="redaction"),
    Noted(by=CLERK, at=NOW, note="They will come by."),
    Reminded(by=CLERK, at=NOW, alarm="day 5 of 2026-11-25", told="It is time."),
    closed(),
    REOPENED,
    CustodianAsked(
        by=CLERK,
        at=NOW,
        custodian="Ben Ito",
        title="",
        about="his telephone",
        asked_on=TODAY,
        instruction=Instruction(contact="ben@city.test", due_on=TODAY, addresses=("b@t",), words=("pool",)),
        letter="Please search",
    ),
    CustodianReminded(by=CLERK, at=NOW, custodian="Ben Ito", reminded_on=TODAY, letter="Please do"),
    CustodianAnswered(
        by=CLERK,
        at=NOW,
        custodian="Ben Ito",
        answer="One found",
        answered_on=TODAY,
        affidavit=Affidavit(made_on=TODAY, looked=(Looked("email", "pool"),), found=1, signed_sha256="ab"),
    ),
    CustodianHandedIn(
        by=CLERK,
        at=NOW,
        custodian="Ben Ito",
        handed_on=TODAY,
        account="custodian-ben-ito",
        list_sha256="cd",
        runs=(Imported(7, "forwarded", 2, 1),),
        files=2,
        messages=2,
        matched=1,
    ),
    Litigated(by=CLERK, at=NOW, matter="Ito v. City", on=TODAY),
]


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_every_event_is_one_paper_that_reads_back_as_it_was(event: AnyEvent) -> None:
    paper = msgspec.json.encode(stamped(event), order="sorted")
    again = read_event(paper)
    assert again == stamped(event)
    assert again.local == "2026-11-18T12:00:00-08:00"
    assert said(again).endswith((".", "Which pool?", "The old one", "found", "telephone"))


def test_every_type_of_event_is_tried_here() -> None:
    known = {one for one in vars(events).values() if isinstance(one, type) and issubclass(one, Event)}
    assert {type(event) for event in EVERY} == known - {Event}


def test_no_event_has_a_room_for_a_purpose_and_nobody_must_give_a_name() -> None:
    for event in EVERY:
        assert not [name for name in event.__struct_fields__ if "purpose" in name or "why" in name]
    assert received().requester == events.Requester("", "")


@pytest.mark.parametrize(
    ("course", "state"),
    [
        ([], State.RECEIVED),
        ([ASKED], State.CLARIFYING),
        ([ASKED, searched()], State.CLARIFYING),
        ([ASKED, ANSWERED], State.RECEIVED),
        ([extended()], State.EXTENDED),
        ([ASKED, extended(), ANSWERED], State.EXTENDED),
        ([extended(), ASKED], State.EXTENDED),
        ([promised()], State.PROMISED),
        ([extended(), promised()], State.PROMISED),
        ([promised(), determined(Outcome.PART)], State.DETERMINED),
        ([promised(), closed(), REOPENED], State.PROMISED),
        ([determined(Outcome.NONE), promised()], State.PROMISED),
        ([determined(), released(), promised()], State.PRODUCING),
        ([determined()], State.DETERMINED),
        ([determined(), produced(), signed()], State.DETERMINED),
        ([determined(), produced(), signed(), released()], State.PRODUCING),
        ([determined(), released(), determined(Outcome.PART)], State.PRODUCING),
        ([determined(), released(), closed()], State.CLOSED),
        ([closed(), MinutesSpent(by=CLERK, at=NOW, minutes=1, on=TODAY, what="filing")], State.CLOSED),
        ([closed(), REOPENED], State.RECEIVED),
        ([extended(), closed(), REOPENED], State.EXTENDED),
        ([closed(), REOPENED, determined()], State.DETERMINED),
        ([determined(), released(), closed(), REOPENED], State.PRODUCING),
        ([closed(), EVERY[-1]], State.LITIGATION),
        ([EVERY[-1], determined(), released()], State.LITIGATION),
        ([EVERY[-1], closed()], State.CLOSED),
    ],
)
def test_the_state_is_what_the_events_say_together(course: list[AnyEvent], state: State) -> None:
    assert request(*course).state is state


def test_a_file_that_does_not_begin_with_the_intake_is_damaged() -> None:
    with pytest.raises(ArchiveDamaged, match="not its intake"):
        _ = Request((Entry(1, ASKED, "s"),)).number


def test_minutes_are_those_of_searches_and_those_noted() -> None:
    assert request(*EVERY[1:]).minutes == 35


def test_the_first_word_from_the_city_counts_as_acknowledged() -> None:
    assert request().acknowledged_on is None
    assert request(determined(sent_on=TODAY), EVERY[1]).acknowledged_on == TODAY


def test_the_history_has_every_event_in_order_with_weekday_and_pacific_time() -> None:
    lines = list(history(request(*EVERY[1:])))
    heads = [line for line in lines if not line.startswith(" ")]
    assert len(heads) == len(EVERY)
    assert heads[0] == "Wed, Nov 18, 2026, 12:00 p.m. PST  Received on Monday, November 16, 2026: a letter."
    assert all(head.startswith("Wed, Nov 18, 2026, 12:00 p.m. PST  ") for head in heads)
    assert lines[1] == ("    entered by Cleo Park (clerk), this test; paper 1, SHA-256 0000000000000000…")


def test_a_note_and_the_documents_of_an_event_are_told() -> None:
    letter = events.Document("letter.pdf", "a" * 64)
    told = list(history(request(determined(documents=(letter,), note="by post"))))
    assert told[-2:] == ["    Note: by post", f"    Document: letter.pdf, SHA-256 {'a' * 64}"]


# Deadlines


def test_what_is_due_follows_the_target_then_the_extension_then_the_promise() -> None:
    counted = dates()
    assert due(request(), counted).day == date(2026, 11, 25)
    assert due(request(extended()), counted).day == date(2026, 12, 10)
    promised = due(request(extended(), determined()), counted)
    assert (promised.day, promised.what) == (
        date(2026, 11, 25),
        "hand the records over, as the determination says",
    )
    for course in ([determined(), released()], [determined(Outcome.NONE, available_at=None)], [closed()]):
        assert due(request(*course), counted) is None


def test_an_evening_in_california_is_the_day_there_and_not_the_next() -> None:
    late = determined(available_at=datetime(2026, 11, 26, 6, tzinfo=UTC))  # 22:00 on the 25th
    assert due(request(late), dates()).day == date(2026, 11, 25)


def test_the_next_step_says_the_day_and_how_many_are_left() -> None:
    assert next_step(request(), dates(), TODAY) == (
        "Next: determine, and tell the requester, by Wednesday, November 25, 2026 (7 days left)."
    )
    assert "(1 day left)" in next_step(request(), dates(), date(2026, 11, 24))
    assert "(today)" in next_step(request(), dates(), date(2026, 11, 25))
    assert "(2 days OVERDUE)" in next_step(request(), dates(), date(2026, 11, 27))
    assert next_step(request(closed()), dates(), TODAY) == "It is closed: nothing is due."
    assert "ask counsel" in next_step(request(determined(), released(), EVERY[-1]), dates(), TODAY)


def test_warnings_fall_due_on_day_5_day_8_the_day_before_the_target_and_after_it() -> None:
    told = {}
    for n in range(14):
        found = alarm(request(), dates(), CLOSURES, RECEIVED + timedelta(n))
        told[n] = found.name if found else None
    assert told == {
        **dict.fromkeys(range(5), None), **dict.fromkeys((5, 6, 7), "day 5"), 8: "target-1", 9: "target",
        **dict.fromkeys((10, 11, 12, 13), "overdue"),
    }  # fmt: skip


def test_the_warning_before_the_target_comes_on_an_office_day() -> None:
    friday = date(2026, 11, 6)  # day 10 is Monday 16 November; the day before is a Sunday
    moved = Request((Entry(1, received(received_on=friday), "s"),))
    found = [alarm(moved, dates(friday), CLOSURES, date(2026, 11, day)) for day in (12, 13, 15, 16, 17)]
    assert [one.name for one in found if one] == ["day 5", "target-1", "target-1", "target", "overdue"]


def test_the_eighth_day_is_warned_of_where_it_is_no_other_warning() -> None:
    monday = date(2026, 11, 9)
    moved = Request((Entry(1, received(received_on=monday), "s"),))
    names = [alarm(moved, dates(monday), CLOSURES, monday + timedelta(n)) for n in (7, 8, 9, 10, 11)]
    assert [one.name for one in names if one] == ["day 5", "day 8", "target-1", "target", "overdue"]


def test_an_extension_is_warned_of_by_its_own_date() -> None:
    longer = request(extended())
    found = [alarm(longer, dates(), CLOSURES, date(2026, 12, day)) for day in (8, 9, 10, 11)]
    assert [one.name for one in found if one] == ["target-1", "target", "overdue"]
    assert found[3] is not None
    assert found[3].is_overdue
    assert found[3].key == "overdue of 2026-12-10"


def test_somebody_is_warned_once_of_each_deadline() -> None:
    first = alarm(request(), dates(), CLOSURES, date(2026, 11, 27))
    assert first is not None
    assert is_new(request(), first)
    told = Reminded(by=CLERK, at=NOW, alarm=first.key, told=first.told)
    assert not is_new(request(told), first)
    assert first.told == (
        "PRA-2026-0042: determine, and tell the requester, by Wednesday, November 25, 2026 (2 days OVERDUE). "
        "Received on Monday, November 16, 2026."
    )


# Figures


def test_the_log_has_the_days_the_records_and_the_minutes_of_each_request() -> None:
    whole = request(*EVERY[1:17])
    rows = list(csv.DictReader(io.StringIO(as_csv([figures(whole, dates(), TODAY)]).removeprefix("\ufeff"))))
    assert rows == [
        {
            "number": "PRA-2026-0042", "channel": "letter", "state": "closed", "received": "2026-11-16",
            "acknowledged": "2026-11-18", "target": "2026-11-25", "latest": "2026-11-30",
            "extended_to": "2026-12-10", "determined": "2026-11-18",
            "determined_finally": "2026-11-18", "outcome": "part", "promised_for": "2026-11-25",
            "first_produced": "2026-11-18", "last_produced": "2026-11-18", "closed": "2026-11-18",
            "late": "no", "days_to_acknowledge": "2", "days_to_determine": "2",
            "days_to_determine_finally": "2",
            "days_to_first_produced": "2", "days_to_close": "2", "searches": "1", "versions_reviewed": "10",
            "records_produced": "2", "pages_produced": "3", "minutes": "35",
        }
    ]  # fmt: skip


def test_what_has_not_happened_is_empty_and_what_lies_ready_is_not_produced() -> None:
    found = figures(request(produced()), dates(), TODAY)
    assert (found.determined, found.outcome, found.closed, found.days_to_close) == (None, None, None, None)
    assert (found.records_produced, found.pages_produced) == (0, 0)


@pytest.mark.parametrize(
    ("course", "today", "late"),
    [
        ([], date(2026, 11, 25), "no"),
        ([], date(2026, 11, 26), "after the target"),
        ([], date(2026, 12, 1), "after the latest day"),
        ([determined(sent_on=date(2026, 11, 26))], date(2027, 1, 1), "after the target"),
        ([extended()], date(2026, 12, 10), "no"),
        ([extended()], date(2026, 12, 11), "after the extension"),
        ([closed(Ending.WITHDRAWN)], date(2027, 1, 1), "no"),
    ],
)
def test_the_log_says_what_was_late(course: list[AnyEvent], today: date, late: str) -> None:
    assert figures(request(*course), dates(), today).late == late


def test_the_log_tells_the_promise_in_time_from_what_was_determined_in_the_end() -> None:
    early = figures(request(searched(), promised()), dates(), date(2026, 12, 5))
    assert (early.determined, early.determined_finally, early.outcome) == (TODAY, None, "disclosable")
    assert (early.promised_for, early.late) == (date(2026, 11, 25), "no")
    final = determined(Outcome.PART, sent_on=date(2026, 12, 4))
    done = figures(request(searched(), promised(), final), dates(), date(2026, 12, 5))
    assert (done.determined, done.determined_finally, done.outcome) == (TODAY, date(2026, 12, 4), "part")
    assert (done.days_to_determine, done.days_to_determine_finally) == (2, 18)


def test_what_was_promised_is_due_until_it_is_determined_and_handed_over() -> None:
    at = datetime(2026, 12, 8, 22, tzinfo=UTC)
    file = request(searched(), promised(available_at=at))
    coming = due(file, dates())
    assert coming is not None
    assert coming.day == date(2026, 12, 8)
    assert "reviewed and determined, as promised" in coming.what
    warned = alarm(file, dates(), CLOSURES, date(2026, 12, 7))
    assert warned is not None
    assert warned.name == "target-1"
    late = alarm(file, dates(), CLOSURES, date(2026, 12, 9))
    assert late is not None
    assert late.is_overdue
    moved = request(searched(), promised(available_at=at), determined(Outcome.PART))
    assert due(moved, dates()) is not None
    assert "hand the records over" in next_step(moved, dates(), TODAY)


def test_an_instalment_that_was_not_released_is_built_again_under_its_number() -> None:
    again = produced(bundle=Document("b.zip", "c" * 64), replaces=BUNDLE)
    file = request(determined(), produced(), again)
    assert file.next_instalment == 1
    assert file.is_replaced(produced())
    assert not file.is_replaced(again)
    assert "was put together again, in place of bbbbbbbbbbbbbbbb…, not released" in said(again)
    out = request(determined(), produced(), released())
    assert out.next_instalment == 2


def test_a_later_determination_leaves_the_first_ones_day_and_has_the_last_ones_outcome() -> None:
    later = determined(Outcome.PART, sent_on=date(2026, 11, 20))
    found = figures(request(determined(), later), dates(), TODAY)
    assert (found.determined, found.outcome) == (TODAY, "part")
    assert isinstance(request(determined(), later).last(Determined), Determined)
    assert request(produced()).bundle(BUNDLE) == stamped(produced())
