"""`paloverde watch hide`, `hidden` and `show-again`, as whoever has a shell sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hidingcity import PROFANE, hiding_city
from paloverde.cli import main
from paloverde.desk.people import People, Role
from paloverde.simulator.city import State
from paloverde.simulator.sites import SITES

PASSWORD = "a long and winding password"


@pytest.mark.slow
def test_a_round_lists_what_it_hid_and_a_person_shows_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with hiding_city(tmp_path / "home") as city:
        url = city.archived.sites.url
        told = {
            "HOME": str(tmp_path / "home"), "ALLOW_LOOPBACK_SITES": "true", "ALLOW_HIDING": "true",
            "TOKEN_API": f"{url}/tokens", **{f"{name.upper()}_API": f"{url}/{name}" for name in SITES},
        }  # fmt: skip
        for name, value in told.items():
            monkeypatch.setenv(f"PALOVERDE_{name}", value)
        profane = city.say(PROFANE)
        city.night()
        assert main(["watch", "hide"]) == 0
        assert capsys.readouterr().out == "No hiding rule counts: nothing was hidden.\n"
        city.rule()
        assert main(["watch", "hide", "--account", city.slug, "--dry-run"]) == 0
        said = capsys.readouterr().out
        assert f"Proposed: {city.item(profane)}" in said
        assert "“frack”" in said
        assert city.truth(profane).state is State.PRESENT
        assert main(["watch", "hide"]) == 0
        assert f"Hidden: {city.item(profane)}" in capsys.readouterr().out
        assert main(["watch", "hidden"]) == 0
        said = capsys.readouterr().out
        assert "profanity (hide): Version 1 counts" in said
        assert "1 comment on record, 0 comments proposed." in said
        assert "decided by the rule alone" in said
        secret = tmp_path / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        people = People(tmp_path / "home" / "users.json")
        people.put("cleo", "Cleo Park", Role.CLERK, PASSWORD)
        people.put("ada", "Ada Moss", Role.AUDITOR, PASSWORD)
        again = ["watch", "show-again", city.item(profane), "--reason", "It quotes a film."]
        signed = ["--password-file", str(secret)]
        assert main([*again, "--as", "ada", *signed]) == 1
        assert "`show-again` needs" in capsys.readouterr().err
        assert city.truth(profane).state is State.HIDDEN
        assert main([*again, "--as", "cleo", *signed]) == 0
        assert "No rule hides it any more." in capsys.readouterr().out
        assert str(city.truth(profane).state) == State.PRESENT
        assert main([*again, "--as", "cleo", *signed]) == 1
        assert "it is shown again" in capsys.readouterr().err
