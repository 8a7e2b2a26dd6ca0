"""Many texts cut together give what each gives alone."""

from __future__ import annotations

import random
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from paloverde.search.index.cutting import Cutter, form_of
from paloverde.search.index.layout import SIGN_CODES
from paloverde.search.index.stemming import Stems
from paloverde.search.words import exact_form, stem, tokens

Said = tuple[str, str, int, str, int]  # word, sign, length, exact form, ordinal of its first word
NAUGHTY = [
    "", " ", "'", "#", "##tag", "#a@b", "@", "a'", "'a'", "a''b", "a-b-c'd", "1,000", "1,a", "a,1", "1,,0", "1,000,00'0",
    "#1,000", "#city's", "＃ｃｉｔｙ＇ｓ", "@@café", "x#y", "é#y", "家#y", "#家", "a\0b", "\0", "\n\n", "¼", "1¼", "a½b", "㏂", "№5",
    "ﬁne", "ß", "ẞ", "İstanbul", "ı", "Å", "e\u0301", "\u0301", "\u0301a", "a\u00adb", "a\u200db", "\u200d", "👩\u200d👩\u200d👧",
    "🇺🇸🇫🇷🇺", "👍🏽👍", "❤️", "が", "か\u3099", "\u3099", "가나다", "ᄀ", "สวัสดี", "ကမ္ဘာ", "l’école d'été", "naïve-mente",
    "http://a.b/c?d=e#f", "a_b", "…", "⁉", "𝔓𝔞𝔯𝔨", "١٢٣", "१,०००", "\U0010ffff", "\ufffe", "ʼn", "Ǆ", "ﷺ", "ΣΟΦΟΣ σοφός",
]  # fmt: skip


def said_one_by_one(texts: list[str]) -> tuple[set[Said], list[int]]:
    said: set[Said] = set()
    words: list[int] = []
    for text in texts:
        before, count = sum(words), 0
        for token in tokens(text):
            exact = exact_form(text[token.start : token.end])
            said.add((token.folded, token.sign, token.length, exact, before + token.position))
            count = token.position + token.length
        words.append(count)
    return said, words


def said_together(texts: list[str]) -> tuple[set[Said], list[int]]:
    cutter = Cutter()
    cut = cutter.cut(texts)
    forms = [form_of(key) for key in cutter.vocabulary]
    said = []
    for number, ordinal in zip(cut.forms.tolist(), cut.ordinals.tolist(), strict=True):
        form = forms[number]
        exact = form.exact or form.word
        said.append((form.word.decode(), SIGN_CODES[form.sign], form.length, exact.decode(), ordinal))
    assert len(said) == len(set(said))
    return set(said), cut.words.tolist()


HARD = st.text(alphabet="ab1'-,#@ \n.Z9’é家☂\u200d👩¼\u0301が", max_size=25)
PLAIN = st.text(alphabet="aZ1',-#@ .\0\n", max_size=20)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(HARD, PLAIN, st.text(max_size=20)), max_size=6))
def test_any_texts_are_cut_as_each_alone(texts: list[str]) -> None:
    assert said_together(texts) == said_one_by_one(texts)


def test_naughty_texts_are_cut_as_each_alone() -> None:
    assert said_together(NAUGHTY) == said_one_by_one(NAUGHTY)
    for text in NAUGHTY:
        assert said_together([text]) == said_one_by_one([text])


def test_the_characters_of_every_script_are_cut_as_alone() -> None:
    """All that have a name, but for one in a hundred of the Chinese and Korean ones, which are as the others."""
    chance = random.Random(3)
    characters = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) not in ("Cn", "Co", "Cs")
        and (code % 100 == 0 or not unicodedata.name(chr(code), "").startswith(("CJK", "HANGUL SYLLABLE")))
    ]
    chance.shuffle(characters)
    beside = ["a", "1", "'", "-", ",", " ", "#", "@", "é", "家", ""]
    texts = [
        "".join(chance.choice(beside) + char for char in characters[at : at + 9])
        for at in range(0, len(characters), 9)
    ]
    assert said_together(texts) == said_one_by_one(texts)


def test_what_was_written_before_is_cut_the_same_again() -> None:
    cutter = Cutter()
    first = cutter.cut(["#Café café's", "park"])
    again = cutter.cut(["#Café café's", "park"])
    assert first.forms.tolist() == again.forms.tolist()


def test_stems_are_those_of_questions() -> None:
    stems = Stems()
    for word in ["parking", "parked", "skies", "dying", "città", "x2", "公園", "running", "parking"]:
        assert stems.of(word.encode()).decode() == stem(word)
