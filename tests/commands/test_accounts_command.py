"""`paloverde accounts` and `paloverde health`: what IT sees, and how a token comes in."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paloverde.cli import main
from paloverde.commands.accounts import _LONGEST
from paloverde.orchestration.airflow_parts import bare_environment
from paloverde.simulator.sites import SITES
from simulatedcity import ArchivedCity, archived_city

X = "x-cityofpalmaria"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArchivedCity]:
    """Accounts that are registered, and no token kept."""
    with archived_city(tmp_path) as city:
        monkeypatch.setenv("PALOVERDE_HOME", str(tmp_path))
        for name in SITES:
            monkeypatch.setenv(f"PALOVERDE_{name.upper()}_API", f"{city.sites.url}/{name}")
        monkeypatch.setenv("PALOVERDE_ALLOW_LOOPBACK_SITES", "true")
        monkeypatch.setenv("PALOVERDE_TOKEN_API", f"{city.sites.url}/tokens")
        monkeypatch.setenv("PALOVERDE_ATTEMPTS", "1")
        yield city


def hand_in(folder: Path, text: str) -> int:
    (folder / "handed-in").write_text(text)
    return main(["accounts", "token", X, str(folder / "handed-in")])


def test_a_token_comes_in_by_a_file_and_is_never_shown(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (known,) = [one for one in city.sites.accounts() if one["slug"] == X]
    assert hand_in(tmp_path, json.dumps(known["grant"])) == 0
    said = capsys.readouterr().out
    assert f"The token of {X} is kept." in said
    assert "The access token ends on " in said
    assert "It is renewed here before it ends." in said
    assert main(["health", X]) == 0
    assert main(["accounts"]) == 0
    assert main(["ledger"]) == 0
    said += "".join(capsys.readouterr())
    for secret in ("access_token", "refresh_token", "client_secret"):
        assert known["grant"][secret] not in said


def test_a_token_comes_in_by_a_pipe_of_the_shell(city: ArchivedCity, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "paloverde.cli", "accounts", "token", X],
        env=bare_environment() | {"PALOVERDE_HOME": str(tmp_path)},
        input=city.tokens[X],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert city.city.token_of(X) == city.tokens[X]


def test_there_is_no_way_to_give_a_token_in_the_words_of_the_command(city: ArchivedCity) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["accounts", "token", X, "a-file", "the-token"])
    assert ended.value.code == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\n", "it is empty"),
        ("x" * (_LONGEST + 1), "it is too long"),
        ("{", "begins like JSON"),
        ("a b", "spaces"),
    ],
)
def test_what_is_no_token_is_refused(
    city: ArchivedCity,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    why: str,
) -> None:
    assert hand_in(tmp_path, text) == 1
    assert why in capsys.readouterr().err
    assert not city.city.access.credentials.accounts()


def test_an_unknown_account_is_named_before_a_token_is_read(
    city: ArchivedCity, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["accounts", "token", "x-nobody"]) == 1
    assert "No account 'x-nobody' is registered" in capsys.readouterr().err


def test_the_list_says_health_last_night_runway_and_what_to_do(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["accounts"]) == 0
    said = capsys.readouterr().out
    assert "health: never checked" in said
    assert f"to do: `paloverde health {X}` asks whether its token lives" in said
    ends = datetime.now(UTC) + timedelta(days=12)
    handed_in = {"access_token": city.tokens[X], "expires_at": ends.isoformat()}
    assert hand_in(tmp_path, json.dumps(handed_in)) == 0
    assert main(["health", X]) == 0
    assert "runway: 12 days, the token ends on" in capsys.readouterr().out
    assert main(["archive", X]) == 0
    city.fault(kind="server_error", site="x", path="/2/dm_events", times=None)
    assert main(["archive", X, "--day", f"{datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}"]) == 0
    capsys.readouterr()
    assert main(["accounts"]) == 0
    said = capsys.readouterr().out
    assert "health: alive on " in said
    assert "with gaps" in said
    assert "last complete night: " in said
    assert "runway: 12 days, the token ends on " in said
    assert f"to do: sign in at the site again, then give the token to `paloverde accounts token {X}`" in said


def test_health_fails_where_somebody_must_act(
    city: ArchivedCity, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["health", X]) == 1
    assert "No token of" in capsys.readouterr().err
    ends = datetime.now(UTC) + timedelta(days=1)
    handed_in = {"access_token": city.tokens[X], "expires_at": ends.isoformat()}
    assert hand_in(tmp_path, json.dumps(handed_in)) == 0
    assert main(["health", X]) == 1
    said = capsys.readouterr()
    assert "runway: 1 day, the token ends on" in said.out
    assert "few days are left: sign in at the site again" in said.err
    city.fault(kind="server_error", site="x", times=None)
    assert main(["health", X]) == 75
