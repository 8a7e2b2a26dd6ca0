"""Many cities in one installation: a file of settings for each, and nothing that two of them share."""

from __future__ import annotations

from pathlib import Path

import pytest

from paloverde.errors import BadSetting
from paloverde.settings import load, load_cities, load_city
from paloverde.settings.cities import names


def write(folder: Path, city: str, *lines: str) -> None:
    folder.mkdir(exist_ok=True)
    file = folder / f"{city}.env"
    file.write_text("\n".join([f"PALOVERDE_HOME={folder.parent / city}", *lines]), encoding="utf-8")
    file.chmod(0o600)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "cities", "palmaria", "# Palma Ria's own", "", "PALOVERDE_AGENCY_NAME=City of Palma Ria")
    write(tmp_path / "cities", "losolivos", "PALOVERDE_AGENCY_NAME=City of Los Olivos = in the hills")
    return tmp_path / "cities"


def here(folder: Path, **more: str) -> dict[str, str]:
    return {
        "PALOVERDE_CITIES": str(folder),
        "PATH": "/bin",
        **{f"PALOVERDE_{name}": it for name, it in more.items()},
    }


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(BadSetting) as refused:
        load(environ)
    return str(refused.value)


def test_each_city_has_its_own_settings(folder: Path, tmp_path: Path) -> None:
    cities = load_cities(here(folder))
    assert list(cities) == ["losolivos", "palmaria"]
    assert cities["palmaria"].agency_name == "City of Palma Ria"
    assert cities["losolivos"].agency_name == "City of Los Olivos = in the hills"
    assert cities["palmaria"].signing_key_file == tmp_path / "palmaria" / "signing-key.pem"
    assert load_city("palmaria", here(folder)) == cities["palmaria"] == load(here(folder, CITY="palmaria"))


def test_an_installation_of_one_city_has_no_names() -> None:
    assert names({"PALOVERDE_HOME": "/x"}) == ()


def test_a_command_must_say_which_city_it_means(folder: Path) -> None:
    assert "serves losolivos, palmaria, and PALOVERDE_CITY does not say which is meant" in refusal(
        here(folder)
    )
    assert "'vista' is none of them" in refusal(here(folder, CITY="vista"))
    assert "PALOVERDE_CITIES is not" in refusal({"PALOVERDE_CITY": "palmaria"})


def test_a_setting_beside_the_files_would_be_nobodys(folder: Path) -> None:
    told = refusal(here(folder, CITY="palmaria", LOCK_YEARS="3"))
    assert told.startswith("PALOVERDE_LOCK_YEARS is set beside PALOVERDE_CITIES")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("DATABASE", "postgresql+psycopg://paloverde:word@db/paloverde"),
        ("LOG_ORIGIN", "archive.county.example/ledger"),
        ("SIGNING_KEY_FILE", "/etc/one-key.pem"),
        ("CREDENTIAL_KEY_FILE", "/etc/one-key"),
        ("DESK_ADDRESS", "https://desk.county.example"),
    ],
)
def test_what_two_cities_would_share_is_refused_without_showing_it(
    folder: Path, setting: str, value: str
) -> None:
    for city in ("palmaria", "losolivos"):
        write(folder, city, f"PALOVERDE_{setting}={value}")
    told = refusal(here(folder, CITY="palmaria"))
    assert told == f"losolivos and palmaria have the same PALOVERDE_{setting}: each city needs its own."


@pytest.mark.parametrize("inside", ["", "/within"])
def test_no_citys_folder_lies_in_anothers(folder: Path, tmp_path: Path, inside: str) -> None:
    write(folder, "losolivos", f"PALOVERDE_INDEX_FOLDER={tmp_path}/palmaria{inside}")
    assert "none within another's" in refusal(here(folder, CITY="losolivos"))


def test_one_bucket_is_one_citys_and_so_is_its_key(folder: Path) -> None:
    server = "PALOVERDE_S3_ENDPOINT=https://s3.county.example"
    key = ["PALOVERDE_S3_ACCESS_KEY=a", "PALOVERDE_S3_SECRET_KEY=b"]
    write(folder, "palmaria", "PALOVERDE_STORE=s3://records", server, *key)
    write(folder, "losolivos", "PALOVERDE_STORE=s3://records", server, *key)
    assert "have the same PALOVERDE_S3_ACCESS_KEY" in refusal(here(folder, CITY="palmaria"))
    write(folder, "losolivos", "PALOVERDE_STORE=s3://records", server, "PALOVERDE_S3_ACCESS_KEY=c", key[1])
    assert "s3://records at https://s3.county.example" in refusal(here(folder, CITY="palmaria"))
    write(folder, "losolivos", "PALOVERDE_STORE=s3://other", server)
    assert "the machine's role would open every bucket" in refusal(here(folder, CITY="palmaria"))
    write(folder, "losolivos", "PALOVERDE_STORE=s3://other", server, "PALOVERDE_S3_ACCESS_KEY=c", key[1])
    assert load(here(folder, CITY="losolivos")).store == "s3://other"


def test_a_file_that_others_can_read_is_refused(folder: Path) -> None:
    (folder / "palmaria.env").chmod(0o644)
    assert f"run `chmod 600 {folder}/palmaria.env`" in refusal(here(folder, CITY="losolivos"))


def test_a_line_that_is_not_understood_is_named_and_not_shown(folder: Path) -> None:
    write(folder, "palmaria", "export SECRET")
    told = refusal(here(folder, CITY="palmaria"))
    assert told.endswith(f": Line 2 of {folder}/palmaria.env is not of the form NAME=value.")


def test_no_file_chooses_another_city(folder: Path) -> None:
    write(folder, "palmaria", "PALOVERDE_CITY=losolivos")
    assert "which no city's file may" in refusal(here(folder, CITY="palmaria"))


@pytest.mark.parametrize("name", ["Palma Ria", "x", "palma.ria", "1palma", "palma/ria"[:5] + "_"])
def test_a_strange_name_is_refused(folder: Path, name: str) -> None:
    write(folder, name)
    assert "cannot be a city's file" in refusal(here(folder, CITY="palmaria"))


def test_an_empty_folder_and_a_missing_one_are_told(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert "no file there ends with .env" in refusal(here(tmp_path / "none"))
    assert "cannot be read: No such file or directory" in refusal(here(tmp_path / "nowhere"))


def test_a_misspelled_setting_in_a_file_is_refused(folder: Path) -> None:
    write(folder, "palmaria", "PALOVERDE_LOCK_YEAR=3")
    told = refusal(here(folder, CITY="losolivos"))
    assert told.startswith("The settings of palmaria: PALOVERDE_LOCK_YEAR is not a setting; did you mean")
