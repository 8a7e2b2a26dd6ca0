"""The step of the DAG `ledger_head`: red where somebody outside did not answer, green once all have."""

from __future__ import annotations

from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from authority import Mood, authority
from paloverde.errors import Suspicious, Unreachable
from paloverde.installation import open_installation
from paloverde.orchestration.log_steps import publish_head
from paloverde.records import Account
from paloverde.settings import load


def test_without_a_name_it_is_skipped_and_nothing_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path / "home"))
    city = open_installation(load({"PALOVERDE_HOME": str(tmp_path / "home")}))
    city.register_account(Account("x-palmaria", "x", "1", "palmaria"))
    with pytest.raises(AirflowSkipException, match="PALOVERDE_LOG_ORIGIN"):
        publish_head()
    assert city.log.is_unnamed


def test_it_is_red_until_every_authority_has_stamped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = {
        "PALOVERDE_HOME": str(tmp_path / "home"),
        "PALOVERDE_LOG_ORIGIN": "archive.palmaria.example/ledger",
    }
    open_installation(load(home)).register_account(Account("x-palmaria", "x", "1", "palmaria"))
    with authority(tmp_path) as one, authority(tmp_path) as two:
        roots = tmp_path / "roots.pem"
        roots.write_bytes(one.roots.read_bytes() + two.roots.read_bytes())
        for name, value in {
            **home,
            "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
            "PALOVERDE_TIMESTAMP_AUTHORITIES": f"{one.url},{two.url}",
            "PALOVERDE_TIMESTAMP_ROOTS_FILE": str(roots),
        }.items():
            monkeypatch.setenv(name, value)
        one.mood, two.mood = Mood.BROKEN, Mood.WRONG_IMPRINT
        with pytest.raises(Suspicious, match=r"answered 500.*does not hold"):
            publish_head()
        two.mood = Mood.GOOD
        with pytest.raises(Unreachable, match="answered 500"):
            publish_head()
        one.mood = Mood.GOOD
        done = publish_head()
        assert done["new"] == 0
        assert done["entries"] == publish_head()["entries"]
        assert [len(authority.asked) for authority in (one, two)] == [1, 2]
