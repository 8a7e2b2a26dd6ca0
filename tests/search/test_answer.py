"""An answer is complete, says what it searched, and can be repeated."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from archives import ACCOUNT, NIGHT, Row, add_night, make_archive, medium, open_empty, record, removed
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Coverage, RunKind
from paloverde.errors import ArchiveDamaged, BadQuestion, UnknownAccount
from paloverde.platforms.conversation import Gap, Listing
from paloverde.records import Kind
from paloverde.search.answer import Answer, search
from paloverde.search.matching import Row as Seen
from paloverde.search.matching import answers
from paloverde.search.question import ask
from paloverde.search.scan import columns_for

X = "x-springfield"
WORDS = [
    "street", "Street", "sweeping", "café", "cafe", "ｐａｒｋ", "park", "parks", "don't", "dont", "e-mail", "email", "1,000",
    "1000", "#park", "@park", "straße", "公園", "園", "👍🏽", "👍", "l’école", "city's", "p\u00adark", "x_y", "a.b", "ΣΟΦΟΣ",
]  # fmt: skip
QUESTIONS = [
    *WORDS,
    "par*",
    "*eet",
    "s*t",
    "=café",
    '"street sweeping"',
    '"e-mail street"',
    '"park 公園"',
    "poster:rosa",
]


def ids(answer: Answer) -> list[str]:
    return [hit.native_id for hit in answer.hits]


def random_question(chance: random.Random, depth: int = 0) -> str:
    if depth > 2 or chance.random() < 0.4:
        return chance.choice(QUESTIONS)
    left, right = random_question(chance, depth + 1), random_question(chance, depth + 1)
    if chance.random() < 0.3:
        return f"{chance.choice(WORDS)} {chance.choice(['NEAR/2', 'pre/3', 'w/1'])} {chance.choice(WORDS)}"
    return chance.choice(
        [f"({left}) ({right})", f"({left}) OR ({right})", f"NOT ({left})", f"({left}) NOT ({right})"]
    )


def test_pre_selection_never_loses_a_record(tmp_path: Path) -> None:
    """Two hundred random questions over texts that are hard to search: the whole scan and the quick one agree."""
    chance = random.Random(5)
    rows = [
        record(
            str(number),
            chance.choice([" ", "  ", ", ", ". "]).join(chance.choices(WORDS, k=chance.randint(0, 8)))
            or None,
            media=[medium(b"x", alt_text=chance.choice(WORDS))] if chance.random() < 0.1 else [],
            poster_name=chance.choice(["Rosa Quintero", "ROSÁ", None]),
        )
        for number in range(300)
    ]
    archive = make_archive(tmp_path, rows, media=[b"x"])
    for _ in range(200):
        question = random_question(chance)
        tree = ask(question).tree
        assert sorted(ids(search(archive, question))) == sorted(
            row["native_id"] for row in rows if answers(tree, seen(row))
        ), question
        assert set(columns_for(tree)) <= {*rows[0], "media.list.element.alt_text"}


def seen(row: Row) -> Seen:
    descriptions = [one["alt_text"] for one in row["media"] if one["alt_text"]]
    return Seen(row, row["posted_at"], row["observed_at"], descriptions)


@pytest.fixture
def city(tmp_path: Path) -> Archive:
    later = NIGHT + timedelta(days=1)
    return make_archive(
        tmp_path,
        [
            record("1", "Street sweeping on Monday"),
            record("1", "Street sweeping on Tuesday", observed_at=later),
            record("2", "The sweeping view of the street", poster_name="Omar Vidal", visibility="hidden"),
            record(
                "3",
                "pool closed",
                account=X,
                platform="x",
                kind="post",
                posted_at=datetime(2025, 7, 1, 6, 59, tzinfo=UTC),
            ),
            record("4", "my private address", kind="message", visibility="private"),
            record("5", None, kind="profile", posted_at=None),
            record("6", "no words", media=[medium(b"x", alt_text="A sweeping machine")]),
        ],
        removed=[
            removed(
                record("2", "The sweeping view of the street", poster_name="Omar Vidal", visibility="hidden")
            )
        ],
        media=[b"x"],
    )


def test_every_version_is_found_once(city: Archive) -> None:
    answer = search(city, "sweeping")
    assert ids(answer) == ["1", "1", "2", "6"]
    assert (answer.counts.hits, answer.counts.items, answer.counts.removed) == (4, 3, 1)
    assert len({hit.version_sha256 for hit in answer.hits}) == 4


def test_what_was_found_is_marked_in_the_text(city: Archive) -> None:
    hit = search(city, "street NEAR/4 sweeping").hits[0]
    assert [hit.text[start:end] for start, end in hit.marks] == ["Street", "sweeping"]
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["Street", "sweeping"]
    picture = search(city, "machine").hits[0]
    assert (picture.snippet.where, picture.marks) == ("description", [])


def test_removed_content_is_found_and_says_so(city: Archive) -> None:
    (hit,) = search(city, "removed:yes").hits
    assert hit.native_id == "2"
    assert hit.removed is not None
    assert (hit.removed.cause, hit.removed.retain_until) == ("city", date(2028, 3, 3))
    assert "2" not in ids(search(city, "removed:no"))


def test_removed_content_is_found_where_only_its_copy_is_left(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, [record("1", "hello")], removed=[removed(record("9", "the only copy"))])
    assert ids(search(archive, "copy")) == ["9"]


def test_words_of_an_import_do_not_inherit_the_removal_of_an_item(tmp_path: Path) -> None:
    shown = record("9", "Meeting on Monday")
    archive = make_archive(tmp_path, [shown], removed=[removed(shown)])
    forged = record("9", "I resign", provenance="records", observed_at=NIGHT + timedelta(days=3))
    add_night(archive, ACCOUNT, date(2026, 3, 5), [forged], kind=RunKind.IMPORT)
    found = search(archive, "removed:yes").hits
    assert {hit.text: hit.removed and hit.removed.of_these_words for hit in found} == {
        "Meeting on Monday": True, "I resign": False,
    }  # fmt: skip
    assert search(archive, "removed:yes").to_arrow()["removal_of_these_words"].to_pylist() == [True, False]


def test_a_removed_item_that_was_moved_in_keeps_its_removal(tmp_path: Path) -> None:
    moved = record("9", "Meeting on Monday", provenance="records")
    (hit,) = search(make_archive(tmp_path, [moved], removed=[removed(moved)]), "monday").hits
    assert hit.removed is not None
    assert hit.removed.of_these_words


def test_records_are_found_by_the_way_in_which_they_came(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, [record("1", "a"), record("2", "b", provenance="forwarded")])
    answer = search(archive, "provenance:forwarded")
    assert ids(answer) == ["2"]
    assert "the provenance is forwarded" in answer.sentence
    assert ids(search(archive, "NOT provenance:api")) == ["2"]
    with pytest.raises(BadQuestion, match="provenance:forwarded"):
        search(archive, "provenance:foward")


def test_private_records_are_searched_only_when_the_caller_says_so(city: Archive) -> None:
    assert ids(search(city, "address")) == []
    assert ids(search(city, "address", include_private=True)) == ["4"]
    assert "were not searched" in search(city, "address").sentence
    assert "subscribers were searched" in search(city, "address", include_private=True).sentence
    with pytest.raises(BadQuestion, match="message records"):
        search(city, "kind:message")
    with pytest.raises(BadQuestion, match="message records"):
        search(city, "*", kinds=["message"])


def test_days_are_pacific_and_both_are_included(city: Archive) -> None:
    assert ids(search(city, "pool", since=date(2025, 6, 30), until=date(2025, 6, 30))) == ["3"]
    assert ids(search(city, "pool from:2025-07-01")) == []


def test_a_record_without_a_date_is_never_left_out_for_it(city: Archive) -> None:
    answer = search(city, "kind:profile to:2020-01-01")
    assert (ids(answer), answer.counts.undated) == (["5"], 1)
    assert "no posting date" in answer.sentence
    assert ids(search(city, "kind:profile NOT to:2020-01-01")) == ["5"]
    assert ids(search(city, "kind:profile from:2027-01-01")) == []


def test_limits_of_the_caller_are_in_the_sentence(city: Archive) -> None:
    answer = search(
        city, "pool", accounts=[X], kinds=["post", "comment"], platforms=["x"], since=date(2025, 1, 1)
    )
    assert ids(answer) == ["3"]
    assert "the account is x-springfield" in answer.sentence
    assert "the kind is post or comment" in answer.sentence
    assert "posted on or after January 1, 2025" in answer.sentence
    assert answer.searched.accounts == [X]


def test_an_unknown_account_is_an_error_and_not_an_empty_answer(city: Archive) -> None:
    with pytest.raises(UnknownAccount, match=r"facebook-nowhere.*facebook-springfield"):
        search(city, "pool", accounts=["facebook-nowhere"])
    with pytest.raises(UnknownAccount):
        search(city, "pool account:nowhere")


def test_days_in_the_wrong_order_are_an_error(city: Archive) -> None:
    with pytest.raises(BadQuestion, match="Exchange them"):
        search(city, "pool", since=date(2025, 2, 1), until=date(2025, 1, 1))


@pytest.mark.parametrize(
    "question",
    [
        "from:2026-12-01 to:2026-01-01",
        "to:2026-01-01 pool from:2026-12-01",
        "pool OR (from:2026-12-01 to:2026-01-01)",
        "NOT (from:2026-12-01 to:2026-01-01)",
        "from:2026-12-01 (pool to:2026-01-01)",
    ],
)
def test_days_in_the_wrong_order_inside_a_question_are_an_error_too(city: Archive, question: str) -> None:
    with pytest.raises(BadQuestion, match=r"2026-12-01, is after the last, 2026-01-01\. Exchange them"):
        search(city, question)


def test_days_of_the_question_must_fit_those_of_the_options(city: Archive) -> None:
    with pytest.raises(BadQuestion, match="2026-12-01, is after the last, 2026-01-01"):
        search(city, "to:2026-01-01", since=date(2026, 12, 1))
    assert ids(search(city, "pool from:2025-06-30 OR pool to:2025-06-01")) == ["3"]


@pytest.mark.parametrize(
    ("names", "hint"), [(["twiter"], "Platforms are facebook, "), (["x", "Facebok"], "Did you mean facebook?")]
)  # fmt: skip
def test_an_unknown_platform_is_an_error_and_not_an_empty_answer(
    city: Archive, names: list[str], hint: str
) -> None:
    with pytest.raises(BadQuestion, match="There is no platform") as caught:
        search(city, "*", platforms=names)
    assert hint in str(caught.value)
    with pytest.raises(BadQuestion, match="platform:twiter does not exist"):
        search(city, "platform:twiter")


def test_an_unknown_kind_is_an_error_with_a_suggestion(city: Archive) -> None:
    with pytest.raises(BadQuestion, match=r"There is no kind posts\. Did you mean post\? Kinds are post"):
        search(city, "*", kinds=["posts"])


def test_counts_by_term_account_kind_and_month(city: Archive) -> None:
    counts = search(city, "sweeping OR pool OR kind:profile").counts
    assert counts.per_term == {"sweeping": 4, "pool": 1}
    assert counts.per_account == {ACCOUNT: 5, X: 1}
    assert counts.per_kind == {"comment": 4, "post": 1, "profile": 1}
    assert counts.per_month == {"2025-06": 1, "2026-03": 4, "undated": 1}


def test_a_search_can_be_repeated_after_the_archive_has_grown(city: Archive) -> None:
    before = search(city, "sweeping")
    add_night(city, ACCOUNT, date(2026, 3, 9), [record("77", "sweeping again", date=date(2026, 3, 9))])
    assert ids(search(city, "sweeping")) == [*ids(before), "77"]
    again = search(city, "sweeping", through=before.searched.last_seal)
    assert (again.hits, again.counts, again.searched) == (before.hits, before.counts, before.searched)


def test_an_answer_is_json_arrow_and_pandas(city: Archive) -> None:
    answer = search(city, "sweeping")
    lines = [json.loads(line) for line in answer.as_json_lines()]
    assert [line["native_id"] for line in lines] == ids(answer)
    assert answer.to_arrow()["native_id"].to_pylist() == ids(answer)
    assert list(answer.to_pandas()["removal_cause"].dropna()) == ["city"]
    assert json.loads(json.dumps(answer.summary()))["counts"]["hits"] == 4


def test_the_summary_of_an_answer_looks_at_no_hit(city: Archive) -> None:
    """Of a hundred thousand hits it would make a hundred thousand dictionaries, and throw them away."""
    answer = search(city, "street")
    unsaid: Any = [object()]  # cannot be said in JSON

    assert msgspec.structs.replace(answer, hits=unsaid).summary() == answer.summary()
    assert "hits" not in answer.summary()


def test_an_empty_archive_answers_that_it_is_empty(tmp_path: Path) -> None:
    answer = search(open_empty(tmp_path), "*")
    assert answer.hits == []
    assert "no sealed run yet" in answer.sentence


def test_a_damaged_part_ends_the_search(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, [record("1", "pool")])
    (path,) = (tmp_path / "store" / "records").rglob("*.parquet")
    path.chmod(0o600)
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(bytes(body))
    with pytest.raises(ArchiveDamaged):
        search(archive, "pool")


COVERAGE = Coverage(
    listings=[
        Listing(
            "comments", Kind.COMMENT, complete=False, got=3, of="12", declared=9, reason="the site stopped"
        )
    ],
    gaps=[
        Gap("messages", Kind.MESSAGE, "the permission is missing"),
        Gap("posts", Kind.POST, "older than the site gives", until=datetime(2020, 1, 1, tzinfo=UTC)),
    ],
    unread=2,
)


def test_limits_that_touch_the_scope_are_told(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, [record("1", "pool")], coverage=COVERAGE)
    add_night(archive, ACCOUNT, date(2026, 3, 5), [])
    told = [str(limit) for limit in search(archive, "pool", since=date(2025, 1, 1)).limits]
    assert told == [
        f"Unfinished listing, {ACCOUNT}, comments of 12, March 2, 2026: the site stopped; 3 were had of 9 that the site states.",
        f"Unread pieces, {ACCOUNT}, March 2, 2026: 2 pieces of answers could not be made records: kept, and not searched.",
        f"Nights without a run, {ACCOUNT}, March 3, 2026 to March 4, 2026 (2 times): no run was sealed; what was posted and taken away again in that time is not in the archive.",
    ]
    everything = search(archive, "pool", include_private=True).limits
    assert {limit.stream for limit in everything if limit.what == "gap"} == {"messages", "posts"}


def test_a_listing_that_was_had_in_full_later_says_so(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, [record("1", "pool")], coverage=COVERAGE)
    whole = Coverage(listings=[Listing("comments", Kind.COMMENT, complete=True, got=9, of="12")])
    add_night(archive, ACCOUNT, date(2026, 3, 3), [], coverage=whole)
    (limit,) = [one for one in search(archive, "pool").limits if one.what == "unfinished listing"]
    assert limit.later_complete == date(2026, 3, 3)
