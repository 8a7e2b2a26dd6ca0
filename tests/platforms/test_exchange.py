from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paloverde.platforms.exchange import MARK, clean_body, clean_headers, clean_text

SECRET = "EAAb+c/d=e%F token"


@pytest.mark.parametrize(
    "body",
    [
        f'{{"next": "https://g.example/feed?access_token={SECRET}"}}',
        f'{{"next": "https://g.example/feed?access_token={quote(SECRET, safe="")}&limit=25"}}',
        json.dumps({"next": f"https://g.example/x?access_token={SECRET}"}).replace("/", "\\/"),
        f"echo {SECRET} twice {SECRET}",
    ],
)
def test_the_token_is_taken_out_in_every_form(body: str) -> None:
    clean, taken = clean_body(body.encode(), (SECRET,))
    assert MARK in clean
    assert taken
    for form in (SECRET, quote(SECRET, safe=""), SECRET.replace("/", "\\/")):
        assert form.encode() not in clean


def test_a_token_of_somebody_else_is_taken_out_too() -> None:
    body = (
        b'{"paging": {"next": "https:\\/\\/g.example\\/v26.0\\/1\\/feed?access_token=EAAother123&limit=25"}}'
    )
    clean, taken = clean_body(body, (SECRET,))
    assert b"EAAother123" not in clean
    assert b"&limit=25" in clean
    assert len(taken) == 1


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_every_other_byte_stays_where_it_was(before: bytes, after: bytes) -> None:
    """The places taken out, put back, give the body as received."""
    secret = "s3cret-tok3n-0123456789"
    body = before + secret.encode() + after
    clean, taken = clean_body(body, (secret,))
    rebuilt, at, read = b"", 0, 0
    for piece in taken:
        kept = piece.offset - at
        rebuilt += clean[read : read + kept] + body[piece.offset : piece.offset + piece.length]
        read, at = read + kept + len(MARK), piece.offset + piece.length
    assert rebuilt + clean[read:] == body
    assert secret.encode() not in clean


def test_a_body_without_credentials_is_the_same_object() -> None:
    body = b'{"data": [{"text": "tokens of appreciation"}]}'
    clean, taken = clean_body(body, (SECRET,))
    assert clean is body
    assert taken == ()


def test_headers_that_carry_credentials_are_blanked() -> None:
    headers = [
        ("Authorization", f"Bearer {SECRET}"),
        ("Set-Cookie", "a=b"),
        ("X-Echo", f"you sent {SECRET}"),
        ("Date", "now"),
    ]
    clean = dict(clean_headers(headers, (SECRET,)))
    assert clean == {
        "Authorization": "[credential removed]",
        "Set-Cookie": "[credential removed]",
        "X-Echo": "you sent [credential removed]",
        "Date": "now",
    }
    assert clean_text("nothing here", (SECRET,)) == "nothing here"
