"""Nothing of what is redacted is left in what is released."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.errors import BadQuestion
from paloverde.requests.everywhere import same_words
from paloverde.requests.redaction import Given, Painted, Released, released
from paloverde.requests.releasing import Pair, pictures_to_paint, released_all, still_said
from paloverde.requests.review import Exempted, Region, Span, Verdict
from paloverde.requests.spans import boxed, cuts_of, whole_letters
from paloverde.search.hits import Hit, Kept, Removal, Snippet
from requests_found import NOON, PRIVACY, decision, hit, in_part, marked, sha

CONTROL = "PRA-2026-0042-000001"
BOX = "[redacted: EX-PRIV]"
PHONE = "760-555-0142"


def redacted(of: Hit, *spans: Span) -> Released:
    return released(of, in_part(of, *spans), control=CONTROL)


def everything_said(one: Released) -> str:
    """All that a renderer could show of a released record."""
    return msgspec.json.encode(one.hit).decode()


def test_words_become_a_box_that_does_not_tell_how_long_they_were() -> None:
    one = hit(f"Call me at {PHONE}, please.")
    made = redacted(one, marked(one, PHONE))
    assert made.hit.text == f"Call me at {BOX}, please."
    assert made.needles == (PHONE,)
    assert [(r.code, r.label, r.statute) for r in made.redactions] == [
        ("EX-PRIV", "personal privacy", "Gov. Code 7927.700")
    ]


def test_a_record_that_is_handed_over_whole_stays_as_it_is() -> None:
    one = hit("The pool opens on Monday.")
    made = released(one, decision(one), control=CONTROL)
    assert made.hit == one
    assert not made.is_redacted


def test_spans_that_overlap_touch_or_are_parted_by_blanks_are_one_box() -> None:
    one = hit("Ana Lopez Ruiz lives here")
    spans = (Span("text", 0, 5, "EX-PRIV"), Span("text", 3, 9, "EX-PRIV"), marked(one, "Ruiz"))
    assert redacted(one, *spans).hit.text == f"{BOX} lives here"


def test_a_box_names_every_code_under_which_its_words_were_redacted() -> None:
    one = hit("Ana has 219-09-9999 as number")
    spans = (marked(one, "Ana has 219"), marked(one, "219-09-9999", code="EX-SSN"))
    both = in_part(one, *spans, exempted=(PRIVACY, Exempted("EX-SSN")))
    made = released(one, both, control=CONTROL)
    assert made.hit.text == "[redacted: EX-PRIV, EX-SSN] as number"


def test_hashes_and_the_way_to_the_exact_payload_are_gone() -> None:
    one = hit("Pin 4471")
    made = redacted(one, marked(one, "4471")).hit
    assert made.version_sha256 == f"redacted-{CONTROL}"
    assert (made.payload_sha256, made.exchange_key, made.exchange_offset) == ("", None, None)
    assert (made.payload_position, made.part, made.row) == (None, "", -1)
    assert made.sequence == one.sequence


def test_marks_and_snippet_are_of_the_redacted_text() -> None:
    text = f"{PHONE} about the pool: {PHONE}"
    pool = text.index("pool")
    one = hit(text, marks=[(0, 3), (pool, pool + 4)], snippet=Snippet(text, [(0, 3), (pool, pool + 4)]))
    made = redacted(one, marked(one, PHONE), Span("text", len(text) - 12, len(text), "EX-PRIV")).hit
    assert [made.text[a:b] for a, b in made.marks] == ["pool"]  # type: ignore[index]
    assert made.snippet.text == f"{BOX} about the pool: {BOX}"
    assert [made.snippet.text[a:b] for a, b in made.snippet.marks] == ["pool"]


def test_who_is_redacted_by_name_is_not_led_to_by_handle_id_or_address() -> None:
    one = hit(
        "I saw it", poster_name="Ana Lopez", poster_username="desertana", poster_id="99071",
        permalink="https://x.com/desertana/status/1811", thread_id="99071-44", drift="author was Ana Lopez",
        media=[Kept(url="https://x.com/desertana/status/1811/photo/1", native_id="3_1811")],
    )  # fmt: skip
    made = redacted(one, marked(one, "Ana Lopez", "poster_name"))
    said = everything_said(made)
    for word in ("Ana", "Lopez", "desertana", "99071", "1811"):
        assert word not in said
    assert made.hit.native_id == CONTROL
    assert made.needles == ("99071", "Ana Lopez", "desertana")


@pytest.mark.parametrize("spelled", ["ana-lopez", "AnaLopez", "Ana%20L%C3%B3pez", "ana.lopez.92"])
def test_an_address_that_spells_the_redacted_words_otherwise_is_boxed(spelled: str) -> None:
    one = hit("Ana López was there", permalink=f"https://example.org/{spelled}/posts/5")
    assert redacted(one, marked(one, "Ana López")).hit.permalink == BOX


def test_an_address_that_tells_nothing_stays() -> None:
    one = hit("Ana López was there", permalink="https://example.org/city/posts/5")
    assert redacted(one, marked(one, "Ana López")).hit.permalink == one.permalink


def test_the_reason_of_a_removal_does_not_tell_either() -> None:
    one = hit(f"Call {PHONE}", removed=Removal(NOON, "ana", "city", f"it gave {PHONE}"))
    made = redacted(one, marked(one, PHONE)).hit
    assert made.removed is not None
    assert made.removed.cause_reason == BOX


def test_the_same_words_elsewhere_in_the_record_are_reported() -> None:
    one = hit(
        "Ana Lopez said so. > ANA LOPEZ wrote: yes", poster_name="Friend of ana lópez",
        media=[Kept(url="u", alt_text="Ana Lopez at the pool")],
    )  # fmt: skip
    made = redacted(one, marked(one, "Ana Lopez"))
    assert [(span.where, span.start, span.end) for span in made.repeated] == [
        ("text", 21, 30), ("poster_name", 10, 19), ("media.0.alt_text", 0, 9)
    ]  # fmt: skip
    again = redacted(one, marked(one, "Ana Lopez"), *made.repeated)
    assert again.repeated == ()
    assert "lopez" not in everything_said(again).casefold()


def test_the_description_of_a_picture_is_redacted() -> None:
    one = hit("Look", media=[Kept(url="u", alt_text="The card of Ana Lopez", sha256=sha("p"), size=1)])
    made = redacted(one, marked(one, "Ana Lopez", "media.0.alt_text"))
    assert made.hit.media[0].alt_text == f"The card of {BOX}"
    assert made.hit.media[0].sha256 == sha("p")


@pytest.mark.parametrize(
    ("text", "start", "end", "left"),
    [
        ("Hi 👨‍👩‍👧!", 3, 4, "Hi []!"),  # a family is one letter
        ("cafe\u0301s", 3, 4, "caf[]s"),  # the accent goes with its letter
        ("👍🏽 ok", 0, 1, "[] ok"),  # and the skin tone with its thumb
        ("🇲🇽🇺🇸", 1, 2, "[]🇺🇸"),  # a flag is two halves
        ("🇲🇽🇺🇸", 2, 3, "🇲🇽[]"),
        ("a❤️b", 1, 2, "a[]b"),
        ("x\r\ny", 1, 2, "x[]y"),
    ],
)
def test_no_letter_is_cut_in_two(text: str, start: int, end: int, left: str) -> None:
    first, last = whole_letters(text, start, end)
    assert f"{text[:first]}[]{text[last:]}" == left


def test_offsets_count_characters_also_behind_emoji() -> None:
    one = hit("👨‍👩‍👧 🇺🇸 call 760-555-0142 👍🏽")
    assert redacted(one, marked(one, PHONE)).hit.text == f"👨‍👩‍👧 🇺🇸 call {BOX} 👍🏽"


def test_a_record_withheld_whole_leaves_a_slip() -> None:
    counsel = Exempted("EX-ATTY", {"attorney": "the City Attorney, for the City"})
    one = hit(
        "Our counsel thinks that we lose", poster_name="Ana Lopez", poster_id="99071", permalink="https://x/1",
        parent_id="77", media=[Kept(url="https://x/p.jpg", sha256=sha("p"), alt_text="memo")],
    )  # fmt: skip
    made = released(one, decision(one, Verdict.EXEMPT, exempted=(counsel,)), control=CONTROL)
    assert made.is_withheld
    assert made.hit.text == "[withheld: EX-ATTY]"
    said = everything_said(made)
    assert not any(word in said for word in ("counsel", "Lopez", "99071", "https", "1811", sha("p"), "77"))
    assert made.redactions[0].statute.startswith("Gov. Code 7927.705; Evid. Code 954")
    assert [file.given for file in made.files] == [Given.WITHHELD]


PICTURE, OTHER = sha("one picture"), sha("another")


def with_pictures() -> Hit:
    house = Kept(url="https://x/a.jpg", native_id="a1", sha256=PICTURE, size=10, alt_text="A house")
    child = Kept(url="https://x/b.jpg", native_id="b1", sha256=OTHER, size=20, alt_text="A child")
    return hit("Two pictures", media=[house, child])


def test_a_file_is_withheld_and_another_painted_over() -> None:
    one = with_pictures()
    region = Region(PICTURE, 1, 1, 5, 5, "EX-PRIV")
    both = in_part(one, regions=(region,), withheld_media=(OTHER,))
    made = released(one, both, control=CONTROL, painted={PICTURE: Painted(sha("made"), 5)})
    assert [(f.given, f.sha256) for f in made.files] == [(Given.PAINTED, sha("made")), (Given.WITHHELD, None)]
    first, second = made.hit.media
    assert (first.url, first.native_id, first.sha256, first.alt_text) == (None, None, sha("made"), "A house")
    assert first.size == 5
    assert (second.url, second.alt_text, second.not_captured) == (None, None, "[withheld: EX-PRIV]")
    assert pictures_to_paint([both]) == {PICTURE: (region,)}


def test_a_picture_that_is_not_painted_yet_is_not_released() -> None:
    one = with_pictures()
    part = in_part(one, regions=(Region(PICTURE, 1, 1, 5, 5, "EX-PRIV"),))
    with pytest.raises(BadQuestion, match="was not painted yet"):
        released(one, part, control=CONTROL, painted={})
    shown = released(one, part, control=CONTROL).hit.media[0]
    assert (shown.sha256, shown.not_captured) == (None, "[redacted: EX-PRIV]")


def test_the_same_file_is_given_the_same_way_everywhere() -> None:
    one, two = with_pictures(), msgspec.structs.replace(with_pictures(), native_id="2")
    pairs = [Pair(one, in_part(one, withheld_media=(OTHER,)), "A-1"), Pair(two, decision(two), "A-2")]
    with pytest.raises(BadQuestion, match="A-1 and A-2 have the same picture"):
        released_all(pairs)


def test_no_other_record_points_at_an_item_whose_poster_is_hidden() -> None:
    secret = hit("I saw it", native_id="5005", poster_name="Ana Lopez")
    reply = hit("Thank you", native_id="6006", parent_id="5005", thread_id="1")
    other = hit("Not about this", native_id="7007")
    pairs = [
        Pair(secret, in_part(secret, marked(secret, "Ana Lopez", "poster_name")), "A-1"),
        Pair(reply, decision(reply), "A-2"),
        Pair(other, decision(other, Verdict.NOT_RESPONSIVE), "A-3"),
    ]
    first, second = released_all(pairs)
    assert (first.control, second.control) == ("A-1", "A-2")
    assert (second.hit.parent_id, second.hit.thread_id, second.hit.payload_sha256) == ("A-1", "1", "")
    assert "5005" not in everything_said(first) + everything_said(second)


WATCH = "https://www.youtube.com/watch?v=v1&lc="
TOLD = (
    ("UgxHIDDEN123", "UgxHIDDEN123.9reply", WATCH + "UgxHIDDEN123.9reply"),
    ("8812_771455", "771455_930021", "https://www.facebook.com/8812/posts/771455?comment_id=930021"),
    (
        "urn:li:comment:(urn:li:activity:71,420077)",
        "9",
        "https://a/?urn=urn%3Ali%3Acomment%3A%2871%2C420077%29",
    ),
)


@pytest.mark.parametrize(("hidden", "own", "permalink"), TOLD)
@pytest.mark.parametrize("is_whole", [True, False])
def test_no_id_or_address_of_another_record_leads_to_a_hidden_item(
    hidden: str, own: str, permalink: str, *, is_whole: bool
) -> None:
    secret = hit("I saw it all at the pool", native_id=hidden, poster_name="Dora Quimby")
    picture = Kept(url=f"https://i.example.org/{own}/1.jpg", native_id=own)
    reply = hit(
        "Thank you", native_id=own, permalink=permalink, parent_id=hidden, thread_id=hidden, media=[picture]
    )
    far = hit("Me too", native_id=f"{hidden}.7more", parent_id=own, permalink="https://example.org/other")
    kept_back = (
        decision(secret, Verdict.EXEMPT, exempted=(PRIVACY,))
        if is_whole
        else in_part(secret, marked(secret, "Dora Quimby", "poster_name"))
    )
    pairs = [
        Pair(secret, kept_back, "A-1"),
        Pair(reply, decision(reply), "A-2"),
        Pair(far, decision(far), "A-3"),
    ]
    _, second, third = released_all(pairs)
    assert (second.hit.parent_id, second.hit.permalink) == ("A-1", "[withheld: it leads to A-1]")
    last = re.split("[^0-9A-Za-z]", hidden.rstrip(")"))[-1]
    assert last not in everything_said(second) + everything_said(third)
    assert second.hit.payload_sha256 == ""


def test_a_hidden_version_of_a_record_that_is_given_too_hides_nothing_of_it() -> None:
    """Its id is known from the other version."""
    before, now = hit("I saw it all", native_id="500512345"), hit("Never mind", native_id="500512345")
    withheld = decision(before, Verdict.EXEMPT, exempted=(PRIVACY,))
    pairs = [Pair(before, withheld, "A-1"), Pair(now, decision(now), "A-2")]
    assert released_all(pairs)[1].hit == now


def test_short_words_and_the_poster_of_a_record_withheld_whole_are_looked_for() -> None:
    secret = hit(
        "HIV positive", native_id="5", poster_name="Dora Quimby", poster_username="dquimby", poster_id="x9"
    )
    (one,) = released_all([Pair(secret, decision(secret, Verdict.EXEMPT, exempted=(PRIVACY,)), "A-1")])
    assert one.needles == ("Dora Quimby", "HIV positive", "dquimby")


def test_of_a_record_withheld_whole_nothing_is_looked_for_that_says_too_little_or_is_given_elsewhere() -> (
    None
):
    """A release with a withheld "No" stays possible, as does one in which the poster of another is known."""
    secret = hit(
        "No", native_id="5", poster_name="Dora Quimby", poster_username="palmaria", poster_id="12345"
    )
    shown = hit("Yes", native_id="6", poster_name="Dora Quimby")
    withheld = decision(secret, Verdict.EXEMPT, exempted=(PRIVACY,))
    one, _ = released_all([Pair(secret, withheld, "A-1"), Pair(shown, decision(shown), "A-2")])
    assert one.needles == ()


def test_words_withheld_whole_that_another_record_says_are_left_to_a_person() -> None:
    secret, other = hit("Thanks!", native_id="5"), hit("many thanks to all", native_id="6")
    withheld = decision(secret, Verdict.EXEMPT, exempted=(PRIVACY,))
    left = still_said(released_all([Pair(secret, withheld, "A-1"), Pair(other, decision(other), "A-2")]))
    assert [(one.control, one.redacted_in) for one in left] == [("A-2", "A-1")]


@pytest.mark.parametrize(
    ("spans", "more", "said"),
    [
        ([Span("text", 0, 99, "EX-PRIV")], {}, "are not in text"),
        ([Span("poster_name", 0, 1, "EX-PRIV")], {}, "no poster_name to redact"),
        ([Span("text", 0, 2, "EX-SSN")], {}, "does not claim"),
        ([], {}, "no part of it is redacted"),
        ([Span("text", 0, 2, "EX-PRIV")], {"exempted": ()}, "does not claim"),
        ([], {"withheld_media": ("ab" * 32,)}, "no kept file abababababab"),
    ],
)
def test_a_decision_that_does_not_fit_releases_nothing(
    spans: Sequence[Span], more: dict[str, object], said: str
) -> None:
    one = hit("Hello there")
    with pytest.raises(BadQuestion, match=said):
        released(one, in_part(one, *spans, **more), control=CONTROL)


def test_what_is_not_responsive_or_of_another_version_is_not_released() -> None:
    one = hit("Hello there")
    with pytest.raises(BadQuestion, match="not responsive"):
        released(one, decision(one, Verdict.NOT_RESPONSIVE), control=CONTROL)
    with pytest.raises(BadQuestion, match="another version"):
        released(hit("Hello here"), decision(one), control=CONTROL)


NUMBERS = [
    *("(760) 555-0142", "7605550142", "+1 760.555.0142", "760 555 0142", "760/555-0142", "+1 (760) 555-0142"),
    *(
        "1-760-555-0142",
        "(760)555-0142",
        "760 555 (0142)",
        "(760) 555‑0142",
        "（760）555－0142",
        "+1 760 555 0142",
    ),
    *("(760-555-0142)", "７６０－５５５－０１４２", "(+1) 760 555 0142"),
]


@pytest.mark.parametrize("written", NUMBERS)
@pytest.mark.parametrize("asked", [PHONE, "(760) 555-0142", "7605550142"])
def test_a_number_is_the_same_however_it_is_written_and_its_marks_go_with_it(
    written: str, asked: str
) -> None:
    one = hit(f"Call (or text) {written} now")
    (found,) = same_words([one], asked)
    left = f"{(one.text or '')[: found.start]}{(one.text or '')[found.end :]}"
    assert left in (
        "Call (or text)  now",
        "Call (or text) () now",
    )  # brackets around all of it are not its own


def test_a_number_takes_no_bracket_that_is_another_s() -> None:
    one = hit("The office (760-555-0142, mornings) is open (see 760 555-0142)")
    found = [(one.text or "")[place.start : place.end] for place in same_words([one], PHONE)]
    assert found == ["760-555-0142", "760 555-0142"]


def test_the_same_words_are_found_in_every_record_folded_as_a_search_folds() -> None:
    texts = ["Ana López came", "ANA LOPEZ", "anna lopez", "Ana Lopezovich", "“ana­ lopez”"]
    hits = [hit(text, native_id=str(number)) for number, text in enumerate(texts)]
    assert [found.version[2] for found in same_words(hits, "Ana Lopez")] == ["0", "1", "4"]


def test_the_same_words_are_not_looked_for_where_nothing_was_marked() -> None:
    with pytest.raises(BadQuestion, match="Nothing was marked"):
        list(same_words([hit("x")], "  "))


@given(st.text(min_size=1, max_size=60), st.data())
def test_whatever_is_cut_no_whole_span_survives_and_the_rest_does(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    (cut,) = cuts_of({"text": text}, [Span("text", start, end, "EX-PRIV")])["text"]
    assert cut.start <= start < end <= cut.end
    assert boxed(text, [cut]) == f"{text[: cut.start]}{BOX}{text[cut.end :]}"


WORDS = st.lists(
    st.sampled_from(["Ana", "LOPEZ", "lópez", "pool", "👍🏽", "760-555-0142", "at", "Anaheim"]), max_size=12
)


@given(WORDS, WORDS, st.data())
def test_once_every_repetition_is_redacted_too_nothing_says_the_words(
    said: list[str], described: list[str], data: st.DataObject
) -> None:
    text, alt_text = " ".join(["x", *said]), " ".join(["y", *described])
    one = hit(text, media=[Kept(url=f"https://e.example/{'-'.join(said)}", alt_text=alt_text)])
    words = text.split(" ")
    begin = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(begin + 1, len(words)))
    start = len(" ".join([*words[:begin], ""]))
    first = Span("text", start, start + len(" ".join(words[begin:end])), "EX-PRIV")
    made = redacted(one, first)
    again = redacted(one, first, *made.repeated)
    assert again.repeated == ()
    for needle in made.needles:
        assert list(same_words([again.hit], needle)) == []
        assert len(needle) < 4 or needle not in (again.hit.media[0].url or "")
