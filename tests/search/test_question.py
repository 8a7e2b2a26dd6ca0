"""What a question means, in English, and where a wrong one is wrong."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.errors import BadQuestion
from paloverde.search.fields import FIELDS, VALUES
from paloverde.search.fiscal import RELATIVE
from paloverde.search.question import ask
from paloverde.search.tree import Posted, Term

TODAY = date(2026, 11, 23)
MEANINGS = [
    ("street", "“street”"),
    ("street sweeping", "“street” and “sweeping”"),
    ('"street sweeping"', "“street sweeping”"),
    ("“street sweeping”", "“street sweeping”"),
    ("park or pool and open", "“park” or (“pool” and “open”)"),
    ("(park OR pool) open", "(“park” or “pool”) and “open”"),
    ("park NOT dog", "“park” and not (“dog”)"),
    ("NOT (dog OR cat)", "not (“dog” or “cat”)"),
    ("street NEAR/5 sweeping", "“street” at most 5 words from “sweeping”"),
    ("street w/1 sweeping", "“street” at most 1 word from “sweeping”"),
    ("street pre/3 sweeping", "“street” before and at most 3 words from “sweeping”"),
    ('"street sweeping"~5', "“street” at most 5 words from “sweeping”"),
    ("(a OR b) near/2 c", "(“a” or “b”) at most 2 words from “c”"),
    ("a w/2 b w/3 c", "(“a” at most 2 words from “b”) at most 3 words from “c”"),
    ("park*", "“park*” (* is any letters)"),
    ("colo?r", "“colo?r” (? is one letter)"),
    ("col?*", "“col?*” (* is any letters, ? is one letter)"),
    ("what? ?no open?!", "“what?” and “?no” and “open?!”"),
    ("park~", "“park~” (~ is every form of the word)"),
    ('="año nuevo"~2', "“año” (accents as written) at most 2 words from “nuevo” (accents as written)"),
    ('"street~ sweeping"', "“street~ sweeping” (~ is every form of the word)"),
    ('"parks~ hours"~4', "“parks~” (~ is every form of the word) at most 4 words from “hours”"),
    ("公園~ 2025~", "“公園~” and “2025~”"),
    ("=año", "“año” (accents as written)"),
    ("poster:@quintero", "posted by “quintero”"),
    ('poster:"Rosa Quintero"', "posted by “Rosa Quintero”"),
    ("kind:comment platform:x", "the kind is comment and the platform is x"),
    ("removed:yes", "found hidden or removed"),
    ("visibility:hidden", "the visibility is hidden"),
    ("language:es", "the language, as the site says it, is es"),
    ("language:Spanish", "the language, as the site says it, is es"),
    ("language:es_MX", "the language, as the site says it, is es-mx"),
    ("has:media has:picture has:video has:link", "with media and with a picture and with a video and with a link"),
    ("link:palmdesert.gov", "with a link that holds “palmdesert.gov”"),
    ("link:https://www.palmdesert.gov/parks?id=2", "with a link that holds “palmdesert.gov/parks/id=2”"),
    ("from:2025-01-01 to:2025-06-30", "posted from January 1, 2025 to June 30, 2025"),
    ("pool to:2025-06-30", "“pool” and posted on or before June 30, 2025"),
    ("from:2025 to:2025-02", "posted from January 1, 2025 to February 28, 2025"),
    ("in:2025", "posted from January 1, 2025 to December 31, 2025"),
    ("in:2024-02", "posted from February 1, 2024 to February 29, 2024"),
    ("in:2025-03-09", "posted on March 9, 2025"),
    ('in:"March 2025"', "posted from March 1, 2025 to March 31, 2025"),
    ("*", "any record"),
    ("https://example.gov/a?b=1", "“https://example.gov/a?b=1”"),
    ("at 10:30 w/o shoes", "“at” and “10:30” and “w/o” and “shoes”"),
    ("park near pool within pre", "“park” and “near” and “pool” and “within” and “pre”"),
    ('"and" or "or"', "“and” or “or”"),
    ("where is the park?", "“where” and “is” and “the” and “park?”"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meaning"), MEANINGS)
def test_a_question_says_what_it_means(text: str, meaning: str) -> None:
    assert ask(text).sentence == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("in:today", "posted on November 23, 2026 (today)"),
        ("in:yesterday", "posted on November 22, 2026 (yesterday)"),
        ('in:"this month"', "posted from November 1, 2026 to November 30, 2026 (this month)"),
        ('in:"last month"', "posted from October 1, 2026 to October 31, 2026 (last month)"),
        ('in:"This  Year"', "posted from January 1, 2026 to December 31, 2026 (this year)"),
        ('in:"last year"', "posted from January 1, 2025 to December 31, 2025 (last year)"),
        ('in:"this fiscal year"', "posted from July 1, 2026 to June 30, 2027 (this fiscal year)"),
        ('in:"last fiscal year"', "posted from July 1, 2025 to June 30, 2026 (last fiscal year)"),
        ('in:"fiscal year 2024-25"', "posted from July 1, 2024 to June 30, 2025 (fiscal year 2024-25)"),
        ('in:"last year..yesterday"', "posted from January 1, 2025 to November 22, 2026 (last year to yesterday)"),
        ("in:2025-01..2025-02", "posted from January 1, 2025 to February 28, 2025"),
        ('in:"FY2024/2025"', "posted from July 1, 2024 to June 30, 2025 (fiscal year 2024-25)"),
        ("from:yesterday", "posted on or after November 22, 2026 (from yesterday)"),
        ('from:"last month" to:today', "posted from October 1, 2026 to November 23, 2026 (from last month to today)"),
        ('from:2026-01-01 to:"last month"', "posted from January 1, 2026 to October 31, 2026 (to last month)"),
    ],
)  # fmt: skip
def test_words_for_days_are_said_with_their_days(text: str, meaning: str) -> None:
    assert ask(text, TODAY).sentence == meaning


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 6, 30), date(2024, 7, 1), date(2025, 6, 30)),
        (date(2026, 7, 1), date(2025, 7, 1), date(2026, 6, 30)),
        (date(2026, 12, 31), date(2025, 7, 1), date(2026, 6, 30)),
    ],
)
def test_a_fiscal_year_turns_on_july_1(today: date, first: date, last: date) -> None:
    assert ask('in:"last fiscal year"', today).tree == Posted(first, last, "last fiscal year")


def test_the_month_before_january_is_december() -> None:
    found = ask('in:"last month"', date(2026, 1, 31)).tree
    assert found == Posted(date(2025, 12, 1), date(2025, 12, 31), "last month")


@pytest.mark.parametrize(
    ("text", "lasting"),
    [
        ('pool NOT in:"last month"', "pool NOT in:2026-10-01..2026-10-31"),
        ('a from:"last fiscal year" to:today b', "a from:2025-07-01 to:2026-11-23 b"),
        ("in:yesterday", "in:2026-11-22..2026-11-22"),
        ("pool in:2025 OR (kind:post)", "pool in:2025 OR (kind:post)"),
    ],
)
def test_the_lasting_text_asks_the_same_on_any_day(text: str, lasting: str) -> None:
    asked = ask(text, TODAY)
    assert asked.lasting == lasting
    assert without_names(ask(lasting).sentence) == without_names(asked.sentence)


def without_names(sentence: str) -> str:
    return re.sub(r" \((?:from |to |last |yest)[^)]*\)", "", sentence)


def test_the_lasting_text_needs_no_switch() -> None:
    text = '“parking  lot” OR (pools w/3 #tag) "dogs allowed"~4 =año par* gr?y 公園 2025 https://x.gov/parks NOT cats'
    asked = ask(text, stemming=True)
    assert asked.lasting == (
        '"parking~ lot~" OR (pools~ w/3 #tag) "dogs~ allowed~"~4 =año par* gr?y 公園 2025 https://x.gov/parks '
        "NOT cats~"
    )
    assert ask(asked.lasting).tree == asked.tree


def test_a_question_without_a_day_of_asking_refuses_words_that_move() -> None:
    with pytest.raises(BadQuestion, match=r"“last month” counts from the day of asking.*\n.*in:"):
        ask('park in:"last month"')


def test_stemming_asks_for_every_form_of_every_word_but_of_signs_gaps_and_exact_ones() -> None:
    asked = ask('parking "street sweeping" #pools =año par* poster:rosa link:parks 公園', stemming=True)
    assert asked.sentence == (
        "“parking~” (~ is every form of the word) and “street~ sweeping~” (~ is every form of the word) and "
        "“#pools” and “año” (accents as written) and “par*” (* is any letters) and posted by “rosa” and with a "
        "link that holds “parks” and “公園”"
    )


def test_a_word_of_any_form_is_looked_for_by_its_stem() -> None:
    tree = ask("parking~").tree
    assert isinstance(tree, Term)
    assert [(piece.folded, piece.stemmed, piece.wild) for piece in tree.pieces] == [("park", True, False)]


WRONG = [
    ("street (sweeping", 8, "Add )"),
    ("a AND", 6, "missing"),
    ('say "x', 5, "quotation mark"),
    ("kindd:post", 1, "Did you mean kind:?"),
    ("subject:park", 1, '"subject park"'),
    ("author:rosa", 1, "Did you mean poster:?"),
    ("a after:2025-01-01", 3, "Did you mean from:?"),
    ("deleted:yes", 1, "Did you mean removed:?"),
    ("a kind:posts", 3, "Did you mean kind:post?"),
    ("kind:(post OR comment)", 1, "(kind:… OR kind:…)"),
    ("platform:facebok", 1, "Did you mean platform:facebook?"),
    ("a platform:twiter", 3, "Write one of facebook, "),
    ("platform:twitter", 1, "Did you mean platform:x?"),
    ("has:photo", 1, "Did you mean has:picture?"),
    ("has:sound", 1, "Write one of media, picture, video, link."),
    ("removed:true", 1, "Did you mean removed:yes?"),
    ("has:", 1, "as in has:media"),
    ("link:*", 1, "has:link"),
    ("link:", 1, "as in link:palmdesert.gov"),
    ("language:klingon", 1, "language:es"),
    ("language:spansih", 1, "Did you mean language:spanish?"),
    ("from:2025-02-30", 1, "2025-01-31"),
    ("from:2025-13", 1, "2025-01-31"),
    ("to:tomorow", 1, "2025-01-31"),
    ("in:1066", 1, "a year from 1970"),
    ("to:9999-12-31", 1, "to 2199"),
    ("a in:last month", 3, 'Did you mean "last month"'),
    ('in:"last mnth"', 1, 'Did you mean "last month"'),
    ('in:"last week"', 1, "year as in 2025-01-31"),
    ('in:"febuary 2025"', 1, "Did you mean february 2025"),
    ('in:"fiscal year 2025"', 1, "both years, as in fiscal year 2025-26"),
    ('in:"fiscal year 2024-26"', 1, "fiscal year 2024-25"),
    ("in:2025-02..2025-01", 1, "Exchange them"),
    ("in:2025-02..", 1, "year as in 2025-01-31"),
    ("in:today", 1, "counts from the day of asking"),
    ("poster: x", 1, "directly behind the colon"),
    ("park -dog", 6, "NOT dog"),
    ("park & recreation", 6, "Write AND"),
    ("park || pool", 6, "Write OR"),
    ("park ! pool", 6, "Write NOT"),
    ("near/5 x", 1, "before and after"),
    ("x NEAR y", 3, "NEAR/5"),
    ("x near/ y", 3, "NEAR/5"),
    ("x near/five y", 3, "NEAR/5"),
    ("x WITHIN y", 3, "NEAR/5"),
    ("x w/s y", 3, "w/15"),
    ("x /p y", 3, "w/15"),
    ("x /5 y", 3, "w/5"),
    ("x NEAR/0 y", 3, "number from 1"),
    ("x w/999 y", 3, "number from 1"),
    ("x NEAR/5 kind:post", 10, "words on both sides"),
    ("x NEAR/5 link:y", 10, "words on both sides"),
    ("NOT a w/3 b", 1, "words on both sides"),
    ("park~5", 1, '"park …"~5'),
    ("=par*", 1, "Leave one of them out"),
    ("=park~", 1, "Leave one of them out"),
    ("par*k~", 1, "Leave the ~ out"),
    ("*?", 1, "letters that are known"),
    ("don't?s", 1, "leave ? out"),
    ("e-mail*s", 1, "* at the end"),
    ("a ) b", 3, "closes none"),
    ("()", 2, "nothing before"),
    ("!!!", 1, "no letter"),
    ("~", 1, "no letter"),
    ("OR", 1, "nothing to join"),
    ('"one"~3', 1, "two words"),
    ('"one two"~0', 1, "number from 1"),
    ("(" * 60 + "a", 41, "levels"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "mend"), WRONG)
def test_a_wrong_question_names_the_place_and_the_mend(text: str, place: int, mend: str) -> None:
    with pytest.raises(BadQuestion) as caught:
        ask(text)
    first, line, caret = str(caught.value).split("\n")
    assert f"at character {place}:" in first
    assert mend in first
    assert first.endswith((".", "?"))
    assert ".." not in first
    assert line[2:] == text
    assert caret.index("^") == place + 1


def test_an_empty_question_is_told_what_to_write() -> None:
    for text in ("", "  "):
        with pytest.raises(BadQuestion, match="Write at least one word"):
            ask(text)


def test_a_question_has_an_end() -> None:
    with pytest.raises(BadQuestion, match="at most"):
        ask("a " * 5_000)


PIECES = [
    *'ab ()"*:~/-=#@?&“”0', "NOT ", "OR ", "near/2 ", "from:", "in:", "2025", '"last month"', "kind:post ", "has:",
    "link:", "公", "👍",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES)).map("".join), st.booleans())
def test_any_text_is_a_question_or_a_bad_question(text: str, stemming: bool) -> None:
    with suppress(BadQuestion):
        assert ask(text, TODAY, stemming=stemming).sentence


GUIDE = (Path(__file__).parents[2] / "docs/guide/searching.md").read_text(encoding="utf-8")


def rows(head: str) -> list[tuple[str, str]]:
    """The cells of every table of the guide with this head."""
    tables = GUIDE.split(f"| {head} |\n|---|---|\n")[1:]
    lines = [line for table in tables for line in table.split("\n\n")[0].splitlines()]
    return [(cells[1].strip().strip("`"), cells[2].strip()) for cells in (line.split("|") for line in lines)]


@pytest.mark.parametrize(("question", "meaning"), rows("you write | it means"))
def test_a_question_of_the_guide_means_what_the_guide_says(question: str, meaning: str) -> None:
    assert ask(question, TODAY).sentence == meaning


@pytest.mark.parametrize(("question", "mend"), rows("you wrote there | the archive answers"))
def test_what_other_programs_take_is_refused_as_the_guide_says(question: str, mend: str) -> None:
    with pytest.raises(BadQuestion) as caught:
        ask(question, TODAY)
    assert mend in str(caught.value).split("\n")[0]


def test_the_guide_shows_every_field_and_every_word_for_days() -> None:
    shown = " ".join(question for question, _ in rows("you write | it means"))
    assert [name for name in FIELDS if f"{name}:" not in shown] == []
    assert [value for value in VALUES["has"] if f"has:{value}" not in shown] == []
    assert [words for words in RELATIVE if words not in shown] == []
