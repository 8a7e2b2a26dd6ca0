"""The DAG `alerts`, run by Airflow's own runner over a city whose nights do not come, with a real mail server."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hooked import hook
from orchestration.isolated import AIRFLOWS_OWN_WARNINGS
from paloverde.installation import open_installation
from paloverde.records import Account
from paloverde.settings import load
from postoffice import PASSWORD, USER, post_office

pytestmark = [AIRFLOWS_OWN_WARNINGS, pytest.mark.slow]


def states(done: Any) -> dict[str, str]:
    return {task.task_id: task.state for task in done.get_task_instances()}


def test_a_night_that_does_not_come_is_said_by_mail_once_and_lineage_is_no_part_of_it(
    bag: Any, city_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with post_office(tmp_path) as box, hook() as server:
        server.status = 503  # a lineage server that fails
        for name, value in {
            "PALOVERDE_HOME": str(tmp_path / "home"),
            "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
            "PALOVERDE_MAIL_SERVER": box.address,
            "PALOVERDE_MAIL_FROM": "paloverde@palmaria.example",
            "PALOVERDE_MAIL_USER": USER,
            "PALOVERDE_MAIL_PASSWORD": PASSWORD,
            "PALOVERDE_ALERTS_IT": "it@palmaria.example",
            "PALOVERDE_LINEAGE": server.url,
            "SSL_CERT_FILE": str(box.certificate),
        }.items():
            monkeypatch.setenv(name, value)
        four_days_ago = datetime.now(UTC) - timedelta(days=4)
        city = open_installation(load(os.environ), lambda: four_days_ago)
        city.register_account(Account("x-palmaria", "x", "1", "palmaria"))
        city.search("pool", "Cleo Park")  # something to tell the lineage server
        first = bag.dags["alerts"].test(logical_date=datetime(2026, 3, 8, 9, 5, tzinfo=UTC))
        second = bag.dags["alerts"].test(logical_date=datetime(2026, 3, 8, 9, 20, tzinfo=UTC))
    assert states(first)["alert"] == states(second)["alert"] == "success"
    assert states(first)["lineage"] != "success"
    letters = [one.letter.get_content() for one in box.letters]
    (told,) = [one for one in letters if "The nights of x-palmaria" in one]
    assert "URGENT: The nights of x-palmaria (new)" in told
    assert "no night was complete since it was registered" in told.lower()
    assert "For IT to do: see whether the nights are started" in told
    assert "`paloverde archive x-palmaria --day" in told
