"""One folding and one cutting of words, shown on texts that search engines get wrong."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.search.matching import Passages
from paloverde.search.selection import coarse_all
from paloverde.search.words import coarse, exact_form, tokens
from paloverde.search.written import term_of

TEXTS = [
    ("strasse", "Die Straße ist gesperrt", True),
    ("STRASSE", "die straße", True),
    ("straße", "HAUPT STRASSE", True),
    ("cafe", "Café Olé", True),
    ("café", "cafe", True),
    ("café", unicodedata.normalize("NFD", "un café"), True),
    ("=café", "un cafe", False),
    ("=café", unicodedata.normalize("NFD", "un CAFÉ"), True),
    ("=año", "ano", False),
    ("ano", "el año 2026", True),
    ("park", "ｐａｒｋ", True),
    ("park", "𝗽𝗮𝗿𝗸 𝓬𝓵𝓮𝓪𝓷", True),
    ("park", "p\u200bar\u00adk", True),
    ("park", "pa\u202erk", True),
    ("park", "parking", False),
    ("park*", "no parking", True),
    ("*gate", "floodgate open", True),
    ("col*r", "colour", True),
    ("col*r", "collie", False),
    ("city's", "the city’s pool", True),
    ("city", "the city’s pool", True),
    ("citys", "the city's pool", True),
    ("don’t", "I dont know", True),
    ("école", "l’école Pasteur", True),
    ("email", "send an e-mail", True),
    ("e-mail", "send an email", True),
    ("e-mail", "send an e‑mail", True),
    ("1000", "1,000 trees", True),
    ("1,000", "1000 trees", True),
    ("#cleanup", "join #CleanUp day", True),
    ("cleanup", "join #CleanUp day", True),
    ("#cleanup", "the cleanup", False),
    ("@palm_desert", "ask @Palm_Desert now", True),
    ("desert", "ask @palm_desert", True),
    ("@gov", "clerk@gov.example", False),
    ("palmdesert.gov", "https://www.palmdesert.gov/parks?id=3", True),
    ("парк", "Новый ПАРК открыт", True),
    ("сигма", "Сигма", True),
    ("σοφος", "ΣΟΦΟΣ σοφός", True),
    ("istanbul", "İSTANBUL", True),
    ("公園", "新しい公園の清掃", True),
    ("園公", "新しい公園の清掃", False),
    ("ガス", "東京ｶﾞｽ", True),
    ("清掃", "清 掃", True),
    ("공원", "공원에서", True),
    ("공원", unicodedata.normalize("NFD", "공원에서"), True),
    ("สวน", "สวนสาธารณะ", True),
    ("สาธารณะ", "สวนสาธารณะ", True),
    ("हिन्दी", "यह हिन्दी है", True),
    ("👍", "great 👍🏽!", True),
    ("=👍", "great 👍🏽!", False),
    ("👨‍👩‍👧", "us 👨‍👩‍👧 here", True),
    ("👩", "us 👨‍👩‍👧 here", False),
    ("🇺🇸", "🇲🇽🇺🇸", True),
    ("🇽🇺", "🇲🇽🇺🇸", False),
    ("❤", "I ❤️ parks", True),
    ("555", "call 5️⃣5️⃣5️⃣", True),
    ("123", "١٢٣", True),
    ("ΑΒ", "αβ", True),
    ("ﬁre", "FIRE", True),
]  # fmt: skip


@pytest.mark.parametrize(("word", "text", "expected"), TEXTS)
def test_it_finds_what_a_person_means(word: str, text: str, expected: bool) -> None:
    term = term_of(word.removeprefix("="), exact=word.startswith("="))
    assert bool(Passages([text]).places(term)) is expected


def test_a_token_knows_where_it_stands_in_the_original() -> None:
    text = "On ｐａｒｋ cafe\u0301, #Ñandú: l’e\u00adau 👍🏽"
    assert [text[token.start : token.end] for token in tokens(text) if token.length == 1] == [
        "On", "ｐａｒｋ", "cafe\u0301", "#Ñandú", "l", "e\u00adau", "👍🏽",
    ]  # fmt: skip


def test_a_run_stands_beside_its_pieces() -> None:
    found = [(token.folded, token.position, token.length) for token in tokens("the City's e-mail")]
    assert found == [
        ("the", 0, 1), ("citys", 1, 2), ("city", 1, 1), ("s", 2, 1), ("email", 3, 2), ("e", 3, 1), ("mail", 4, 1),
    ]  # fmt: skip


def test_exact_forms_keep_accents_and_drop_what_is_not_seen() -> None:
    assert exact_form("CAFE\u0301\u200b") == "café"
    assert exact_form("#Straße") == "strasse"


# Characters that change under folding, or join, or cling, among any others.
ODD = st.sampled_from(
    "aé'’″-‑,#@_.1٣公ガﾞก็ำ한\u1112\u1161\u11ab\u0301\u3099\u0345\u200d\u200b\u00adß½™👍🏽❤\ufe0f🇺🇸ＡǄﬁİıøæʼⅣ㊗ℹ "
)
ANY = st.lists(ODD | st.characters(exclude_categories=["Cs"]), max_size=12).map("".join)


@given(ANY)
def test_coarse_folding_never_loses_a_token(text: str) -> None:
    """Pre-selection looks for coarsely folded words in coarsely folded texts: it must see every one."""
    folded = coarse(text)
    assert all(coarse(token.folded) in folded for token in tokens(text))


@given(ANY)
def test_tokens_lie_inside_the_text_in_order(text: str) -> None:
    found = tokens(text)
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert [token.position for token in found] == sorted(token.position for token in found)


@given(ANY)
def test_folding_does_not_depend_on_normal_forms(text: str) -> None:
    composed = [token.folded for token in tokens(unicodedata.normalize("NFC", text))]
    assert composed == [token.folded for token in tokens(unicodedata.normalize("NFD", text))]


@given(st.lists(ANY))
def test_many_texts_fold_as_each_alone(texts: list[str]) -> None:
    assert coarse_all(texts) == [coarse(text) for text in texts]
