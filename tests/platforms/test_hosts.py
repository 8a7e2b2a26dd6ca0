"""The host of an address is read in one way, whoever asks: a list of sites, or where a post leads."""

from __future__ import annotations

import pytest

from paloverde.platforms.hosts import host_of, is_under


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("https://Casino.Example/win?x=1#y", "casino.example"),
        ("casino.example/win", "casino.example"),
        ("www.casino.example:8443", "www.casino.example"),
        ("https://casino.example.", "casino.example"),
        ("https://casino.example,", "casino.example"),
        ("https://casino.example”", "casino.example"),
        ("https://city.example@casino.example/", "casino.example"),
        ("http://[::1", ""),
        ("https://", ""),
        ("", ""),
    ],
)
def test_the_host_is_whom_a_browser_would_ask(written: str, host: str) -> None:
    assert host_of(written) == host


def test_a_host_is_under_a_name_at_a_dot_alone() -> None:
    assert is_under("www.city.example", ["city.example"])
    assert is_under("City.Example.", ["city.example"])
    assert not is_under("mycity.example", ["city.example"])
