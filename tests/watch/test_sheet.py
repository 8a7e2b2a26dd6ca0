"""A register as a table: what is taken away comes in again as it was, and each mistake is named by its line."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest

from paloverde.errors import BadQuestion
from paloverde.watch.register import Entered
from paloverde.watch.registers.inbox import QUESTIONS
from paloverde.watch.registers.people import PEOPLE, Person, Standing
from paloverde.watch.sheet import lines, read
from watching import NOON

RUTH = Person(
    "jrivera", "Joan Rivera", Standing.STAFF, title="=SUM(A1)", known_as=("x:44196397", "facebook:1")
)
DAN = Person("dlee", "Dan Lee, “Danny”", Standing.OFFICIAL, may_be_named=True)
KNOWN = {one.id: Entered(one.id, one, 3, NOON, "Cleo Park") for one in (RUTH, DAN)}


def table(*rows: str, heading: str = "Entry,Short name,Name,What this person is to the City") -> bytes:
    return "\r\n".join([heading, *rows]).encode()


def test_what_is_taken_away_says_what_stands_there_when_it_comes_in_again() -> None:
    body = b"".join(lines(PEOPLE, KNOWN.values()))
    assert body.startswith("\ufeffEntry,Short name,Name,".encode())
    found = read(PEOPLE, body, KNOWN)
    assert (list(found.rows), found.same) == ([], 2)


def test_no_cell_is_taken_for_a_formula() -> None:
    cells = list(csv.reader(io.StringIO(b"".join(lines(PEOPLE, KNOWN.values())).decode())))
    assert not any(cell.startswith(("=", "+", "@", "-")) for row in cells for cell in row)
    assert "'=SUM(A1)" in cells[1]


def test_a_row_of_a_known_name_changes_that_entry_and_another_is_new() -> None:
    found = read(PEOPLE, table(",jrivera,Joan Rivera,official", ",mwong,Mei Wong,staff", ",,,"), KNOWN)
    changed, new = found.rows
    assert (changed.line, changed.entry, changed.after) == (2, "jrivera", 3)
    assert (new.line, new.entry, new.after) == (3, "", None)
    assert new.given["name"] == "Mei Wong"
    assert found.same == 0


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_go_by_their_words_or_their_names_in_any_order(separator: str) -> None:
    body = separator.join(["STANDING", "name", "Short  name"]) + "\n" + separator.join(["staff", "Mei", "mw"])
    (row,) = read(PEOPLE, body.encode(), KNOWN).rows
    assert row.given == {"standing": "staff", "name": "Mei", "id": "mw"}


def test_every_mistake_is_named_by_its_line_and_nothing_is_to_be_filed() -> None:
    body = table(
        ",mwong,Mei Wong,staff",
        ",,No Name,staff",
        ',"a b",Ab,staff',
        ",x1,X,visitor",
        ",mwong,Mei Wong,staff",
    )
    with pytest.raises(BadQuestion) as refused:
        read(PEOPLE, body, KNOWN)
    said = str(refused.value)
    assert said.startswith("Nothing was filed. Line 3: fill in “Short name”")
    assert "Line 5: “What this person is to the City” takes one of: staff, official" in said
    assert "Line 6: mwong stands in another line already." in said
    assert "People: " not in said
    assert "Line 2" not in said


def test_a_line_is_that_on_which_the_row_begins() -> None:
    body = table('"","mwong","Mei\nWong",staff', ",x1,X,visitor")
    with pytest.raises(BadQuestion, match="Line 4: "):
        read(PEOPLE, body, KNOWN)


def test_many_mistakes_are_cut_with_their_number() -> None:
    with pytest.raises(BadQuestion, match="And in 8 more lines") as refused:
        read(PEOPLE, table(*(f",x{n},X,visitor" for n in range(20))), KNOWN)
    assert len(str(refused.value)) < 3_000


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "The table is empty"),
        ("Short name\né".encode("latin-1"), "not UTF-8"),
        (b"Short name,Shoe size\nmw,44", "a column “Shoe size”, which is none of: “Short name”"),
        (b"Short name,id\nmw,mw", "Two columns of the table are “id”"),
        (table("jrivera,mwong,Mei Wong,staff"), "jrivera keeps its name"),
        (
            table(",mwong,Wong, Mei,staff", ",mw,Mei,staff,x"),
            "Line 3: “x” stands in no column that has a heading",
        ),
    ],
)
def test_what_is_no_table_of_the_register_is_refused_in_words(body: bytes, why: str) -> None:
    with pytest.raises(BadQuestion, match=why):
        read(PEOPLE, body, KNOWN)


def test_an_entry_that_is_numbered_is_changed_by_its_number_alone() -> None:
    heading = "Entry,The comment or message that asks,Department or department head,Sent on"
    row = "{},facebook-palmaria/comment/7,Parks,2026-11-20T09:00"
    (new,) = read(QUESTIONS, table(row.format(""), heading=heading), {}).rows
    assert (new.entry, new.after) == ("", None)
    entry = QUESTIONS.entered(new.given)
    known = {"question-2026-0001": Entered("question-2026-0001", entry, 2, NOON, "Cleo Park")}
    same = read(QUESTIONS, table(row.format("question-2026-0001"), heading=heading), known)
    assert (list(same.rows), same.same) == ([], 1)
    with pytest.raises(BadQuestion, match="there is no entry question-2026-0009"):
        read(QUESTIONS, table(row.format("question-2026-0009"), heading=heading), known)


def test_what_the_table_has_no_column_for_stays_and_an_empty_cell_takes_away() -> None:
    """A list from Human Resources knows names, and nothing of accounts at the sites."""
    (changed,) = read(PEOPLE, table(",jrivera,Joan Rivera,official"), KNOWN).rows
    assert PEOPLE.entered(changed.given) == msgspec.structs.replace(RUTH, standing=Standing.OFFICIAL)
    heading = "Short name,Title or office"
    (emptied,) = read(PEOPLE, table("jrivera,", heading=heading), KNOWN).rows
    assert PEOPLE.entered(emptied.given) == msgspec.structs.replace(RUTH, title="")
    assert read(PEOPLE, table("jrivera,Joan Rivera", heading="Short name,Name"), KNOWN).same == 1


def test_an_entry_and_what_changes_in_it_are_table_enough() -> None:
    body = table("jrivera,2026-11-30", "dlee,2026-12-31", heading="Entry,Left on")
    assert [(row.entry, row.given["name"]) for row in read(PEOPLE, body, KNOWN).rows] == [
        ("jrivera", RUTH.name),
        ("dlee", DAN.name),
    ]
    with pytest.raises(BadQuestion, match="Line 2: there is no entry nobody"):
        read(PEOPLE, table("nobody,2026-11-30", heading="Entry,Left on"), KNOWN)
    with pytest.raises(BadQuestion, match="Line 3: dlee stands in another line"):
        read(PEOPLE, table("dlee,2026-11-30", "dlee,2026-12-31", heading="Entry,Left on"), KNOWN)
