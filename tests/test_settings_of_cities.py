"""Many cities in one installation: a file of settings for each, and nothing that two of them share."""

from __future__ import annotations

from pathlib import Path

import pytest

from paloverde.errors import BadSetting
from paloverde.settings import load, load_cities, load_city
from paloverde.settings.cities import environ_of, names


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
        ("METRICS_TOKEN", "k" * 40),
        ("LINEAGE", "https://lineage.county.example"),
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
@pytest.mark.parametrize(
    "setting",
    ["INDEX_FOLDER", "BACKUP_FOLDER", "SIGNING_KEY_FILE", "CREDENTIAL_KEY_FILE", "PRIVILEGED_KEY_FILE"],
)
def test_no_citys_folder_or_key_lies_in_anothers(
    folder: Path, tmp_path: Path, setting: str, inside: str
) -> None:
    write(folder, "losolivos", f"PALOVERDE_{setting}={tmp_path}/palmaria{inside}")
    told = refusal(here(folder, CITY="losolivos"))
    assert f"PALOVERDE_{setting} of losolivos is {tmp_path}/palmaria{inside} and" in told
    assert "none within another's" in told


@pytest.mark.parametrize("setting", ["STORE", "SECOND_STORE", "LAKE", "LINEAGE"])
def test_what_lies_in_a_folder_lies_in_no_other_citys(folder: Path, tmp_path: Path, setting: str) -> None:
    write(folder, "losolivos", f"PALOVERDE_{setting}=file://{tmp_path}/palmaria/there")
    assert "none within another's" in refusal(here(folder, CITY="losolivos"))


def test_a_database_file_lies_in_no_other_citys_home(folder: Path, tmp_path: Path) -> None:
    write(folder, "losolivos", f"PALOVERDE_DATABASE=sqlite:///{tmp_path}/palmaria/../palmaria/paloverde.db")
    assert f"is {tmp_path}/palmaria/paloverde.db and" in refusal(here(folder, CITY="losolivos"))


def test_a_link_is_followed_to_where_it_leads(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "palmaria").mkdir()
    (tmp_path / "elsewhere").symlink_to(tmp_path / "palmaria")
    write(folder, "losolivos", f"PALOVERDE_INDEX_FOLDER={tmp_path}/elsewhere/index")
    assert f"PALOVERDE_INDEX_FOLDER of losolivos is {tmp_path}/palmaria/index" in refusal(
        here(folder, CITY="losolivos")
    )


def test_a_name_that_another_begins_with_is_another(folder: Path, tmp_path: Path) -> None:
    write(folder, "palmaria-north")
    assert load(here(folder, CITY="palmaria")).home == tmp_path / "palmaria"


@pytest.mark.parametrize("home", ["{}", "{}/.."])
def test_no_city_has_the_folder_of_all(folder: Path, home: str) -> None:
    """Its own IT could add people there who see to all cities, and its backups would hold all settings."""
    write(folder, "palmaria", "PALOVERDE_INDEX_FOLDER=" + home.format(folder))
    assert "the settings of all cities lie there" in refusal(here(folder, CITY="losolivos"))


@pytest.mark.parametrize(
    ("setting", "one", "other"),
    [
        ("DATABASE", "postgresql+psycopg://a:x@DB.county.example/p", "postgresql://b:y@db.county.example:5432/p"),
        ("DATABASE", "postgresql+psycopg:///p?host=/run/postgresql", "postgresql://b:y@127.0.0.1/p"),
        ("DESK_ADDRESS", "https://Desk.county.example", "https://desk.county.example:443/"),
        ("DELIVERY_ADDRESS", "https://files.county.example/a", "https://FILES.county.example/a/"),
        ("LINEAGE", "https://lineage.county.example/", "https://lineage.county.example:443"),
    ],
)  # fmt: skip
def test_another_spelling_is_no_other_thing(folder: Path, setting: str, one: str, other: str) -> None:
    write(folder, "palmaria", f"PALOVERDE_{setting}={one}")
    write(folder, "losolivos", f"PALOVERDE_{setting}={other}")
    assert f"losolivos and palmaria have the same PALOVERDE_{setting}" in refusal(
        here(folder, CITY="palmaria")
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://S3.county.example", "https://s3.county.example:443"),
        ("http://localhost:9000", "http://127.0.0.1:9000"),
        ("https://s3.us-west-2.amazonaws.com", None),
    ],
)
def test_a_bucket_is_found_by_another_spelling_of_its_server(
    folder: Path, one: str, other: str | None
) -> None:
    for city, endpoint in (("palmaria", one), ("losolivos", other)):
        told = [f"PALOVERDE_S3_ENDPOINT={endpoint}"] if endpoint else []
        keys = [f"PALOVERDE_S3_ACCESS_KEY={city}", "PALOVERDE_S3_SECRET_KEY=b"]
        write(folder, city, "PALOVERDE_STORE=s3://records", *told, *keys)
    assert "of losolivos is s3://records at" in refusal(here(folder, CITY="palmaria"))


def test_a_key_that_opens_one_citys_bucket_opens_none_of_anothers(folder: Path) -> None:
    write(folder, "losolivos", "PALOVERDE_S3_ACCESS_KEY=one", "PALOVERDE_S3_SECRET_KEY=b")
    write(folder, "palmaria", "PALOVERDE_SECOND_S3_ACCESS_KEY=one")
    told = refusal(here(folder, CITY="palmaria"))
    assert told.startswith(
        "PALOVERDE_S3_ACCESS_KEY of losolivos is PALOVERDE_SECOND_S3_ACCESS_KEY of palmaria"
    )


def test_a_second_copy_has_a_key_of_its_own_too(folder: Path) -> None:
    write(folder, "palmaria", "PALOVERDE_SECOND_STORE=s3://copies")
    assert "palmaria has no PALOVERDE_SECOND_S3_ACCESS_KEY" in refusal(here(folder, CITY="palmaria"))


def test_buckets_keep_apart_what_is_told_to_one_lineage_server(folder: Path) -> None:
    for city in ("palmaria", "losolivos"):
        keys = [f"PALOVERDE_S3_ACCESS_KEY={city}", "PALOVERDE_S3_SECRET_KEY=b"]
        lineage = "PALOVERDE_LINEAGE=https://lineage.county.example"
        write(folder, city, f"PALOVERDE_STORE=s3://{city}-records", *keys, lineage)
    assert load(here(folder, CITY="palmaria")).lineage == "https://lineage.county.example"


def sign_on(client: str, roles: str, issuer: str = "https://sso.county.example") -> list[str]:
    told = {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": client, "OIDC_ROLES": roles}
    return [f"PALOVERDE_{name}={value}" for name, value in told.items()]


def test_no_group_of_one_issuer_is_of_two_cities(folder: Path) -> None:
    """A file that was copied would let every clerk of one city in at the other's desk."""
    write(folder, "palmaria", *sign_on("pv-1", "pv-clerks=clerk"), "PALOVERDE_DESK_ADDRESS=https://a.example")

    def beside(*lines: str) -> dict[str, str]:
        write(folder, "losolivos", *lines, "PALOVERDE_DESK_ADDRESS=https://b.example")
        return here(folder, CITY="palmaria")

    assert "have the same PALOVERDE_OIDC_CLIENT_ID" in refusal(beside(*sign_on("pv-1", "lo=clerk")))
    told = refusal(beside(*sign_on("pv-2", "lo=it,pv-clerks=counsel")))
    assert "have the same group 'pv-clerks' in PALOVERDE_OIDC_ROLES" in told
    assert load(beside(*sign_on("pv-2", "lo-clerks=clerk"))).oidc_client_id == "pv-1"
    elsewhere = sign_on("pv-1", "pv-clerks=clerk", "https://sso.losolivos.example")
    assert load(beside(*elsewhere)).oidc_client_id == "pv-1"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("PALOVERDE_HOME=/elsewhere", "sets PALOVERDE_HOME a second time"),
        ('PALOVERDE_AGENCY_NAME="City of Palma Ria"', "has a quotation mark behind the ="),
        ("AWS_ACCESS_KEY_ID=key", "is not of the form PALOVERDE_NAME=value"),
    ],
)
def test_a_line_that_would_mean_something_else_is_refused(folder: Path, line: str, told: str) -> None:
    write(folder, "palmaria", line)
    assert f"Line 2 of {folder}/palmaria.env {told}" in refusal(here(folder, CITY="palmaria"))


def test_paths_begin_at_the_root(folder: Path, tmp_path: Path) -> None:
    """Else a command that starts in another folder would begin another archive."""
    write(folder, "palmaria", "PALOVERDE_INDEX_FOLDER=index")
    assert "PALOVERDE_INDEX_FOLDER is 'index', but must begin with /" in refusal(
        here(folder, CITY="palmaria")
    )
    (folder / "palmaria.env").write_text("PALOVERDE_AGENCY_NAME=City of Palma Ria\n")
    assert "PALOVERDE_HOME must be there" in refusal(here(folder, CITY="palmaria"))
    for strange in ("", "cities"):
        told = refusal({"PALOVERDE_CITIES": strange, "PALOVERDE_CITY": "palmaria"})
        assert "must be the path of a folder that begins with /" in told


def test_a_folder_that_others_can_write_to_is_refused(folder: Path) -> None:
    folder.chmod(0o777)
    assert f"run `chmod 700 {folder}`" in refusal(here(folder, CITY="palmaria"))


def test_a_city_that_was_taken_away_is_said_to_be_gone(folder: Path) -> None:
    """As a task of its finds it, whose DAG was read before."""
    (folder / "losolivos.env").unlink()
    for reading in (load_city, environ_of):
        with pytest.raises(BadSetting, match="serves palmaria, and 'losolivos' is none of them"):
            reading("losolivos", here(folder))


def test_one_bucket_is_one_citys_and_so_is_its_key(folder: Path) -> None:
    server = "PALOVERDE_S3_ENDPOINT=https://s3.county.example"
    key = ["PALOVERDE_S3_ACCESS_KEY=a", "PALOVERDE_S3_SECRET_KEY=b"]
    write(folder, "palmaria", "PALOVERDE_STORE=s3://records", server, *key)
    write(folder, "losolivos", "PALOVERDE_STORE=s3://records", server, *key)
    assert "have the same PALOVERDE_S3_ACCESS_KEY" in refusal(here(folder, CITY="palmaria"))
    write(folder, "losolivos", "PALOVERDE_STORE=s3://records", server, "PALOVERDE_S3_ACCESS_KEY=c", key[1])
    assert "s3://records at s3.county.example:443" in refusal(here(folder, CITY="palmaria"))
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
    assert told.endswith(f": Line 2 of {folder}/palmaria.env is not of the form PALOVERDE_NAME=value.")


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
