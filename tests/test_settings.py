"""Settings are one list, read once, frozen; wrong values refuse to start; secrets never print."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path

import pytest

from paloverde.errors import BadSetting
from paloverde.settings import FOR_TESTS, SETTINGS, Secret, Settings, load
from paloverde.settings.__main__ import reference

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "settings.md"


def refusal(**environ: str) -> str:
    with pytest.raises(BadSetting) as refused:
        load({f"PALOVERDE_{name}": value for name, value in environ.items()})
    return str(refused.value)


def test_an_empty_environment_gives_the_documented_defaults(tmp_path: Path) -> None:
    settings = load({"PALOVERDE_HOME": str(tmp_path)})
    assert settings.store == f"file://{tmp_path}/archive"
    assert settings.database.render_as_string() == f"sqlite:///{tmp_path}/paloverde.db"
    assert settings.signing_key_file == tmp_path / "signing-key.pem"
    assert settings.credential_key_file == tmp_path / "credential-key"
    assert (settings.lock_mode, settings.lock_years) == ("GOVERNANCE", 2)
    assert {"fbcdn.net", "twimg.com", "cdninstagram.com", "ytimg.com"} <= set(settings.media_hosts)
    assert settings.s3_access_key is None
    assert settings.allow_loopback_sites is False


def test_the_list_and_the_frozen_form_name_the_same_settings() -> None:
    assert [field.name for field in dataclasses.fields(Settings)] == [setting.name for setting in SETTINGS]


def test_a_file_variable_never_means_two_things() -> None:
    names = {setting.variable for setting in SETTINGS}
    assert not names & {f"{setting.variable}_FILE" for setting in SETTINGS if setting.secret}


def test_paths_do_not_depend_on_the_folder_a_later_process_starts_in() -> None:
    settings = load({})
    assert settings.home.is_absolute()
    assert settings.store.startswith("file:///")
    assert (settings.database.database or "").startswith("/")


def test_settings_cannot_be_changed_after_the_start() -> None:
    settings = load({})
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.lock_years = 1  # type: ignore[misc]


def test_a_misspelled_name_is_refused_with_the_right_one() -> None:
    assert (
        refusal(LOCK_YEAR="2") == "PALOVERDE_LOCK_YEAR is not a setting; did you mean PALOVERDE_LOCK_YEARS?"
    )


def test_a_foreign_name_is_refused_with_the_page_that_lists_them() -> None:
    assert refusal(QQQQ="1") == (
        "PALOVERDE_QQQQ is not a setting; docs/reference/settings.md lists all that are."
    )


def test_the_suites_own_names_and_other_programs_names_are_let_pass() -> None:
    assert load(dict.fromkeys(FOR_TESTS, "/somewhere") | {"PATH": "/bin", "AIRFLOW_HOME": "/x"}) == load({})


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("LOCK_YEARS", "1", "a whole number from 2 to 100"),
        ("LOCK_YEARS", "two", "a whole number from 2 to 100"),
        ("LOCK_YEARS", "2.5", "a whole number from 2 to 100"),
        ("LOCK_YEARS", "٣", "a whole number from 2 to 100"),
        ("LOCK_MODE", "governance", "GOVERNANCE or COMPLIANCE"),
        ("ALLOW_LOOPBACK_SITES", "yes", "true or false"),
        ("X_WORDS", "x", "auto, post or tweet"),
        ("STORE", "s3://Bucket", "file:///absolute/folder or s3://bucket"),
        ("STORE", "s3://bucket/folder", "file:///absolute/folder or s3://bucket"),
        ("STORE", "file://relative", "file:///absolute/folder or s3://bucket"),
        ("HOME", "/a?b", "the path of a file or folder, without ? # %"),
        ("HOME", "~nobody-of-that-name/x", "a path whose home folder (~) is known"),
        ("FACEBOOK_API_VERSION", "26", "a version such as v26.0"),
        (
            "S3_ENDPOINT",
            "localhost:9000",
            "an address such as https://host or https://host:port/path, without a user or password",
        ),
        (
            "X_API",
            "https://api.x.com/2?a=1",
            "an address such as https://host or https://host:port/path, without a user or password",
        ),
        ("MEDIA_HOSTS", "twimg.com,*", "host names with commas between them, such as fbcdn.net,twimg.com"),
        ("AGENCY_NAME", "City\nof", "one line of text"),
    ],
)
def test_a_wrong_value_is_refused_with_the_value_and_what_is_allowed(
    name: str, value: str, allowed: str
) -> None:
    assert refusal(**{name: value}) == f"PALOVERDE_{name} is {value!r}, but must be {allowed}."


@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS])
def test_an_empty_value_is_refused_rather_than_taken_for_the_default(name: str) -> None:
    assert refusal(**{name.upper(): ""}).startswith(f"PALOVERDE_{name.upper()} is empty;")


def test_a_secret_prints_as_dots_everywhere() -> None:
    settings = load({"PALOVERDE_S3_ACCESS_KEY": "key-of-the-vault", "PALOVERDE_S3_SECRET_KEY": "hush-hush"})
    assert settings.s3_secret_key is not None
    assert settings.s3_secret_key.reveal() == "hush-hush"
    shown = f"{settings} {settings!r} {settings.s3_secret_key} {settings.s3_secret_key!r:>20}"
    assert "••••" in shown
    assert "hush" not in shown
    assert "vault" not in shown


def test_a_secret_cannot_be_written_out() -> None:
    with pytest.raises(TypeError, match="not written anywhere"):
        pickle.dumps(Secret("hush-hush"))


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hush-hush\n", encoding="utf-8")
    settings = load({"PALOVERDE_S3_ACCESS_KEY": "key", "PALOVERDE_S3_SECRET_KEY_FILE": str(file)})
    assert settings.s3_secret_key == Secret("hush-hush")


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    assert refusal(S3_SECRET_KEY="a", S3_SECRET_KEY_FILE=str(tmp_path / "b")) == (
        "PALOVERDE_S3_SECRET_KEY and PALOVERDE_S3_SECRET_KEY_FILE are both set; keep one of them."
    )


def test_a_secret_file_that_is_missing_or_empty_is_refused(tmp_path: Path) -> None:
    missing, empty = tmp_path / "missing", tmp_path / "empty"
    empty.touch()
    assert refusal(S3_SECRET_KEY_FILE=str(missing)) == (
        f"PALOVERDE_S3_SECRET_KEY_FILE names {str(missing)!r}, which cannot be read: No such file or directory."
    )
    assert "PALOVERDE_S3_SECRET_KEY_FILE is empty" in refusal(S3_SECRET_KEY_FILE=str(empty))


def test_only_secrets_are_read_from_files() -> None:
    assert "PALOVERDE_LOCK_YEARS_FILE is not a setting" in refusal(LOCK_YEARS_FILE="/x")


def test_the_database_password_is_kept_and_never_shown() -> None:
    settings = load({"PALOVERDE_DATABASE": "postgresql+psycopg://clerk:hush-hush@db/paloverde"})
    assert settings.database.password == "hush-hush"
    assert "hush" not in f"{settings} {settings.database} {settings.database!r}"


@pytest.mark.parametrize(
    "wrong", ["clerk:hush-hush@db", "mysql://clerk:hush-hush@db/x", "postgresql://clerk:hush-hush@db"]
)
def test_a_wrong_database_address_is_refused_without_showing_it(wrong: str) -> None:
    message = refusal(DATABASE=wrong)
    assert message.startswith("PALOVERDE_DATABASE holds something else, but must be a database address")
    assert "hush" not in message


@pytest.mark.parametrize("wrong", ["sqlite://", "sqlite:///:memory:", "sqlite:///here.db"])
def test_a_database_that_other_processes_would_not_find_is_refused(wrong: str) -> None:
    assert "sqlite:////folder/file.db" in refusal(DATABASE=wrong)


def test_a_password_in_an_address_is_refused_without_showing_it() -> None:
    message = refusal(S3_ENDPOINT="https://clerk:hush-hush@host")
    assert "'https://••••@host'" in message
    assert "hush" not in message


def test_half_a_pair_of_keys_is_refused() -> None:
    assert "belong together" in refusal(S3_ACCESS_KEY="key")


@pytest.mark.parametrize(
    "site", ["http://graph.facebook.com", "http://127.0.0.1:8800", "https://localhost", "http://[::1]:80"]
)
def test_a_site_on_this_machine_or_without_https_is_refused(site: str) -> None:
    assert "must be https on another machine" in refusal(FACEBOOK_API=site)


def test_the_demo_may_use_a_site_on_this_machine_and_still_no_other_without_https() -> None:
    demo = {"PALOVERDE_ALLOW_LOOPBACK_SITES": "true"}
    assert load(demo | {"PALOVERDE_X_API": "http://127.0.0.1:8800/"}).x_api == "http://127.0.0.1:8800"
    assert "must be https" in refusal(ALLOW_LOOPBACK_SITES="true", X_API="http://api.x.com")


def test_the_reference_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run `make docs` and keep what it writes"


def test_every_setting_is_on_the_page_with_its_meaning() -> None:
    for setting in SETTINGS:
        assert f"| `{setting.variable}` |" in reference()
        assert setting.help in reference()
