"""The nightly DAG, run for real: Airflow's own runner, the simulated sites over HTTP, a real archive."""

from __future__ import annotations

import hashlib
import json
import os
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.isolated import AIRFLOWS_OWN_WARNINGS
from paloverde.bundles.verify import RECORDS, verify
from paloverde.installation import Installation, open_installation
from paloverde.orchestration.airflow_parts import connection_id
from paloverde.orchestration.asking import PUBLIC_KINDS
from paloverde.records import Account, archive_day
from paloverde.settings import load
from paloverde.simulator.server import RunningSites, start
from paloverde.simulator.sites import SITES, build
from paloverde.state.credentials import Credential

pytestmark = [AIRFLOWS_OWN_WARNINGS, pytest.mark.slow]

NIGHT = datetime(2026, 3, 8, 9, 15, tzinfo=UTC)  # 01:15 in California, the night before the clocks change
DAY = date(2026, 3, 7)


@pytest.fixture
def sites() -> Iterator[RunningSites]:
    with start(build(3, datetime.now(UTC).replace(microsecond=0), scale=0.05)) as running:
        yield running


@pytest.fixture
def city(
    sites: RunningSites, city_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Installation:
    """An empty archive whose accounts are those of the simulated sites.

    X's token is kept by the city, the others' lie in Airflow connections.
    """
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path))
    for name in SITES:
        monkeypatch.setenv(f"PALOVERDE_{name.upper()}_API", f"{sites.url}/{name}")
    monkeypatch.setenv("PALOVERDE_ALLOW_LOOPBACK_SITES", "true")
    monkeypatch.setenv("PALOVERDE_TOKEN_API", f"{sites.url}/tokens")
    city = open_installation(load(os.environ))
    for found in sites.accounts():
        city.register_account(Account(found["slug"], found["platform"], found["native_id"], found["handle"]))
        if found["platform"] == "x":
            city.put_token(found["slug"], json.dumps(found["grant"]), "this test")
            continue
        connection = json.dumps({"conn_type": "generic", "password": found["token"]})
        monkeypatch.setenv(f"AIRFLOW_CONN_{connection_id(found['slug']).upper()}", connection)
    return city


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Everything that was logged or printed: Airflow writes some of it to the one and some to the other."""
    return lambda: "".join(capfd.readouterr()) + caplog.text


def run(dag: Any, **conf: str) -> Any:
    return dag.test(logical_date=NIGHT, run_conf=conf)


def states(done: Any) -> dict[str, str]:
    return {
        f"{task.task_id} {task.rendered_map_index or ''}".strip(): task.state
        for task in done.get_task_instances()
    }


def handed_on(done: Any) -> list[Any]:
    """Every XCom of a run."""
    from airflow.models.xcom import XComModel  # noqa: PLC0415 - Airflow is ready by now
    from airflow.utils.session import create_session  # noqa: PLC0415
    from sqlalchemy import select  # noqa: PLC0415

    with create_session() as session:
        found = session.scalars(select(XComModel.value).where(XComModel.run_id == done.run_id)).all()
    return list(found)


def test_between_nights_what_is_new_is_kept_where_a_night_came_first(
    bag: Any, city: Installation, sites: RunningSites
) -> None:
    slug = next(account.slug for account in city.accounts() if account.platform == "x")
    nothing = run(bag.dags["recent_sweep"])
    assert nothing.state == "success"
    assert {state for name, state in states(nothing).items() if name.startswith("sweep")} == {"skipped"}
    city.archive_night(slug, DAY)
    wish = json.dumps({"site": "x", "do": "post", "text": "Road works on Palm Row"}).encode()
    urllib.request.urlopen(f"{sites.url}/_sim/events", wish).close()
    done = bag.dags["recent_sweep"].test(logical_date=NIGHT + timedelta(minutes=15))
    assert states(done)[f"sweep_x {slug}"] == "success"
    assert [value for value in handed_on(done) if isinstance(value, dict)] == [
        {"account": slug, "new_versions": 1, "requests": 5}
    ]
    assert city.search("road works", "this test").counts.hits == 1


def test_a_night_archives_every_account_and_hands_on_only_counts(
    bag: Any, city: Installation, sites: RunningSites, said: Callable[[], str]
) -> None:
    done = run(bag.dags["nightly_archive"])
    assert done.state == "success"
    slugs = [account.slug for account in city.accounts()]
    assert {(night.account, night.day) for night in city.last_nights()} == {(slug, DAY) for slug in slugs}
    assert {name for name in states(done) if "archive" in name} == {
        f"{slug.partition('-')[0]}.archive {slug}" for slug in slugs
    }
    allowed = {*slugs, "sealed"}
    for value in handed_on(done):
        for word in value if isinstance(value, list) else value.values():
            assert isinstance(word, int) or word in allowed
    log = said()
    assert "items seen" in log
    for account in sites.accounts():
        assert account["token"] not in log
    texts = [item.text for presence in sites.city.presences.values() for item in presence.everything()]
    assert [text for text in texts if len(text) > 20 and text in log] == []


def test_the_same_night_again_changes_nothing(bag: Any, city: Installation) -> None:
    run(bag.dags["nightly_archive"])
    before = [seal for seal in city.archive.seals() if seal.run.kind == "night"]
    again = run(bag.dags["nightly_archive"])
    assert again.state == "success"
    assert [seal for seal in city.archive.seals() if seal.run.kind == "night"] == before
    assert "already sealed" in {value.get("outcome") for value in handed_on(again) if isinstance(value, dict)}


def test_one_dead_token_turns_the_report_red_and_stops_no_other_account(
    bag: Any, city: Installation, sites: RunningSites, said: Callable[[], str]
) -> None:
    (broken,) = [account.slug for account in city.accounts() if account.platform == "x"]
    (whole,) = [account.slug for account in city.accounts() if account.platform == "facebook"]
    for token in list(sites.city.presence(broken).tokens):
        sites.city.presence(broken).revoked[token] = 463
    sites.city.presence(broken).grant["refresh_token"] = "what the site took back"
    done = run(bag.dags["nightly_archive"])
    assert done.state == "failed"
    ended = states(done)
    assert ended[f"facebook.archive {whole}"] == ended[f"facebook.removals {whole}"] == "success"
    assert ended[f"x.archive {broken}"] == "failed"
    assert ended["report"] == "failed"
    log = said()
    assert f"{broken}: {DAY} was NOT archived" in log
    assert f"The night of {DAY} is not whole: {broken} did not finish" in log
    assert (whole, DAY) in {(night.account, night.day) for night in city.last_nights()}


def test_a_missing_token_is_said_in_one_sentence(
    bag: Any, city: Installation, monkeypatch: pytest.MonkeyPatch, said: Callable[[], str]
) -> None:
    for account in city.accounts():
        city.forget_token(account.slug, "this test")
        monkeypatch.delenv(f"AIRFLOW_CONN_{connection_id(account.slug).upper()}", raising=False)
    assert run(bag.dags["removal_check"]).state == "failed"
    log = said()
    for account in city.accounts():
        assert (
            f"add an Airflow connection named {connection_id(account.slug)} with the token as its password"
            in log
        )


def test_the_health_of_every_account_is_checked_and_a_short_runway_is_red(
    bag: Any, city: Installation, sites: RunningSites, said: Callable[[], str]
) -> None:
    done = run(bag.dags["account_health"])
    assert done.state == "success"
    assert {name for name in states(done) if name.startswith("health")} == {
        f"health_{account.platform} {account.slug}" for account in city.accounts()
    }
    (slug,) = [account.slug for account in city.accounts() if account.platform == "x"]
    (token,) = [found["token"] for found in sites.accounts() if found["platform"] == "x"]
    ends = datetime.now(UTC) + timedelta(days=2)
    handed_in = {"access_token": token, "expires_at": ends.isoformat()}
    city.put_token(slug, json.dumps(handed_in), "this test")
    city.access.credentials.put(slug, replace(kept(city, slug), client_id=None, client_secret=None), ends)
    said()
    done = run(bag.dags["account_health"])
    assert states(done)[f"health_x {slug}"] == "failed"
    assert {state for name, state in states(done).items() if name != f"health_x {slug}"} == {"success"}
    log = said()
    assert (
        f"ALARM: the token of {slug} ends on {archive_day(ends):%A, %B %-d, %Y}; 2 days or less are left"
        in log
    )
    assert f"give the token to `paloverde accounts token {slug}`" in log
    assert token not in log
    assert "runway alarm" in {entry.event.what for entry in city.ledger.entries()}


def kept(city: Installation, slug: str) -> Credential:
    found = city.access.credentials.get(slug)
    assert found is not None
    return found.credential


def test_another_day_can_be_asked_for(bag: Any, city: Installation) -> None:
    assert run(bag.dags["nightly_archive"], archive_day="2026-02-01").state == "success"
    assert {night.day for night in city.last_nights()} == {date(2026, 2, 1)}


def test_a_night_without_any_account_is_no_success(
    bag: Any, city: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: Callable[[], str]
) -> None:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "empty"))
    assert run(bag.dags["nightly_archive"]).state == "failed"
    assert "No account is registered" in said()


def test_fixity_is_checked_and_damage_turns_it_red(
    bag: Any, city: Installation, tmp_path: Path, said: Callable[[], str]
) -> None:
    run(bag.dags["nightly_archive"])
    assert run(bag.dags["fixity_check"]).state == "success"
    victim = next((tmp_path / "archive").rglob("*.parquet"))
    victim.chmod(0o600)
    victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    assert run(bag.dags["fixity_check"]).state == "failed"
    assert "ALARM" in said()


REQUEST = {"request_number": "PRA-2026-0042", "words": "street OR park OR city", "from": "2020-01-01"}


def test_a_records_request_is_answered_with_a_sealed_bundle(
    bag: Any, city: Installation, sites: RunningSites, tmp_path: Path, said: Callable[[], str]
) -> None:
    run(bag.dags["nightly_archive"])
    said()
    done = run(bag.dags["records_request"], **REQUEST)
    assert done.state == "success"
    (handed,) = handed_on(done)
    bundle = tmp_path / "bundles" / "PRA-2026-0042.zip"
    assert handed["path"] == str(bundle)
    assert handed["sha256"] == hashlib.sha256(bundle.read_bytes()).hexdigest()
    expected = city.search(REQUEST["words"], "this test", since=date(2020, 1, 1))
    assert handed["records"] == expected.counts.hits > 0
    assert verify(bundle).wrong == []
    log = said()
    assert (
        "Request PRA-2026-0042 asks for 'street OR park OR city', from 2020-01-01 on, on every account" in log
    )
    assert expected.sentence in log
    assert "private messages and lists of subscribers were not searched" in log
    texts = [item.text for presence in sites.city.presences.values() for item in presence.everything()]
    assert [text for text in texts if len(text) > 20 and text in log] == []


def test_the_ledger_names_who_asked(bag: Any, city: Installation) -> None:
    run(bag.dags["nightly_archive"])
    run(bag.dags["records_request"], **REQUEST)
    actors = {entry.event.what: entry.event.actor for entry in city.ledger.entries()}
    assert actors["search made"] == actors["bundle built"] == "dag_test"  # whom Airflow's runner says it is


def test_the_same_request_again_makes_another_bundle_and_leaves_the_first(
    bag: Any, city: Installation, tmp_path: Path
) -> None:
    run(bag.dags["nightly_archive"])
    run(bag.dags["records_request"], **REQUEST)
    first = (tmp_path / "bundles" / "PRA-2026-0042.zip").read_bytes()
    run(bag.dags["records_request"], **REQUEST)
    found = sorted(file.name for file in (tmp_path / "bundles").iterdir())
    assert found == ["PRA-2026-0042-2.zip", "PRA-2026-0042.zip"]
    assert (tmp_path / "bundles" / "PRA-2026-0042.zip").read_bytes() == first


def test_a_records_request_takes_in_no_private_message(bag: Any, city: Installation, tmp_path: Path) -> None:
    run(bag.dags["nightly_archive"])
    words = "NOT a-word-that-nobody-wrote"
    assert city.search(words, "this test", include_private=True, kinds=["message"]).counts.hits > 0
    assert run(bag.dags["records_request"], **{**REQUEST, "words": words}).state == "success"
    with zipfile.ZipFile(tmp_path / "bundles" / "PRA-2026-0042.zip") as bundle:
        records = [json.loads(line) for line in bundle.read(f"PRA-2026-0042/{RECORDS}").splitlines()]
    assert records
    assert {record["kind"] for record in records} <= set(PUBLIC_KINDS)
    assert "private" not in {record["visibility"] for record in records}


def test_before_the_first_night_there_is_nothing_to_answer_from(
    bag: Any, city: Installation, tmp_path: Path
) -> None:
    assert run(bag.dags["records_request"], **REQUEST).state == "failed"
    assert not list(tmp_path.glob("bundles/*.zip"))


def test_a_records_request_that_cannot_be_understood_is_red_and_builds_nothing(
    bag: Any, city: Installation, tmp_path: Path, said: Callable[[], str]
) -> None:
    assert run(bag.dags["records_request"], **{**REQUEST, "words": "kind:message hello"}).state == "failed"
    assert "private messages and lists of subscribers are not searched unless" in said()
    assert not (tmp_path / "bundles").exists()
