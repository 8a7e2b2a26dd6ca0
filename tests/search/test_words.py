"""One folding and one cutting of words, shown on texts that search engines get wrong."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.search.matching import Passages
from paloverde.search.selection import coarse_all, shared
from paloverde.search.words import addresses, coarse, exact_form, stem, tokens
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
    ("GROẞE", "große Straße", True),
    ("gross", "GROẞ", True),
    ("diyarbakir", "DİYARBAKIR Diyarbakır", True),
    ("ısparta", "ISPARTA", True),
    ("duong", "Đường phố", True),
    ("naive", "a naïve idea", True),
    ("елка", "Ёлка в парке", True),
    ("lodz", "Łódź", True),
    ("１０００", "1,000 trees", True),
    ("m2", "50 m²", True),
    ("park", "ⓟⓐⓡⓚ", True),
    ("park", "p\u2060a\ufeffr\u200ck", True),
    ("park", "\u200fpark\u200e", True),
    ("park", "park🌳", True),
    ("park", "公園park公園", True),
    ("park", "spark", False),
    ("كتاب", "كِتَابٌ جديد", True),
    ("كِتَاب", "كتاب", True),
    ("كتاب", "كتـــاب", True),
    ("احمد", "أحمد", True),
    ("=كتاب", "كِتَاب", False),
    ("שלום", "שָׁלוֹם לכולם", True),
    ("שָׁלוֹם", "שלום", True),
    ("ג'ירפה", "ג׳ירפה", True),
    ("צה״ל", 'צה"ל', True),
    ("सड़क", unicodedata.normalize("NFC", "नई सड़क"), True),
    ("सफ़ाई", "सफ\u093cाई", True),
    ("सफाई", "सफ़ाई", False),
    ("ক্ষমা", "ক\u200d্ষমা", True),
    ("공원", "공원🌳에서", True),
    ("원공", "공원에서", False),
    ("パーク", "ﾊﾟｰｸ", True),
    ("ハク", "パク", False),
    ("公園", "公,園", True),
    ("公园", "棕榈沙漠公园开放", True),
    ("公園", "公园", False),
    ("#公園", "#公園の清掃", True),
    ("#公園", "公園の清掃", False),
    ("น้ำ", "น้ำประปา", True),
    ("o'brien", "Mr O’Brien", True),
    ("obrien", "Mr O'Brien", True),
    ("brien", "Mr O'Brien", True),
    ("rock", "rock ’n’ roll", True),
    ("#park", "# park", False),
    ("@palm.desert", "cc @palm.desert!", True),
    ("clerk@palmdesert.gov", "write to clerk@palmdesert.gov.", True),
    ("palmdesert.gov/parks", "www.palmdesert.gov/parks?x=1", True),
    ("gov", "https://x.gov:443/a", True),
    ("👩‍🚒", "our 👩🏽‍🚒!", True),
    ("❤️‍🔥", "❤‍🔥", True),
    ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 flag", True),
    ("👍👍", "👍 👍", True),
    ("colo?r", "the color", False),
    ("colo?r", "the COLOÚR", True),
    ("gr?y", "gray or grey", True),
    ("gr?y", "gry", False),
    ("gr??n", "green", True),
    ("gr??n", "gran", False),
    ("#cl?anup", "#CleanUp", True),
    ("#cl?anup", "cleanup", False),
    ("公?園", "公の園", False),
    ("col?*", "cold", True),
    ("col?*", "col", False),
    ("what?", "whats", False),
    ("park~", "no PARKING here", True),
    ("parking~", "two parks", True),
    ("park~", "a spark", False),
    ("pools~", "the pool’s edge", True),
    ("city~", "the cities", True),
    ("happy~", "happiness", True),
    ("dying~", "they die", True),
    ("#parks~", "#parking", True),
    ("#parks~", "parking", False),
    ("street~", "Strasse", False),
    ("公園~", "公園の", True),
    ("2025~", "in 2025", True),
]  # fmt: skip


@pytest.mark.parametrize(("word", "text", "expected"), TEXTS)
def test_it_finds_what_a_person_means(word: str, text: str, expected: bool) -> None:
    term = term_of(word.removeprefix("="), exact=word.startswith("="))
    assert bool(Passages([text]).places(term)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://www.palmdesert.gov/parks?id=3 now", ["https://www.palmdesert.gov/parks?id=3"]),
        ("palmdesert.gov, or bit.ly/abc", ["palmdesert.gov", "bit.ly/abc"]),
        ("(WWW.Example.ORG/a)", ["WWW.Example.ORG/a)"]),
        ("见https://a.gov/x。好", ["https://a.gov/x"]),
        ("http://localhost:80/x", ["http://localhost:80/x"]),
        ("https://日本.example/公園", ["https://日本.example/公園"]),
        ("clerk@palmdesert.gov or me@www.x.com", []),
        ("and/or e.g. 1.5/2 the end.Come now", []),
        ("foo.community", []),
    ],
)
def test_web_addresses_are_seen_in_a_text(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in addresses(text)] == expected


def test_stems_are_those_of_english_and_alone_elsewhere() -> None:
    words = ["park", "parks", "parking", "parked", "parque", "парки", "公", "2nd"]
    assert [stem(word) for word in words] == ["park", "park", "park", "park", "parqu", "парки", "公", "2nd"]


ENDINGS = [
    "",
    "s",
    "es",
    "ies",
    "ed",
    "ing",
    "y",
    "ly",
    "ational",
    "ization",
    "biliti",
    "ability",
    "ency",
    "fulness",
    "ying",
    "e",
]


@given(st.text("abeilnrsty", min_size=1, max_size=7), st.lists(st.sampled_from(ENDINGS), max_size=3))
def test_every_word_begins_with_what_its_stem_shares(start: str, endings: list[str]) -> None:
    word = "".join([start, *endings])
    assert word.startswith(shared(stem(word)))


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
