"""The text format of posts: what readers see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.platforms.linkedin.little import plain
from paloverde.simulator.city import Person
from paloverde.simulator.linkedin.objects import little
from platforms.talk import NOW

PAGE = Person("urn:li:organization:5500001", "City of Saltbrook", "cityofsaltbrook", NOW)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Plain words.", "Plain words."),
        (r"Call \(760\) 555\-0100 \| ask for Rosa", r"Call (760) 555\-0100 | ask for Rosa"),
        (r"\#StreetSweeping \@home \* \_ \~ \< \> \{ \} \[ \]", "#StreetSweeping @home * _ ~ < > { } [ ]"),
        (r"C:\\files\\map.pdf", r"C:\files\map.pdf"),
        ("Thanks, @[Marisol Quintanar](urn:li:person:AbC123)!", "Thanks, Marisol Quintanar!"),
        (r"@[Palms \(Desert\)](urn:li:organization:9) opens", "Palms (Desert) opens"),
        (r"{hashtag|\#|PalmaRia} today", "#PalmaRia today"),
        ("@[no mention", "@[no mention"),
        ("an @ alone and a \\", "an @ alone and a \\"),
        ("", ""),
        (None, None),
    ],
)
def test_escapes_and_templates_are_read(written: str | None, shown: str | None) -> None:
    assert plain(written) == shown


@given(st.text(max_size=60))
def test_what_the_site_writes_is_read_back(text: str) -> None:
    assert plain(little(text, PAGE)) == text


def test_a_mention_of_the_page_is_a_template_on_the_wire_and_its_name_here() -> None:
    written = little("Ask the City of Saltbrook #help", PAGE)
    assert written == r"Ask the @[City of Saltbrook](urn:li:organization:5500001) {hashtag|\#|help}"
    assert plain(written) == "Ask the City of Saltbrook #help"
