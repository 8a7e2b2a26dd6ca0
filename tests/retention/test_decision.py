"""What must be kept, and until when: every reason, never one too few, never a day too short."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paloverde.archive.vault import end_of
from paloverde.records import PACIFIC, Holder, Kind, Provenance
from paloverde.retention.decision import free_since, keep_until, kept_because, reasons_to_keep, years_after
from paloverde.retention.facts import Facts, Ground, HeldBy, HoldKind, ItemId
from paloverde.retention.rules import RULES
from paloverde.retention.schedule import After, RecordClass, Schedule, Schedules
from paloverde.wording import spoken

ITEM = ItemId("facebook-springfield", Kind.COMMENT, "c1")
SINCE = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
LITIGATION = HeldBy("h1", HoldKind.LITIGATION, "Quintero v. Springfield", SINCE)
TWO_YEARS = RecordClass(id="SOC-ALL", title="Everything", years=2)
MONDAY = date(2024, 3, 4)


def schedules(*classes: RecordClass, reasonable_years: int = 2, **dates: date | None) -> Schedules:
    one = Schedule(
        resolution="2020-1", title="All", adopted_on=date(2000, 1, 1),
        effective_from=dates.get("effective_from") or date(2000, 1, 1), effective_to=dates.get("effective_to"),
        classes=classes,
    )  # fmt: skip
    return Schedules((one,), reasonable_years)


ALL = schedules(TWO_YEARS)


def facts(received_on: date = MONDAY, **more: object) -> Facts:
    return msgspec.structs.replace(Facts(item=ITEM, received_on=received_on), **more)


def grounds(one: Facts, today: date, known: Schedules = ALL) -> list[Ground]:
    return [reason.ground for reason in reasons_to_keep(one, today, known)]


def test_a_record_of_one_year_and_364_days_is_kept_and_one_of_two_years_is_not() -> None:
    assert Ground.FLOOR in grounds(facts(), date(2026, 3, 3))
    assert grounds(facts(), date(2026, 3, 4)) == []
    assert free_since(facts(), date(2026, 3, 4), ALL) == date(2026, 3, 4)
    assert free_since(facts(), date(2026, 3, 3), ALL) is None


def test_what_came_on_a_leap_day_is_kept_until_the_first_of_march() -> None:
    leap = facts(date(2024, 2, 29))
    assert Ground.FLOOR in grounds(leap, date(2026, 2, 28))
    assert grounds(leap, date(2026, 3, 1)) == []


def test_removed_content_is_kept_for_two_years_from_its_removal_whatever_its_cause() -> None:
    for cause in ("city", "undetermined", None):
        one = facts(removed_on=date(2024, 2, 29), received_on=date(2020, 1, 1), cause=cause)
        assert grounds(one, date(2026, 2, 28)) == [Ground.REMOVAL]
        assert grounds(one, date(2026, 3, 1)) == []


def test_an_official_keeps_for_the_reasonable_time_and_the_city_does_not() -> None:
    known = schedules(TWO_YEARS, reasonable_years=5)
    one = facts(date(2020, 1, 1), removed_on=date(2021, 6, 1), holder=Holder.OFFICIAL)
    assert grounds(one, date(2026, 5, 31), known) == [Ground.OFFICIAL]
    assert grounds(one, date(2026, 6, 1), known) == []
    assert grounds(msgspec.structs.replace(one, holder=Holder.CITY), date(2026, 5, 31), known) == []


def test_the_longest_of_the_classes_that_cover_an_item_counts() -> None:
    long = RecordClass(id="SOC-COMMENT", title="Comments", kinds=(Kind.COMMENT,), years=7)
    (reason,) = reasons_to_keep(facts(), date(2026, 3, 4), schedules(TWO_YEARS, long))
    assert (reason.ground, reason.until) == (Ground.SCHEDULE, date(2031, 3, 4))
    assert reason.source == "Resolution 2020-1, class SOC-COMMENT"


def test_what_no_class_covers_is_never_destroyed() -> None:
    posts = schedules(RecordClass(id="P", title="Posts", kinds=(Kind.POST,), years=2))
    (reason,) = reasons_to_keep(facts(), date(2999, 1, 1), posts)
    assert (reason.ground, reason.until) == (Ground.UNKNOWN, None)
    assert "no class covers it" in reason.sentence
    (reason,) = reasons_to_keep(facts(), date(2999, 1, 1), Schedules())
    assert "no retention schedule is in effect" in reason.sentence


def test_a_schedule_counts_on_the_days_of_its_effect_only() -> None:
    until = schedules(TWO_YEARS, effective_from=date(2026, 5, 1), effective_to=date(2026, 6, 30))
    assert grounds(facts(), date(2026, 4, 30), until) == [Ground.UNKNOWN]
    assert grounds(facts(), date(2026, 5, 1), until) == []
    assert grounds(facts(), date(2026, 6, 30), until) == []
    assert grounds(facts(), date(2026, 7, 1), until) == [Ground.UNKNOWN]


@pytest.mark.parametrize(
    ("class_", "ground", "said"),
    [
        (
            RecordClass(id="A", title="Laws", excluded="34090(e)"),
            Ground.EXCLUDED,
            "section 34090(e) excludes",
        ),
        (RecordClass(id="A", title="Pages", permanent=True), Ground.SCHEDULE, "kept for ever"),
        (RecordClass(id="A", title="Gone", years=2, after=After.REMOVED), Ground.SCHEDULE, "was not removed"),
    ],
)
def test_some_classes_have_no_last_day(class_: RecordClass, ground: Ground, said: str) -> None:
    (reason,) = reasons_to_keep(facts(), date(2999, 1, 1), schedules(class_))
    assert (reason.ground, reason.until) == (ground, None)
    assert said in reason.sentence


def test_a_class_shorter_than_the_law_and_one_of_duplicates_change_nothing_about_the_two_years() -> None:
    short = RecordClass(id="A", title="Short", years=0)
    double = RecordClass(id="D", title="Copies", years=0, duplicate=True, procedure="CC-7")
    for class_ in (short, double):
        assert grounds(facts(), date(2026, 3, 3), schedules(class_)) == [Ground.FLOOR]
        assert grounds(facts(), date(2026, 3, 4), schedules(class_)) == []


def test_the_classes_match_on_kind_holder_provenance_and_visibility() -> None:
    class_ = RecordClass(
        id="A", title="A", kinds=(Kind.COMMENT,), holders=(Holder.OFFICIAL,), provenance=(Provenance.UPLOAD,),
        visibility=("public",), years=9,  # type: ignore[arg-type]
    )  # fmt: skip
    right = facts(holder=Holder.OFFICIAL, provenance=frozenset(Provenance), visibility="public")
    assert class_.covers(right)
    for wrong in (
        {"holder": Holder.CITY},
        {"provenance": frozenset({Provenance.API})},
        {"visibility": ""},
        {"item": msgspec.structs.replace(ITEM, kind=Kind.POST)},
    ):
        assert not class_.covers(msgspec.structs.replace(right, **wrong))  # type: ignore[arg-type]


def test_a_litigation_hold_has_no_end_but_a_release() -> None:
    dated = msgspec.structs.replace(LITIGATION, ends_on=date(2025, 1, 1))
    for hold in (LITIGATION, dated):
        (reason,) = reasons_to_keep(facts(holds=(hold,)), date(2999, 1, 1), ALL)
        assert (reason.ground, reason.until) == (Ground.LITIGATION, None)
    assert "Quintero v. Springfield" in reason.sentence


def test_a_request_keeps_while_it_is_open_and_through_the_last_day_of_its_tail() -> None:
    open_ = HeldBy("r1", HoldKind.REQUEST, "PRA-26-7", SINCE)
    assert grounds(facts(holds=(open_,)), date(2999, 1, 1)) == [Ground.REQUEST]
    closed = msgspec.structs.replace(open_, ends_on=date(2026, 12, 31))
    assert grounds(facts(holds=(closed,)), date(2026, 12, 31)) == [Ground.REQUEST]
    assert grounds(facts(holds=(closed,)), date(2027, 1, 1)) == []


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1), date(2026, 12, 31), date(2028, 2, 29)])
def test_a_lock_to_the_end_of_a_day_counts_through_that_day_in_every_season(day: date) -> None:
    one = facts(date(2020, 1, 1), locked_until=end_of(day))
    assert grounds(one, day) == [Ground.LOCK]
    assert grounds(one, day + timedelta(days=1)) == []
    within = facts(date(2020, 1, 1), locked_until=datetime.combine(day, time(12), PACIFIC))
    assert grounds(within, day) == [Ground.LOCK]


def test_what_is_shown_or_not_settled_is_kept_without_a_day() -> None:
    assert grounds(facts(shown=True), date(2999, 1, 1)) == [Ground.IN_USE]
    assert grounds(facts(in_question=True), date(2999, 1, 1)) == [Ground.QUESTION]


def test_every_reason_is_told_at_once_with_weekday_and_source() -> None:
    one = facts(
        date(2026, 3, 2), removed_on=date(2026, 3, 3), cause="city", holder=Holder.OFFICIAL, shown=True,
        in_question=True, holds=(LITIGATION,), locked_until=end_of(date(2028, 3, 2)),
    )  # fmt: skip
    reasons = reasons_to_keep(one, date(2026, 4, 1), ALL)
    assert len({reason.ground for reason in reasons}) == len(reasons) == 8
    assert keep_until(reasons) is None
    said = kept_because(reasons)
    assert said.startswith("Kept, because the City last received it on Monday, March 2, 2026, and a record")
    assert "(Gov. Code 34090(d)); it was found removed on Tuesday, March 3, 2026, and removed" in said
    assert said.endswith("No day is known on which that ends.")
    assert "(Litigation hold h1)" in said


def test_a_reason_says_one_day_and_its_sentence_says_the_same() -> None:
    closed = HeldBy("PRA-26-7", HoldKind.REQUEST, "Records request PRA-26-7", SINCE, date(2026, 12, 31))
    one = facts(
        removed_on=date(2026, 3, 3), cause="undetermined", holds=(closed,),
        locked_until=end_of(date(2028, 3, 2)),
    )  # fmt: skip
    reasons = reasons_to_keep(one, date(2026, 4, 1), ALL)
    for reason in reasons:
        days = set(re.findall(r"until (\w+day, \w+ \d+, \d{4})", reason.sentence))
        assert days == ({spoken(reason.until)} if reason.until else set()), reason.sentence
    said = kept_because(reasons)
    assert "the hold PRA-26-7 (Records request PRA-26-7) is on it since" in said
    assert "undetermined" not in said  # what somebody settled later stands in the dossier
    assert "PALOVERDE_" not in said


def test_the_sentence_ends_with_the_last_day_where_all_reasons_have_one() -> None:
    reasons = reasons_to_keep(facts(), date(2025, 1, 1), ALL)
    assert keep_until(reasons) == date(2026, 3, 4)
    assert kept_because(reasons).endswith("It must be kept until Wednesday, March 4, 2026.")
    assert kept_because([]) == "Nothing keeps it."
    assert keep_until([]) is None


def test_no_rule_is_called_verified_before_counsel_has_signed_for_it() -> None:
    assert not any(rule.is_verified for rule in RULES.values())
    assert not any(reason.verified for reason in reasons_to_keep(facts(shown=True), MONDAY, ALL))
    assert all(rule.cite and rule.says and "not verified by counsel" in rule.mark for rule in RULES.values())
    signed = msgspec.structs.replace(
        RULES["two_year_floor"], verified_by="A. Okafor", verified_on="2027-01-04"
    )
    assert signed.mark == "verified by A. Okafor on 2027-01-04"


DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
MAYBE = st.none() | DAYS
SELDOM = st.sampled_from([False, False, False, True])
MOMENTS = st.builds(
    lambda day, second: datetime.combine(day, time(), UTC) + timedelta(seconds=second),
    DAYS,
    st.integers(0, 86_399),
)
CLASSES = st.builds(
    RecordClass, id=st.just("A"), title=st.just("A"), years=st.integers(0, 12), after=st.sampled_from(After),
    kinds=st.sampled_from([(), (Kind.COMMENT,), (Kind.POST,)]),
    holders=st.sampled_from([(), (Holder.OFFICIAL,)]),
)  # fmt: skip
LASTING = st.sampled_from([
    RecordClass(id="P", title="P", permanent=True), RecordClass(id="E", title="E", excluded="34090(c)"),
])  # fmt: skip
HELD = st.builds(
    HeldBy,
    hold=st.just("h"),
    kind=st.sampled_from(HoldKind),
    matter=st.just("m"),
    since=st.just(SINCE),
    ends_on=MAYBE,
)
SCHEDULE = st.builds(
    Schedule, resolution=st.just("1"), title=st.just("A"), adopted_on=DAYS, effective_from=DAYS, effective_to=MAYBE,
    classes=st.lists(CLASSES | LASTING, max_size=3).map(tuple),
)  # fmt: skip
ALL_ALWAYS = st.lists(SCHEDULE, max_size=2).map(lambda some: (*ALL.adopted, *some))
SCHEDULES = st.builds(Schedules, st.lists(SCHEDULE, max_size=3).map(tuple) | ALL_ALWAYS, st.integers(2, 9))
ANY = st.builds(
    Facts, item=st.just(ITEM), holder=st.sampled_from(Holder), received_on=DAYS, shown=SELDOM,
    in_question=SELDOM, removed_on=MAYBE, holds=st.just(()) | st.lists(HELD, max_size=2).map(tuple),
    locked_until=st.none() | MOMENTS,
)  # fmt: skip
LONG_AGO = st.dates(date(1990, 1, 1), date(2010, 1, 1))
OLD = st.builds(Facts, item=st.just(ITEM), received_on=LONG_AGO, removed_on=st.none() | LONG_AGO)
FACTS = ANY | OLD


def slow_years(day: date, years: int) -> date:
    """The oracle's own calendar: day by day, no arithmetic on years but the year's number."""
    if (day.month, day.day) == (2, 29) and not calendar.isleap(day.year + years):
        return date(day.year + years, 3, 1)
    return date.fromisoformat(f"{day.year + years:04}-{day:%m-%d}")


def slow_answer(one: Facts, today: date, known: Schedules) -> bool:
    """Whether an item must be kept, said as the law says it and without any code of the decision."""
    since_removal = [2] + ([known.reasonable_years] if one.holder is Holder.OFFICIAL else [])
    locked = one.locked_until and one.locked_until.astimezone(PACIFIC) > datetime.combine(
        today, time(), PACIFIC
    )
    held = any(h.kind is HoldKind.LITIGATION or h.ends_on is None or today <= h.ends_on for h in one.holds)
    removed = one.removed_on and any(today < slow_years(one.removed_on, years) for years in since_removal)
    covering = [
        class_
        for schedule in known.adopted
        if schedule.effective_from <= today and not (schedule.effective_to and schedule.effective_to < today)
        for class_ in schedule.classes
        if (not class_.kinds or one.item.kind in class_.kinds)
        and (not class_.holders or one.holder in class_.holders)
    ]

    def keeps(class_: RecordClass) -> bool:
        start = one.received_on if class_.after is After.RECEIVED else one.removed_on
        if class_.permanent or class_.excluded or start is None:
            return True
        return today < slow_years(start, class_.years or 0)

    return bool(
        today < slow_years(one.received_on, 2)
        or removed or locked or held or one.shown or one.in_question
        or not covering or any(keeps(class_) for class_ in covering)
    )  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(FACTS, DAYS, SCHEDULES)
def test_the_decision_agrees_with_a_slow_reading_of_the_law(
    one: Facts, today: date, known: Schedules
) -> None:
    assert bool(reasons_to_keep(one, today, known)) == slow_answer(one, today, known)


@settings(deadline=None)  # a busy machine is no failure
@given(FACTS, SCHEDULES, DAYS, st.integers(0, 4_000))
def test_an_item_is_free_since_the_day_after_it_was_kept_last(
    one: Facts, known: Schedules, today: date, back: int
) -> None:
    free = free_since(one, today, known)
    assert (free is None) == bool(reasons_to_keep(one, today, known))
    if free is not None:
        assert free <= today
        assert slow_answer(one, free - timedelta(days=1), known)
        assert not slow_answer(one, max(free, today - timedelta(days=back)), known)


def test_what_was_unknown_is_free_since_its_schedule_is_in_effect() -> None:
    late = schedules(TWO_YEARS, effective_from=date(2026, 9, 1))
    assert free_since(facts(), date(2026, 9, 5), late) == date(2026, 9, 1)
    longer = Schedules(
        (
            *ALL.adopted,
            *schedules(RecordClass(id="L", title="L", years=9), effective_to=date(2026, 6, 30)).adopted,
        )
    )
    assert free_since(facts(), date(2026, 9, 5), longer) == date(2026, 7, 1)


def test_a_schedule_that_has_ended_still_tells_since_when_an_item_was_free() -> None:
    five = schedules(RecordClass(id="F", title="F", years=5), effective_to=date(2025, 12, 31))
    both = Schedules((*ALL.adopted, *five.adopted))
    assert free_since(facts(date(2019, 6, 3)), date(2026, 9, 5), both) == date(2024, 6, 3)


@settings(deadline=None)  # a busy machine is no failure
@given(FACTS, DAYS, SCHEDULES, HELD, st.booleans(), MAYBE, CLASSES | LASTING)
def test_one_reason_more_never_sets_free_what_was_kept(
    one: Facts,
    today: date,
    known: Schedules,
    hold: HeldBy,
    shown: bool,
    removed_on: date | None,
    class_: RecordClass,
) -> None:
    kept = reasons_to_keep(one, today, known)
    held = msgspec.structs.replace(one, holds=(*one.holds, hold), shown=one.shown or shown)
    assert not kept or reasons_to_keep(held, today, known)
    assert {reason.ground for reason in kept} <= {
        reason.ground for reason in reasons_to_keep(held, today, known)
    }
    covered = known.covering(one, today)
    if covered:  # a class beside others; where none was, the item was unknown and now is known
        more = Schedules((*known.adopted, *schedules(class_).adopted), known.reasonable_years)
        assert not kept or reasons_to_keep(one, today, more)
    if one.removed_on is None and removed_on and not any(c.after is After.REMOVED for _, c in covered):
        gone = msgspec.structs.replace(one, removed_on=removed_on)
        assert not kept or reasons_to_keep(gone, today, known)


@settings(deadline=None)  # a busy machine is no failure
@given(FACTS, DAYS, SCHEDULES)
def test_a_hold_that_comes_and_goes_leaves_every_other_reason_as_it_was(
    one: Facts, today: date, known: Schedules
) -> None:
    free = msgspec.structs.replace(one, holds=())
    held = msgspec.structs.replace(one, holds=(LITIGATION,))
    before = reasons_to_keep(free, today, known)
    during = reasons_to_keep(held, today, known)
    assert [reason for reason in during if reason.ground is not Ground.LITIGATION] == before
    assert during != before
    assert reasons_to_keep(msgspec.structs.replace(held, holds=()), today, known) == before


@settings(deadline=None)  # a busy machine is no failure
@given(FACTS, DAYS, st.integers(1, 4_000), SCHEDULES)
def test_time_alone_ends_reasons_and_begins_none(
    one: Facts, today: date, later: int, known: Schedules
) -> None:
    same = Schedules(
        tuple(
            msgspec.structs.replace(schedule, effective_from=date.min, effective_to=None)
            for schedule in known.adopted
        ),
        known.reasonable_years,
    )
    then = reasons_to_keep(one, today + timedelta(days=later), same)
    assert all(reason in reasons_to_keep(one, today, same) for reason in then)


@settings(deadline=None)  # a busy machine is no failure
@given(FACTS, DAYS, SCHEDULES)
def test_nothing_under_two_years_and_nothing_held_is_ever_free(
    one: Facts, today: date, known: Schedules
) -> None:
    if not reasons_to_keep(one, today, known):
        assert slow_years(one.received_on, 2) <= today
        assert not any(hold.kind is HoldKind.LITIGATION for hold in one.holds)
        assert known.covering(one, today)


@settings(deadline=None)  # a busy machine is no failure
@given(DAYS, st.integers(0, 20))
def test_years_are_calendar_years_later_and_never_earlier(day: date, years: int) -> None:
    after = years_after(day, years)
    assert after == slow_years(day, years)
    assert (after.month, after.day) == (day.month, day.day) or (day.month, day.day, after.month, after.day) == (
        2, 29, 3, 1,
    )  # fmt: skip


def test_the_end_of_the_calendar_is_no_crash() -> None:
    assert years_after(date(9998, 6, 1), 2) == date.max
    assert grounds(facts(date.max), date(2026, 1, 1)) == [Ground.FLOOR, Ground.SCHEDULE]
    far = HeldBy("r", HoldKind.REQUEST, "m", SINCE, date.max)
    assert Ground.REQUEST in grounds(facts(holds=(far,)), date(2026, 3, 4))


def test_a_day_is_spoken_with_its_weekday() -> None:
    assert spoken(date(2026, 3, 2)) == "Monday, March 2, 2026"


def test_the_made_up_cases_are_of_both_sorts() -> None:
    """Else the properties above would hold of nothing."""
    found: list[bool] = []

    @given(FACTS, DAYS, SCHEDULES)
    @settings(max_examples=200, database=None, deadline=None)
    def look(one: Facts, today: date, known: Schedules) -> None:
        found.append(bool(reasons_to_keep(one, today, known)))

    look()
    assert found.count(False) > 5
    assert found.count(True) > 50
