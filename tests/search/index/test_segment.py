"""A segment says of every word where it stands, of every document what it is, and gives its row back."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from randomly import City

from paloverde.archive.seal import Role
from paloverde.records import archive_day
from paloverde.search.hits import COLUMNS
from paloverde.search.index.gathering import hashes_of
from paloverde.search.index.layout import NO_TIME, UNDATED
from paloverde.search.index.opening import Index, open_index
from paloverde.search.index.segment import HAS_BITS, Segment, Words
from paloverde.search.index.upkeep import refresh
from paloverde.search.matching import has_media
from paloverde.search.words import addresses, exact_form, stem, tokens

Row = dict[str, Any]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[City, Segment, list[Row]]:
    folder = tmp_path_factory.mktemp("city")
    city = City(folder, random.Random(11))
    city.grow(3, 60)
    refresh(city.archive, folder / "index")
    index = open_index(folder / "index")
    assert isinstance(index, Index)
    (segment,) = index.segments
    return city, segment, rows_of(city, segment)


def rows_of(city: City, segment: Segment) -> list[Row]:
    """The sealed row of each document."""
    parts = [*city.archive.parts(Role.RECORDS), *city.archive.parts(Role.REMOVED)]
    tables = {part.part.key: city.archive.table(part.part).to_pylist() for part in parts}
    columns = segment.columns
    return [
        tables[segment.covered[part].key][row] | {"of_run": segment.covered[part].of_run}
        for part, row in zip(columns.part.tolist(), columns.row.tolist(), strict=True)
    ]


def passages_of(row: Row) -> list[str]:
    return [row["text"] or "", *(medium["alt_text"] for medium in row["media"] or () if medium["alt_text"])]


Place = tuple[tuple[str, str, int, str], int, int]  # word, sign, length, exact form; passage; position


def places(words: Words) -> list[Place]:
    """Every occurrence of every form, as the segment has it."""
    found: list[Place] = []
    for word in range(len(words)):
        for form in words.forms(word):
            told = (words.word(word), words.sign(form), words.length(form), words.exact(form, word))
            positions = words.positions(form)
            documents = words.documents_at(positions)
            assert np.all(np.diff(positions.astype(np.int64)) > 0)
            assert np.unique(documents).tolist() == words.documents(form).tolist()
            assert words.frequency(form) == len(words.documents(form))
            assert words.occurrences(form) == len(positions)
            passages = words.passages_at(positions).tolist()
            found += zip([told] * len(positions), passages, positions.tolist(), strict=True)
    return found


def placed(texts: list[tuple[int, str]]) -> list[tuple[Any, int, int]]:
    """The same of passages by themselves, each with its document: form, document, words before it."""
    return [
        (
            (token.folded, token.sign, token.length, exact_form(text[token.start : token.end])),
            document,
            token.position,
        )
        for document, text in texts
        for token in tokens(text)
    ]


def test_every_word_of_every_text_stands_where_it_stands(opened: tuple[City, Segment, list[Row]]) -> None:
    _, segment, rows = opened
    found = places(segment.text)
    begins: dict[int, int] = {}
    for _, passage, position in found:
        begins[passage] = min(position, begins.get(passage, position))
    documents = segment.text.documents_at(np.array([*begins.values()], np.uint32)).tolist()
    of_passage = dict(zip(begins, documents, strict=True))
    ours = [(form, of_passage[passage], position - begins[passage]) for form, passage, position in found]
    truth = placed([(number, text) for number, row in enumerate(rows) for text in passages_of(row)])
    assert Counter(ours) == Counter(truth)
    ends = sorted((begin, of_passage[passage]) for passage, begin in begins.items())
    assert [document for _, document in ends] == sorted(documents)


def test_posters_and_addresses_lead_to_their_documents(opened: tuple[City, Segment, list[Row]]) -> None:
    _, segment, rows = opened
    for words, lead, of in (
        (segment.poster, segment.of_posters, names_of),
        (segment.link, segment.of_links, links_of),
    ):
        for number in range(len(words)):
            word = words.word(number)
            found = lead(words.documents_of(words.forms_of(range(number, number + 1))))
            holding = [at for at, row in enumerate(rows) if any(word in folded(text) for text in of(row))]
            assert np.flatnonzero(found).tolist() == holding


def names_of(row: Row) -> list[str]:
    return [row[name] for name in ("poster_name", "poster_username", "poster_id") if row[name]]


def links_of(row: Row) -> list[str]:
    text = row["text"] or ""
    return [text[start:end] for start, end in addresses(text)]


def folded(text: str) -> set[str]:
    return {token.folded for token in tokens(text)}


@pytest.mark.parametrize(
    "pattern",
    [
        "par*",
        "*gate",
        "*a*",
        "c*r",
        "colo?r",
        "p?rk",
        "?",
        "*",
        "é*",
        "*園",
        "p*a*k",
        "zz*",
        "*zz",
        "park",
        "?ark*",
    ],
)
def test_words_are_found_by_their_letters(opened: tuple[City, Segment, list[Row]], pattern: str) -> None:
    words = opened[1].text
    known = [words.word(number) for number in range(len(words))]
    assert known == sorted(known)
    meant = re.compile(
        "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern), re.DOTALL
    )
    assert words.like(pattern).tolist() == [
        number for number, word in enumerate(known) if meant.fullmatch(word)
    ]


def test_words_are_found_by_prefix_suffix_and_stem(opened: tuple[City, Segment, list[Row]]) -> None:
    words = opened[1].text
    known = [words.word(number) for number in range(len(words))]
    for some in {*known, "", "p", "par", "zzz", "\U0010ffff"}:
        assert words.find(some) == (known.index(some) if some in known else None)
        assert list(words.starting(some)) == [
            number for number, word in enumerate(known) if word.startswith(some)
        ]
        assert words.ending(some).tolist() == [
            number for number, word in enumerate(known) if word.endswith(some)
        ]
        assert words.holding(some).tolist() == [number for number, word in enumerate(known) if some in word]
        assert words.stems(some).tolist() == [
            number for number, word in enumerate(known) if stem(word) == some
        ]


def test_forms_of_several_words_have_all_their_places(opened: tuple[City, Segment, list[Row]]) -> None:
    words = opened[1].text
    chosen = np.array([0, 1, 2, 5, len(words) - 1], np.uint32)
    forms = [form for word in chosen.tolist() for form in words.forms(word)]
    assert words.forms_of(chosen).tolist() == forms
    assert words.forms_of(range(1, 4)).tolist() == [form for word in (1, 2, 3) for form in words.forms(word)]
    several = words.forms_of(chosen)
    assert words.documents_of(several).tolist() == sorted(
        {one for form in forms for one in words.documents(form).tolist()}
    )
    assert words.positions_of(several).tolist() == sorted(
        one for form in forms for one in words.positions(form).tolist()
    )


@pytest.mark.parametrize("stop", [1, 5, None])
def test_bits_of_several_forms_are_their_places(opened: tuple[City, Segment, list[Row]], stop: int) -> None:
    """Of one form, of a few and of all."""
    words = opened[1].text
    several = words.forms_of(range(len(words)))[:stop]
    marks, found = words.marks(several), list[int]()
    for sheet in words.space.sheets:
        bits = np.unpackbits(marks.on(sheet), bitorder="little")
        found += (np.flatnonzero(bits) + sheet.start * 64).tolist()
    assert found == sorted({*words.space.cells(words.positions_of(several)).tolist()})


@pytest.mark.parametrize("step", [1, 2, 7])
def test_documents_of_several_forms_are_told_by_bits_or_lists(
    opened: tuple[City, Segment, list[Row]], step: int
) -> None:
    _, segment, _ = opened
    words = segment.text
    several = words.forms_of(range(len(words)))[::step]
    found = words.holding_any(several, segment.documents)
    assert np.flatnonzero(found).tolist() == words.documents_of(several).tolist()
    assert not words.holding_any(several[:0], segment.documents).any()


@pytest.mark.parametrize("share", [0.02, 0.5, 1.0])
def test_documents_have_the_columns_of_their_passages(
    opened: tuple[City, Segment, list[Row]], share: float
) -> None:
    _, segment, _ = opened
    words = segment.text
    spoken = words.holding_any(words.forms_of(range(len(words))), segment.documents)
    chosen = np.random.default_rng(1).random(segment.documents) < share
    columns = words.columns_of(chosen)
    assert words.holding_columns(columns, segment.documents).tolist() == (chosen & spoken).tolist()
    few = chosen & (np.arange(segment.documents) % 3 == 0)
    assert (words.holding_columns(columns, segment.documents, few) & few).tolist() == (few & spoken).tolist()
    passages = words.passages_at(words.positions_of(words.forms_of(range(len(words)))))
    theirs = {one for one in passages.tolist() if chosen[words.documents_of_passages(np.array([one]))[0]]}
    assert int(columns.sum()) == len(theirs)


def test_rows_come_back_as_they_were_sealed(opened: tuple[City, Segment, list[Row]]) -> None:
    _, segment, rows = opened
    numbers = list(range(segment.documents))
    random.Random(4).shuffle(numbers)
    for number, row in zip(numbers, segment.rows(numbers).to_pylist(), strict=True):
        assert row == {name: rows[number][name] for name in COLUMNS}
    assert segment.rows([]).column_names == list(COLUMNS)


def test_columns_say_what_a_document_is(opened: tuple[City, Segment, list[Row]]) -> None:
    _, segment, rows = opened
    columns = segment.columns
    for name in ("account", "platform", "kind", "visibility", "provenance", "language"):
        codes = getattr(columns, name)
        assert [segment.values[name][code] for code in codes.tolist()] == [row[name] for row in rows]
    epoch = archive_day(rows[0]["observed_at"]).toordinal() - int(columns.observed_day[0])
    for number, row in enumerate(rows):
        posted = row["posted_at"]
        assert (columns.posted_at[number] == NO_TIME) == (posted is None) == (columns.day[number] == UNDATED)
        if posted is not None:
            assert int(columns.day[number]) + epoch == archive_day(posted).toordinal()
            assert int(columns.month[number]) == archive_day(posted).year * 12 + archive_day(posted).month - 1
        assert int(columns.observed_day[number]) + epoch == archive_day(row["observed_at"]).toordinal()
        types = [medium["type"] for medium in row["media"]]
        for what, bit in HAS_BITS.items():
            has = bool(links_of(row)) if what == "link" else has_media(what, types)
            assert bool(columns.has[number] & bit) == has
        assert int(columns.missing[number]) == sum(medium["sha256"] is None for medium in row["media"])
        assert int(columns.of_run[number]) == row["of_run"]


def test_documents_lie_in_order_and_groups_are_stretches(opened: tuple[City, Segment, list[Row]]) -> None:
    _, segment, _ = opened
    columns, groups = segment.columns, segment.groups
    shared = (columns.account, columns.platform, columns.kind, columns.visibility, columns.provenance)
    shelves = list(zip(*(column.tolist() for column in shared), strict=True))
    order = list(zip(shelves, (columns.day == UNDATED).tolist(), columns.time.tolist(), strict=True))
    assert order == sorted(order)
    assert groups.starts[0] == 0
    assert groups.starts[-1] == segment.documents
    named = list(zip(shelves, columns.month.tolist(), strict=True))
    begins = [at for at in range(len(named)) if at == 0 or named[at] != named[at - 1]]
    assert groups.starts[:-1].tolist() == begins


def test_the_documents_of_an_item_are_found_by_its_name(opened: tuple[City, Segment, list[Row]]) -> None:
    _, segment, rows = opened
    items = [(row["account"], row["kind"], row["native_id"]) for row in rows]
    for item in set(items):
        assert segment.of_items(hashes_of([item])).tolist() == [
            at for at, one in enumerate(items) if one == item
        ]


def test_removals_are_told_from_the_index_alone(opened: tuple[City, Segment, list[Row]]) -> None:
    city, segment, _ = opened
    sealed = [
        row for part in city.archive.parts(Role.REMOVED) for row in city.archive.table(part.part).to_pylist()
    ]
    told = segment.removals.to_pylist()
    assert sealed
    named = (
        "account",
        "kind",
        "native_id",
        "version_sha256",
        "removed_at",
        "confirmed_by",
        "cause",
        "retain_until",
    )
    assert [{name: row[name] for name in named} for row in told] == [
        {name: row[name] for name in named} for row in sealed
    ]
    for row in told:
        assert segment.covered[row["part"]].role == "removed"
        assert row["of_run"] == segment.covered[row["part"]].of_run


def test_an_opened_segment_stays_readable_when_its_files_are_gone(tmp_path: Path) -> None:
    city = City(tmp_path, random.Random(2))
    city.grow(1, 30)
    refresh(city.archive, tmp_path / "index")
    index = open_index(tmp_path / "index")
    assert index is not None
    before = index.segments[0].rows([0]).to_pylist()
    city.grow(1, 30)
    for _ in range(4):
        city.grow(1, 30)
        refresh(city.archive, tmp_path / "index")
    assert not index.segments[0].folder.exists()
    assert index.segments[0].rows([0]).to_pylist() == before
    assert len(index.segments[0].text) > 0
