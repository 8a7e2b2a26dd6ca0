"""Every character is printed in a font that has it, or named: never an empty box, never dropped."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paloverde.bundles.pdf.fonts import EMOJI, fonts
from paloverde.bundles.pdf.glyphs import missing, named, pieces, refuse_missing, runs_right_to_left
from paloverde.bundles.pdf.words import Redacted, paragraphs
from paloverde.errors import BadSetting

FONTS = fonts()
SHOWN = [
    "Latin: façade, ŵ, Đặng Thị Ánh, naïve, Ž",
    "Ελληνικά κείμενο",
    "Привет, мир. Ґанок",
    "مرحبا بالعالم، ١٢٣",
    "שלום עולם",
    "नमस्ते दुनिया क्षत्रिय",
    "สวัสดีชาวโลก น้ำ",
    "简体中文 繁體中文 日本語テスト ひらがな",
    "안녕하세요 세계",
    "𝓯𝓪𝓷𝓬𝔂 𝗯𝗼𝗹𝗱 ⓒⓘⓡ ★ ✔ → ½ № ™ ♪",
]
EMOJIS = {
    "a face": "😀",
    "the newest": "🫩",
    "a skin tone": "👍🏽",
    "a profession": "👩‍⚕️",
    "a profession with a skin tone": "👩🏿‍🚒",
    "a family": "👨‍👩‍👧‍👦",
    "a flag": "🇺🇸",
    "a flag of tags": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "a flag that is joined": "🏳️‍🌈",
    "a heart drawn as a picture": "❤️",
    "a keycap": "1️⃣",
    "a sign drawn as a picture": "©️",
    "a picture by itself": "⚡",
}


def _text(found: list[object]) -> str:
    """What pieces show."""
    ends = ("", "\n")
    return "".join(
        piece if isinstance(piece, str) else ends[piece] if isinstance(piece, int) else piece[1]
        for piece in found
    )


def _fonts_of(text: str) -> list[str]:
    numbers = [0 if isinstance(piece, str) else piece[0] for piece in pieces(text, FONTS)]
    return [FONTS.names[number] if isinstance(number, int) else number for number in numbers]


@pytest.mark.parametrize("text", SHOWN)
def test_each_script_has_a_font(text: str) -> None:
    assert missing([("here", text)], FONTS) == []
    assert _text(pieces(text, FONTS)) == text


@pytest.mark.parametrize("emoji", EMOJIS.values(), ids=EMOJIS)
def test_an_emoji_sequence_is_one_piece_in_the_emoji_font(emoji: str) -> None:
    assert pieces(emoji, FONTS) == [[FONTS.emoji, emoji]]
    assert _fonts_of(f"a {emoji} b") == ["FiraGO", EMOJI, "FiraGO"]


def test_a_sign_that_shall_be_text_is_not_drawn_as_a_picture() -> None:
    assert EMOJI not in _fonts_of("❤\ufe0e and © and 1")


def test_tags_that_make_no_flag_are_written_out() -> None:
    hidden = "🏴" + "".join(chr(0xE0000 + ord(char)) for char in "secret") + "\U000e007f"
    assert "[U+E0073]" in _text(pieces(hidden, FONTS))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a[U+0000]b"),
        ("a\u202eb", "a[U+202E]b"),
        ("a\u200bb", "a[U+200B]b"),
        ("a\x7fb", "a[U+007F]b"),
        ("a\ue000b", "a[U+E000]b"),
        ("a\rb", "a[U+000D]b"),
        ("a\tb\r\nc", "a    b\nc"),
    ],
)
def test_what_is_not_seen_is_written_out(text: str, shown: str) -> None:
    assert _text(pieces(text, FONTS)) == shown
    assert missing([("here", text)], FONTS) == []


def test_a_character_without_a_font_is_named_once_with_its_first_place() -> None:
    found = missing([("record 1", "fine"), ("record 2", "ᏣᎳᎩ Ꮳ"), ("record 3", "Ꮳ")], FONTS)
    assert [(one.char, one.name, one.where) for one in found] == [
        ("Ꮳ", "U+13E3 CHEROKEE LETTER TSA", "record 2"),
        ("Ꮃ", "U+13B3 CHEROKEE LETTER LA", "record 2"),
        ("Ꭹ", "U+13A9 CHEROKEE LETTER GI", "record 2"),
    ]
    assert _text(pieces("xᎩy", FONTS)) == "x[U+13A9 CHEROKEE LETTER GI]y"


def test_the_refusal_names_character_place_and_mend() -> None:
    with pytest.raises(BadSetting, match=r"U\+13A9 CHEROKEE LETTER GI in record 7.*PALOVERDE_FONTS_FOLDER"):
        refuse_missing([("record 7", "Ꭹ")], FONTS)
    refuse_missing([("record 7", "plain")], FONTS)


def test_a_mark_that_its_letters_font_lacks_is_kept() -> None:
    """A Chinese character with a vowel sign of Devanagari: no font has both."""
    assert pieces("中\u0941", FONTS) == [[FONTS.names.index("Noto Sans CJK SC"), "中"], "\u0941"]


def test_endless_words_can_break_without_a_change_to_the_text() -> None:
    for word in ("x" * 1000, "Щ" * 1000, "مرحبا" * 200, "a\u0301" * 500):
        found = pieces(word, FONTS)
        assert found.count(0) > 5
        assert _text(found) == word
    assert pieces("https://example.org/a", FONTS) == ["https://example.org/a"]


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_nothing_is_lost_whatever_the_text(text: str) -> None:
    """Each character is shown, or written by its number; only joiners and selectors by themselves may go."""
    shown = _text(pieces(text, FONTS))
    for char in set(text) - set("\t\r\n\u200c\u200d"):
        if not (0xFE00 <= ord(char) <= 0xFE0F or 0xE0100 <= ord(char) <= 0xE01EF):
            assert char in shown or f"U+{ord(char):04X}" in shown, named(char)


def test_the_direction_is_that_of_the_first_letter() -> None:
    assert runs_right_to_left("12 שלום abc") is True
    assert runs_right_to_left("12 abc שלום") is False
    assert runs_right_to_left("12! 😀") is None


def test_paragraphs_end_at_empty_lines_and_where_the_direction_turns() -> None:
    assert paragraphs("one\ntwo\n \n\nthree", FONTS) == [
        (False, ["one", 1, "two"]),
        (False, ["three"]),
    ]
    assert [turned for turned, _ in paragraphs("abc\nשלום\n123\nabc", FONTS)] == [False, True, False]
    assert paragraphs("", FONTS) == []


def test_a_redaction_stands_in_the_paragraph_around_it() -> None:
    gone = Redacted(("EX-PRIV", "EX-SSN"))
    box = ["redacted", "[redacted: EX-PRIV, EX-SSN]"]
    assert paragraphs(("call ", gone, " now\n\nthen ", gone), FONTS) == [
        (False, ["call ", box, " now"]),
        (False, ["then ", box]),
    ]
    assert paragraphs(("a\n\n", gone, "\n\nb"), FONTS) == [(False, ["a"]), (False, [box]), (False, ["b"])]
