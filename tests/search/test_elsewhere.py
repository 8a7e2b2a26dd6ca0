"""The same question on another engine: DuckDB stands in for Trino and Athena, with the same SQL.

`AGREEMENT_QUESTIONS` sets how many random questions are asked (default 20).
"""

from __future__ import annotations

import os
import random
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from archives import make_archive, record, removed
from paloverde.archive.reader import Archive
from paloverde.archive.schema import RECORDS
from paloverde.archive.seal import Role
from paloverde.errors import BadQuestion, Suspicious, UnknownAccount
from paloverde.search.answer import search
from paloverde.search.candidates import LETTERLIKE, statement
from paloverde.search.elsewhere import Found, OverSql, Plan, explained, key_of, plan_of, search_elsewhere
from paloverde.search.question import ask
from paloverde.search.spark import hive_type
from paloverde.search.words import coarse
from search.index.randomly import City, random_question, random_scope
from search.standin import tables

QUESTIONS = int(os.environ.get("AGREEMENT_QUESTIONS", "20"))


@pytest.fixture
def connection() -> Any:
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed here")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Asia/Tokyo'")  # the answer must not depend on it
        yield connection


class StandIn:
    """DuckDB over just the files that a plan names."""

    def __init__(self, connection: Any, archive: Archive) -> None:
        self.connection, self.at = connection, place(archive)

    def find(self, plan: Plan) -> Found:
        return tables(self.connection, plan, self.at).find(plan)


def place(archive: Archive) -> str:
    return str(archive.store.root)  # type: ignore[attr-defined]


def two_records(folder: Path) -> Archive:
    rows = [record("1", "Street sweeping on Monday"), record("2", "The pool is closed")]
    return make_archive(folder, records=rows, removed=[removed(rows[1])])


def test_the_answer_is_that_of_a_scan_whatever_is_asked(tmp_path: Path, connection: Any) -> None:
    chance = random.Random(31)
    city = City(tmp_path, chance)
    city.grow(4, 30)
    for number, part in enumerate(chance.sample(city.parts("records"), 2)):
        city.take_out(part, keeping=number == 0)
    city.take_out(chance.choice(city.parts("removed")), keeping=False)
    engine, last = StandIn(connection, city.archive), max(seal.sequence for seal in city.archive.seals())
    found = 0
    for _ in range(QUESTIONS):
        question, scope = random_question(chance), random_scope(chance, last)
        try:
            scanned = search(city.archive, question, **scope)  # type: ignore[arg-type]
        except (BadQuestion, UnknownAccount) as error:
            with pytest.raises(type(error)):
                search_elsewhere(city.archive, engine, question, **scope)
            continue
        found += scanned.counts.hits
        assert search_elsewhere(city.archive, engine, question, **scope) == scanned, f"{question!r} {scope}"
    assert found > QUESTIONS


def test_tables_that_hold_more_than_the_seals_name_bring_and_lose_nothing(
    tmp_path: Path, connection: Any
) -> None:
    """Such as those over a listing: parts that were destroyed, later runs, other accounts."""
    city = City(tmp_path, random.Random(7))
    city.grow(3, 30)
    whole = plan_of(city.archive, "*", include_private=True)
    engine = tables(connection, whole, place(city.archive))
    for part in (city.parts("records")[0], city.parts("removed")[0]):
        city.take_out(part, keeping=False)
    for question in ("park", "removed:no", "NOT removed:yes", "removed:yes", "NOT (the removed:no)"):
        for through in (None, 4):
            scanned = search(city.archive, question, through=through)
            assert search_elsewhere(city.archive, engine, question, through=through) == scanned


def test_a_file_that_the_engine_did_not_read_ends_the_search(tmp_path: Path, connection: Any) -> None:
    archive = two_records(tmp_path)
    before = plan_of(archive, "*")
    engine = tables(connection, before._replace(removed=[]), place(archive))
    with pytest.raises(Suspicious, match=f"1 of the 2 sealed files .*{before.removed[0].part.key}"):
        search_elsewhere(archive, engine, "pool")


def test_a_file_that_the_engine_read_in_part_ends_the_search(tmp_path: Path) -> None:
    class HalfBlind:
        def find(self, plan: Plan) -> Found:
            return Found(
                dict.fromkeys([*plan.files(Role.RECORDS, "s3://c"), *plan.files(Role.REMOVED, "s3://c")], 1),
                [],
            )

    with pytest.raises(Suspicious, match="1 of its 2 rows"):
        search_elsewhere(two_records(tmp_path), HalfBlind(), "pool")


def test_what_an_engine_names_is_decided_on_the_sealed_rows(tmp_path: Path) -> None:
    archive = two_records(tmp_path)

    class Liar:
        def find(self, plan: Plan) -> Found:
            files = [*plan.files(Role.RECORDS, "/x"), *plan.files(Role.REMOVED, "/x")]
            rows = archive.table(plan.records[0].part).to_pylist()
            named = [(row["account"], row["kind"], row["native_id"], row["version_sha256"]) for row in rows]
            return Found(dict.fromkeys(files, 2), [(files[0], *one) for one in named] + [(files[0], *"abcd")])

    answer = search_elsewhere(archive, Liar(), "pool")
    assert [hit.native_id for hit in answer.hits] == ["2"]


def test_private_records_are_no_candidates_unless_asked(tmp_path: Path, connection: Any) -> None:
    rows = [
        record("1", "permit", kind="message"),
        record("2", "permit", visibility="private"),
        record("3", "permit", visibility=None),
    ]
    archive = make_archive(tmp_path, records=rows)
    engine = StandIn(connection, archive)

    def named(**scope: bool) -> set[str]:
        return {str(one[3]) for one in engine.find(plan_of(archive, "permit", **scope)).versions}

    assert named() == {"3"}
    assert named(include_private=True) == {"1", "2", "3"}


def test_plain_words_and_fields_leave_few_candidates(tmp_path: Path, connection: Any) -> None:
    rows = [record(str(number), f"The pool number {number}, opened’s 🌴") for number in range(50)]
    archive = make_archive(tmp_path, records=[*rows, record("99", "Street-sweeping!\n")])
    engine = StandIn(connection, archive)
    for question in ('"street sweeping"', "sweep*", "swe?ping", "sweeps~", "*eeping w/3 street"):
        assert [one[3] for one in engine.find(plan_of(archive, question)).versions] == ["99"], question
    assert not list(engine.find(plan_of(archive, "the account:facebook-springfield kind:post")).versions)


@pytest.mark.parametrize(
    "said", ["street", "city's", "=école", "100", "x:*", 'poster:"o\'brien"', "link:a.gov/b"]
)
def test_no_literal_holds_what_engines_read_differently(said: str) -> None:
    question = said if said != "x:*" else "NOT (account:a OR language:es OR removed:yes OR in:2026-02)"
    sql = statement(ask(question).tree, include_private=False)
    literals = sql.split("'")[1::2]
    assert sql.count("'") % 2 == 0
    assert "\\" not in sql
    assert all("''" not in one and "${" not in one for one in literals)


def test_every_character_that_folds_to_a_letter_of_ascii_is_seen_as_one() -> None:
    within = {code for first, last in LETTERLIKE for code in range(first, last + 1)}
    folds = [
        code
        for code in (
            *range(0x80, 0x3400),
            *range(0xA000, 0xAC00),
            *range(0xF900, 0x10800),
            *range(0x1D000, 0x1F200),
        )
        if any(char.isascii() and char.isalpha() for char in coarse(chr(code)))
    ]
    assert len(folds) > 1_500
    assert {*folds} <= within


def test_the_sql_for_a_console_says_what_it_is(tmp_path: Path) -> None:
    told = explained(plan_of(two_records(tmp_path), "street; OR pool", since=date(2026, 3, 1)))
    comment = " ".join(line.removeprefix("-- ") for line in told.splitlines() if line.startswith("-- "))
    assert comment.startswith("Candidates for: (“street,” or “pool”) and posted on or after March 1, 2026.")
    assert "This is not the answer yet." in comment
    assert "lists of subscribers are left out" in comment
    assert "the 1 file of records and 1 of removed" in comment
    assert ";" not in told


def test_a_key_is_found_in_whatever_address_an_engine_gives() -> None:
    key = "records/account=x-city/date=2026-03-02/ab.parquet"
    assert {key_of(f"{at}/{key}") for at in ("s3a://b/p", "file:///srv/a%20b", "/srv", "s3://b")} == {key}


def test_a_connection_is_left_open_and_its_cursors_are_closed(tmp_path: Path, connection: Any) -> None:
    archive = two_records(tmp_path)
    tables(connection, plan_of(archive, "*"), place(archive))
    opened: list[Watched] = []

    class Watched:
        def __init__(self) -> None:
            self.inner, self.closed = connection.cursor(), False
            opened.append(self)

        def execute(self, sql: str) -> None:
            self.inner.execute(sql)

        def fetchall(self) -> Any:
            return self.inner.fetchall()

        def close(self) -> None:
            self.closed = True

    class Connection:
        def cursor(self) -> Watched:
            return Watched()

    assert search_elsewhere(archive, OverSql(Connection()), "pool").counts.hits == 1
    assert [cursor.closed for cursor in opened] == [True, True]


def test_the_guide_makes_tables_of_every_column() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "scale.md").read_text(encoding="utf-8")
    made = guide.partition("records_files (")[2].partition("\n)\n")[0]
    written = re.sub(r"\s+", " ", made.replace("`", "")).strip()
    assert written == ", ".join(f"{field.name} {hive_type(field.type)}" for field in RECORDS)
