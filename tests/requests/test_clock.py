"""The clock of a request: worked cases, a slow witness of its own, tables of closed days with mistakes in them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paloverde.errors import BadQuestion
from paloverde.requests.clock import RULES, Clock, clock, read_rules
from paloverde.requests.closures import NO_TABLE, Closures, as_table, read_closures, typed_closures
from paloverde.requests.grounds import CHANNELS, GROUNDS, channel_on, grounds_on

TABLE = """\
date,name
2026-11-11,Veterans Day
2026-11-26,Thanksgiving Day
2026-11-27,Day after Thanksgiving
2026-12-25,Christmas Day
2027-01-01,New Year's Day
"""
CLOSED = read_closures(TABLE.encode(), "closures.csv")


def counted(received: str, closures: Closures = CLOSED) -> Clock:
    return clock(date.fromisoformat(received), closures)


def dates(found: Clock) -> tuple[str, str, str]:
    return str(found.target), str(found.latest), str(found.extension_max)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-11-01", ("2026-11-10", "2026-11-12", "2026-11-25")),  # a Sunday; day 10 is Veterans Day
        ("2026-11-16", ("2026-11-25", "2026-11-30", "2026-12-10")),  # day 10 is Thanksgiving
        (
            "2026-12-16",
            ("2026-12-24", "2026-12-28", "2027-01-08"),
        ),  # a Saturday after Christmas, over the year
        ("2026-11-17", ("2026-11-25", "2026-11-30", "2026-12-11")),  # day 10 is the closed day after
        ("2026-11-09", ("2026-11-19", "2026-11-19", "2026-12-03")),  # an open day stays
        ("2026-11-05", ("2026-11-13", "2026-11-16", "2026-11-25")),  # back over a weekend and two holidays
        ("2028-02-19", ("2028-02-29", "2028-02-29", "2028-03-14")),  # a leap day
    ],
)
def test_the_worked_cases_come_out(received: str, expected: tuple[str, str, str]) -> None:
    assert dates(counted(received)) == expected


def test_every_step_names_its_weekday_and_its_section() -> None:
    why = counted("2026-12-16").why
    assert why[0] == (
        "Received on Wednesday, December 16, 2026: that day is not counted (Gov. Code 6800; Code Civ. Proc. 12)."
    )
    assert "Day 1 is Thursday, December 17, 2026; day 10 is Saturday, December 26, 2026" in why[1]
    assert "Gov. Code 7922.535(a)" in why[1]
    assert why[2].startswith(
        "target Thursday, December 24, 2026: going back over Saturday, December 26, 2026, "
    )
    assert "Friday, December 25, 2026 (Christmas Day)" in why[2]
    assert "Code Civ. Proc. 12a" in why[3]
    assert "Monday, December 28, 2026" in why[3]
    assert "end on Saturday, January 9, 2027" in why[4]
    assert "Gov. Code 7922.535(b)" in why[4]
    assert "does not stop" in why[5]
    assert "not verified by counsel" in why[6]


def test_without_a_table_it_says_loudly_that_holidays_were_not_considered() -> None:
    found = counted("2026-12-16", NO_TABLE)
    assert dates(found) == ("2026-12-25", "2026-12-28", "2027-01-08")
    assert found.doubts[0].startswith("HOLIDAYS WERE NOT CONSIDERED")
    assert found.why[-1] == found.doubts[0]


def test_a_year_of_which_the_table_says_nothing_is_named() -> None:
    only_2026 = Closures({day: name for day, name in CLOSED.days.items() if day.year == 2026}, "old.csv")
    assert counted("2026-11-02", only_2026).doubts == ()
    assert [doubt[:32] for doubt in counted("2026-12-16", only_2026).doubts] == [
        "NO CLOSED DAY OF 2027 IS KNOWN: "
    ]


def test_an_office_that_is_closed_for_weeks_moves_the_target_back_to_the_day_of_receipt() -> None:
    weeks = Closures({date(2026, 12, 17) + timedelta(n): "closed" for n in range(20)}, "t")
    found = counted("2026-12-16", weeks)
    assert dates(found) == ("2026-12-16", "2027-01-06", "2027-01-08")
    assert "16 more closed days" not in found.why[2]
    assert "8 more closed days" in found.why[2]


def test_where_no_day_is_open_the_counted_day_itself_stands_and_14_days_are_not_exceeded() -> None:
    months = Closures({date(2026, 12, 1) + timedelta(n): "closed" for n in range(60)}, "t")
    found = counted("2026-12-16", months)
    assert dates(found) == ("2026-12-26", "2027-02-01", "2027-01-09")
    assert "no day from the receipt to it is open" in found.why[2]
    assert "no open day precedes" in found.why[4]


def test_an_extension_without_an_open_day_gives_no_time() -> None:
    after = Closures({date(2026, 12, 24) + timedelta(n): "closed" for n in range(30)}, "t")
    found = counted("2026-12-12", after)
    assert dates(found) == ("2026-12-22", "2026-12-22", "2026-12-23")
    none = counted("2026-12-13", after)
    assert dates(none) == ("2026-12-23", "2026-12-23", "2026-12-23")
    assert "it would give no more time" in none.why[4]


def test_what_came_in_before_the_recodification_is_counted_by_the_former_section() -> None:
    old, new = counted("2022-12-31", NO_TABLE), counted("2023-01-01", NO_TABLE)
    assert "former Gov. Code 6253(c)" in old.why[1]
    assert "7922" not in "".join(old.why)
    assert "Gov. Code 7922.535(a)" in new.why[1]
    assert (old.rule, new.rule) == ("CLOCK-FORMER", "CLOCK-2023")
    assert "to Saturday, December 31, 2022" in old.why[6]


@pytest.mark.parametrize(("day", "told"), [("1998-12-31", "No rule"), ("9999-12-31", "too far ahead")])
def test_a_day_that_no_rule_covers_is_refused(day: str, told: str) -> None:
    with pytest.raises(BadQuestion, match=told):
        counted(day)


def test_a_far_day_is_counted() -> None:
    assert dates(counted("9899-12-31", NO_TABLE))[0] == "9900-01-10"


def test_a_changed_rule_applies_from_its_day() -> None:
    text = "\n".join(
        f"[[clock]]\nid = '{name}'\ntext = 't'\ndays = {days}\nextension_days = 7\nseen = 'text'\n"
        f"verified_by = 'Ana Ruiz'\nverified_on = '2027-01-02'\n{when}\n[clock.cites]\n"
        "determination = 'a'\nextension = 'b'\ngrounds = 'c'\ncounting = 'd'\nclosed = 'e'\n"
        for name, days, when in (
            ("old", 10, "effective_from = 2020-01-01\neffective_to = 2026-12-31"),
            ("new", 5, "effective_from = 2027-01-01"),
        )
    )
    rules = read_rules(text)
    assert clock(date(2026, 12, 31), NO_TABLE, rules).last_day == date(2027, 1, 10)
    found = clock(date(2027, 1, 1), NO_TABLE, rules)
    assert found.last_day == date(2027, 1, 6)
    assert found.extended_last_day == date(2027, 1, 13)
    assert "verified by Ana Ruiz on 2027-01-02" in found.why[6]


def test_no_two_rows_cover_the_same_day_and_none_is_verified_yet() -> None:
    assert not any(rule.verified_by or rule.verified_on for rule in (*RULES, *GROUNDS, *CHANNELS))
    for day in (date(2000, 1, 1), date(2022, 12, 31), date(2023, 1, 1), date(2026, 11, 1)):
        covering = [
            rule
            for rule in RULES
            if rule.effective_from <= day and (rule.effective_to is None or day <= rule.effective_to)
        ]
        assert len(covering) == 1


def test_a_ground_applies_from_its_day() -> None:
    assert list(grounds_on(date(2026, 11, 1))) == ["UC1", "UC2", "UC3", "UC4", "UC5", "UC6"]
    before, since = grounds_on(date(2025, 12, 31)), grounds_on(date(2026, 1, 1))
    assert "UC6" not in before  # AB 370 added it
    assert "UC6" in since
    assert "directly and currently affects" not in before["UC5"].text
    assert "directly and currently affects" in since["UC5"].text


def test_an_unknown_channel_is_refused_with_those_that_there_are() -> None:
    assert channel_on("telephone", date(2026, 11, 1)).designated
    with pytest.raises(BadQuestion, match=r"letter, counter, email, telephone"):
        channel_on("pigeon", date(2026, 11, 1))


# The slow witness: it walks day by day and knows nothing of the code above.


def slowly(received: date, closed: set[date]) -> tuple[date, date, date]:
    """Target, latest and extension_max by walking a calendar on one's fingers."""
    day, counted_days = received, 0
    visited_open = [received] if is_open(received, closed) else []
    while counted_days < 10:
        day += timedelta(1)
        counted_days += 1
        if is_open(day, closed):
            visited_open.append(day)
    tenth = day
    target = visited_open[-1] if visited_open else tenth
    latest = tenth
    while not is_open(latest, closed):
        latest += timedelta(1)
    more = []
    for _ in range(14):
        day += timedelta(1)
        if is_open(day, closed):
            more.append(day)
    if more:
        return target, latest, more[-1]
    return target, latest, target if visited_open else day


def is_open(day: date, closed: set[date]) -> bool:
    return day not in closed and day.strftime("%a") not in ("Sat", "Sun")


DAYS = st.dates(date(2023, 1, 1), date(2060, 12, 31))


@st.composite
def tables(draw: st.DrawFn) -> tuple[date, set[date]]:
    """A day of receipt, and closed days near it: single ones and whole weeks."""
    received = draw(DAYS)
    near = st.integers(-3, 40)
    closed = {received + timedelta(n) for n in draw(st.sets(near, max_size=12))}
    for first, length in draw(st.lists(st.tuples(near, st.integers(1, 45)), max_size=2)):
        closed |= {received + timedelta(first + n) for n in range(length)}
    return received, closed


@settings(max_examples=500, deadline=None)
@given(tables())
def test_it_counts_as_one_who_walks_the_calendar(drawn: tuple[date, set[date]]) -> None:
    received, closed = drawn
    found = clock(received, Closures(dict.fromkeys(closed, "closed"), "t"))
    assert (found.target, found.latest, found.extension_max) == slowly(received, closed)


@settings(max_examples=500, deadline=None)
@given(tables())
def test_no_date_breaks_its_bounds(drawn: tuple[date, set[date]]) -> None:
    received, closed = drawn
    found = clock(received, Closures(dict.fromkeys(closed, "closed"), "t"))
    tenth = received + timedelta(10)
    assert received <= found.target <= tenth <= found.latest
    assert found.target <= found.extension_max <= tenth + timedelta(14)
    assert is_open(found.latest, closed)


@settings(deadline=None)
@given(DAYS)
def test_one_closed_day_more_never_gives_a_later_target_nor_an_earlier_latest_day(received: date) -> None:
    plain = clock(received, NO_TABLE)
    for n in range(1, 30):
        more = clock(received, Closures({received + timedelta(n): "closed"}, "t"))
        assert more.target <= plain.target
        assert more.latest >= plain.latest
        assert more.extension_max <= plain.extension_max


# The file of closed days


def test_a_byte_order_mark_blank_lines_and_quoted_names_are_taken() -> None:
    text = '\ufeffDate, Name \r\n\r\n2026-11-26,"Thanks, giving"\r\n , \r\n2026-12-25 , Christmas Day\r\n'
    found = read_closures(text.encode(), "c.csv")
    assert found.days == {date(2026, 11, 26): "Thanks, giving", date(2026, 12, 25): "Christmas Day"}
    assert found.years == {2026}


def test_a_day_as_a_spreadsheet_writes_it_is_read_with_the_month_first() -> None:
    found = read_closures(
        b"date,name\n11/26/2026,Thanksgiving Day\n1/1/2027,New Year\n2026-12-25,Christmas\n", "c.csv"
    )
    assert [*found.days] == [date(2026, 11, 26), date(2027, 1, 1), date(2026, 12, 25)]


def test_days_that_are_typed_are_a_table() -> None:
    typed = "11/26/2026, Thanks, giving\n\n2026-12-25 Christmas Day\n1/1/2027\tNew Year\n"
    found = typed_closures(typed, "typed")
    names = {
        date(2026, 11, 26): "Thanks, giving",
        date(2026, 12, 25): "Christmas Day",
        date(2027, 1, 1): "New Year",
    }
    assert found.days == names
    assert read_closures(as_table(found), "c.csv").days == names
    with pytest.raises(
        BadQuestion, match=r"line 2: 'someday' is no date; .*; line 3: 2026-12-25 has no name"
    ):
        typed_closures("2026-11-26 Thanksgiving\nsomeday Holiday\n2026-12-25", "typed")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"PK\x03\x04...", "is a spreadsheet, and not its table: save it as “CSV UTF-8”"),
        (b"mz" + b"0" * 5_000, "begins with 'mz0{38}…', where the header"),
    ],
)
def test_a_file_that_is_no_table_is_told_in_few_words(body: bytes, told: str) -> None:
    with pytest.raises(BadQuestion, match=told) as found:
        read_closures(body, "c.csv")
    assert len(str(found.value)) < 200


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("26/11/2026,x", r"line 3: '26/11/2026' is no date; write it as 2026-11-26 or 11/26/2026"),
        ("11/26/26,x", r"line 3: '11/26/26' is no date"),
        ("20261126,x", r"line 3: '20261126' is no date; write it as 2026-11-26"),
        ("2026-W48-4,x", r"line 3: '2026-W48-4' is no date"),
        ("2026-02-29,x", r"line 3: '2026-02-29' is no date"),
        ("2026-11-26,", r"line 3: 2026-11-26 has no name"),
        ("2026-11-26", r"line 3: 2026-11-26 has no name"),
        ("2026-11-26,Thanks,giving", r"line 3: it has 3 columns"),
        ("2026-12-25,again", r"line 3: 2026-12-25 is there already as 'Christmas Day'"),
        ('2026-11-26,"Thanks', r"Line 3: unexpected end of data; look at its quotation marks"),
    ],
)
def test_a_wrong_line_is_named_with_its_number_and_mend(line: str, told: str) -> None:
    with pytest.raises(BadQuestion, match=told):
        read_closures(f"date,name\n2026-12-25,Christmas Day\n{line}\n".encode(), "c.csv")


def test_every_wrong_line_is_named_at_once_and_a_flood_of_them_is_counted() -> None:
    with pytest.raises(BadQuestion, match=r"line 2: .* line 21: .*; and 5 lines more"):
        read_closures(("date,name\n" + "x,y\n" * 25).encode(), "c.csv")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "is empty"),
        (b"date;name\n2026-12-25;x\n", "separate the columns with commas"),
        (b"2026-12-25,x\n", "the header `date,name`"),
        (b"date,name\n", "names no closed day"),
        (b"\xff\xfed\x00", "UTF-8"),
        (b"date,name\n" + b"x" * 300_000, "too many"),
    ],
)
def test_a_file_that_is_no_table_is_refused(body: bytes, told: str) -> None:
    with pytest.raises(BadQuestion, match=told):
        read_closures(body, "c.csv")


def test_a_table_that_closes_the_city_for_a_year_is_refused() -> None:
    year = Closures({date(2026, 1, 1) + timedelta(n): "closed" for n in range(800)}, "c.csv")
    with pytest.raises(BadQuestion, match="closed for a whole year"):
        counted("2026-02-01", year)
