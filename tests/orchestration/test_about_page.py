"""Our page in Airflow's UI: how each account stands, and what somebody has to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import orchestration.isolated  # noqa: F401 - sets Airflow's home before anything imports Airflow
from paloverde.capture.broken import BrokenNight
from paloverde.installation import Installation, open_installation
from paloverde.orchestration.about import _access, _page, _warnings
from paloverde.orchestration.airflow_rest import MARK, STARTED_BY, mark_of
from paloverde.records import Account
from paloverde.settings import load
from paloverde.state.health import note_canary

NOW = datetime(2026, 11, 22, 17, tzinfo=UTC)


@pytest.fixture
def city(tmp_path: Path) -> Installation:
    city = open_installation(load({"PALOVERDE_HOME": str(tmp_path)}), lambda: NOW)
    city.register_account(Account("x-palmaria", "x", "1", "palmaria"))
    city.register_account(Account("facebook-palmaria", "facebook", "2", "palmaria"))
    return city


def test_every_account_has_a_row_and_a_short_runway_says_what_to_do(city: Installation) -> None:
    handed_in = {"access_token": "a-secret", "expires_at": "2026-11-27T17:00:00Z"}
    city.put_token("x-palmaria", json.dumps(handed_in), "this test")
    note_canary(city.vault.books, "x-palmaria", True, "it answered", NOW)
    rows, warnings = _access(city.standings()), _warnings(city.standings())
    assert "<td>x-palmaria</td><td>alive</td><td>5</td><td>none yet</td>" in rows
    assert "<td>facebook-palmaria</td><td>never checked</td><td>no end is known</td>" in rows
    assert "x-palmaria: runway: 5 days, the token ends on Friday 27 November 2026" in warnings
    assert "facebook-palmaria" not in warnings
    assert "a-secret" not in rows + warnings


def test_a_dead_token_is_named_and_what_a_site_says_is_escaped(city: Installation) -> None:
    note_canary(city.vault.books, "x-palmaria", False, "<script>", NOW)
    rows, warnings = _access(city.standings()), _warnings(city.standings())
    assert "<td>NOT ALIVE</td>" in rows
    assert "NOT ALIVE on Sunday 22 November 2026 at 09:00: &lt;script&gt;" in warnings
    assert "<script>" not in rows + warnings


def test_a_city_without_accounts_says_so(tmp_path: Path) -> None:
    city = open_installation(load({"PALOVERDE_HOME": str(tmp_path)}))
    assert "No account is registered yet" in _access(city.standings())
    assert _warnings(city.standings()) == ""


def test_a_refused_access_has_no_days_left(city: Installation) -> None:
    handed_in = {"access_token": "a-secret", "expires_at": "2027-11-27T17:00:00Z"}
    city.put_token("x-palmaria", json.dumps(handed_in), "this test")
    note_canary(city.vault.books, "x-palmaria", False, "the token was revoked", NOW)
    assert "<td>x-palmaria</td><td>NOT ALIVE</td><td>ended</td>" in _access(city.standings())


def test_a_night_that_broke_off_is_named_with_its_cause_and_what_to_do(city: Installation) -> None:
    (x,) = [one for one in city.standings() if one.account.slug == "x-palmaria"]
    night = BrokenNight(x.account.slug, NOW.date(), NOW, "the site <is> out of order", False, None)
    said = _warnings([x._replace(broken=night)])
    assert "The last night: it broke off on Sunday 22 November 2026 at 09:00" in said
    assert "the site &lt;is&gt; out of order" in said
    assert "`paloverde archive x-palmaria --day 2026-11-22`" in said


def test_whoever_started_this_airflow_knows_it_by_a_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MARK not in _page("refused", 401).headers
    monkeypatch.setenv(STARTED_BY, "a-secret-of-the-demo")
    headers = _page("refused", 401).headers
    assert headers[MARK] == mark_of("a-secret-of-the-demo")
    assert "a-secret-of-the-demo" not in str(headers)
