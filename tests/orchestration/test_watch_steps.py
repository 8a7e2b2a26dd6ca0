"""The steps of the DAG `policy_watch`: a round over what was sealed, and hiding by a rule that counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from paloverde.errors import Unreachable
from paloverde.orchestration.watch_steps import hide_by_rule, read_feeds, watch_policy
from paloverde.records import Account
from watchedcity import COMMENT, POST, WatchedCity


def test_it_looks_at_what_was_sealed_and_tells_counts_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    city = WatchedCity(tmp_path / "home")
    city.hear("first", POST, COMMENT)
    for name, value in city.environment().items():
        monkeypatch.setenv(name, value)
    caplog.set_level("INFO")
    first = watch_policy()
    assert (first["runs"], first["versions"]) == (1, 2)
    assert first["found"]
    assert "checks looked at 2 versions of 1 sealed run: " in caplog.text
    assert COMMENT["text"] not in caplog.text
    second = watch_policy()
    assert (second["versions"], second["found"]) == (0, 0)
    assert len(city.deeds("policy watched")) == 2


def test_without_a_feed_it_asks_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    city = WatchedCity(tmp_path / "home")
    for name, value in city.environment().items():
        monkeypatch.setenv(name, value)
    caplog.set_level("INFO")
    assert read_feeds() == {"asked": 0, "new": 0}
    assert "nothing was asked for." in caplog.text


def test_a_feed_that_does_not_answer_makes_it_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    city = WatchedCity(tmp_path / "home")
    city.city.register_account(Account("other-blog", "other", "http://127.0.0.1:9/feed", "blog"))
    for name, value in (city.environment() | {"PALOVERDE_CITY_DOMAINS": "127.0.0.1"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Unreachable):
        read_feeds()


def test_without_a_rule_it_hides_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    city = WatchedCity(tmp_path / "home")
    city.hear("first", POST, COMMENT)
    for name, value in city.environment().items():
        monkeypatch.setenv(name, value)
    caplog.set_level("INFO")
    assert hide_by_rule() == {"rules": 0, "hidden": 0, "proposed": 0}
    assert "No hiding rule counts: nothing was hidden." in caplog.text
    assert city.deeds("hiding begun") == []
