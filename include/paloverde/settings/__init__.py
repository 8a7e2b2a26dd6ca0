"""Settings: one list (`settings.listed`), read once from the environment, then frozen.

`load(os.environ)` gives `Settings`, or raises `BadSetting` with one sentence that names the setting,
its value and what is allowed. Each name is read as `PALOVERDE_` and the name in capitals. A setting that
holds a secret can be given as a file instead (`PALOVERDE_S3_SECRET_KEY_FILE=/run/secrets/s3_secret_key`),
and its value is never part of a message. Where PALOVERDE_CITIES names a folder, it gives the settings of the
city that PALOVERDE_CITY names (`settings.cities`).

`python -m paloverde.settings` prints the reference page docs/reference/settings.md.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy.engine import URL

from paloverde.errors import BadSetting
from paloverde.settings import apart, cities, forms
from paloverde.settings.forms import Secret, WrongValue
from paloverde.settings.listed import PREFIX, SETTINGS, Setting

__all__ = [
    "FOR_TESTS",
    "PREFIX",
    "SETTINGS",
    "Secret",
    "Setting",
    "Settings",
    "load",
    "load_cities",
    "load_city",
    "value_of",
]

# Read by the test suite and `.ci/run` only; they are no settings of the product.
FOR_TESTS = (
    "PALOVERDE_REAL_SAMPLES",
    "PALOVERDE_API_SPECS",
    "PALOVERDE_VECTORS",
    "PALOVERDE_TEST_S3",
)
_SIGN_ON = ("oidc_client_id", "oidc_roles", "desk_address")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What `load` read. Paths are absolute. `SETTINGS` says what each means."""

    home: Path
    store: str
    s3_endpoint: str | None
    s3_region: str
    s3_access_key: Secret | None
    s3_secret_key: Secret | None
    s3_encryption: str
    destroy_s3_access_key: Secret | None
    destroy_s3_secret_key: Secret | None
    second_store: str | None
    second_s3_endpoint: str | None
    second_s3_region: str
    second_s3_access_key: Secret | None
    second_s3_secret_key: Secret | None
    second_s3_encryption: str
    second_destroy_s3_access_key: Secret | None
    second_destroy_s3_secret_key: Secret | None
    lock_mode: str
    lock_years: int
    database: URL  # prints with *** for the password; create_engine takes it as it is
    index_folder: Path
    lake: str | None
    signing_key_file: Path
    credential_key_file: Path
    privileged_key_file: Path
    token_api: str | None
    facebook_api: str
    facebook_api_version: str
    instagram_api: str
    x_api: str
    x_words: Literal["auto", "post", "tweet"]
    youtube_api: str
    youtube_units_per_day: int
    linkedin_api: str
    linkedin_version: str
    linkedin_calls_per_day: int
    nextdoor_api: str
    media_hosts: tuple[str, ...]
    allow_loopback_sites: bool
    allow_hiding: bool
    request_deadline_seconds: int
    attempts: int
    longest_wait_seconds: int
    max_body_mb: int
    max_media_mb: int
    since_days: int
    sweep_minutes: int
    sweep_watch_days: int
    look_again_days: int
    look_ups_per_night: int
    mass_disappearance_items: int
    mass_disappearance_percent: int
    fixity_days: int
    fixity_budget_mb: int
    disposition_wait_days: int
    reasonable_years: int
    request_tail_days: int
    reminder_days: int
    log_origin: str | None
    timestamp_authorities: tuple[str, ...] | None
    timestamp_roots_file: Path | None
    witnesses: tuple[str, ...] | None
    agency_name: str
    fonts_folder: Path | None
    records_office: str | None
    archive_location: str | None
    delivery_address: str | None
    delivery_days: int
    delivery_downloads: int
    desk_address: str | None
    desk_idle_minutes: int
    desk_hours: int
    desk_passwords: bool
    leaked_passwords: Path | None
    oidc_issuer: str | None
    oidc_client_id: str | None
    oidc_client_secret: Secret | None
    oidc_claim: str
    oidc_roles: tuple[str, ...] | None
    city_domains: tuple[str, ...] | None
    clock_skew_seconds: int
    alerts_it: tuple[str, ...] | None
    alerts_clerk: tuple[str, ...] | None
    alerts_counsel: tuple[str, ...] | None
    alerts_again_hours: int
    alerts_webhook: Secret | None
    mail_server: tuple[str, int] | None
    mail_security: Literal["starttls", "tls", "none"]
    mail_user: str | None
    mail_password: Secret | None
    mail_from: str | None
    disk_low_percent: int
    backup_folder: Path | None
    metrics_token: Secret | None
    lineage: str | None


def load(environ: Mapping[str, str]) -> Settings:
    """Read every setting from `environ`, once; of many cities, those of the chosen one.

    Raises `BadSetting` for the first unknown name, wrong value or pair that does not fit together.
    """
    if cities.FOLDER not in environ:
        return _load(environ)
    return load_city(cities.chosen(environ), environ)


def load_city(city: str, environ: Mapping[str, str]) -> Settings:
    """The settings of one of many cities. `BadSetting`, too, where two cities would share something."""
    loaded = load_cities(environ)
    if city not in loaded:
        raise cities.no_such(city, environ)
    return loaded[city]


def load_cities(environ: Mapping[str, str]) -> dict[str, Settings]:
    """The settings of each of many cities, by name."""
    _refuse_beside(environ)
    loaded = {}
    for name in cities.names(environ):
        try:
            told = cities.environ_of(name, environ)
            _refuse_relative(told)
            loaded[name] = _load(told)
        except BadSetting as error:
            raise BadSetting(f"The settings of {name}: {error}") from None
    apart.refuse_shared(cities.folder(environ), loaded)
    return loaded


def value_of(name: str, environ: Mapping[str, str]) -> Any:
    """One setting by itself, where the others must not be read (no file, no secret)."""
    return _value(next(setting for setting in SETTINGS if setting.name == name), environ, home=None)


def _load(environ: Mapping[str, str]) -> Settings:
    _refuse_unknown(environ)
    home = _value(SETTINGS[0], environ, home=None)
    values = {setting.name: _value(setting, environ, home=home) for setting in SETTINGS[1:]}
    settings = Settings(home=home, **values)
    _refuse_misfits(settings)
    return settings


def _refuse_beside(environ: Mapping[str, str]) -> None:
    """Where there are many cities, a setting beside their files would be meant for one and read by none."""
    beside = sorted(set(_variables()) & set(environ))
    if beside:
        raise BadSetting(
            f"{beside[0]} is set beside {cities.FOLDER}: with many cities, each setting stands in the file "
            f"of its city, in {environ[cities.FOLDER]}."
        )


def _refuse_relative(environ: Mapping[str, str]) -> None:
    """A path must not depend on who reads it where: two cities' could meet in some folder, or part there."""
    for setting in SETTINGS:
        path = environ.get(setting.variable, "" if setting.name == "home" else "/")
        if setting.parse is forms.path and not path.startswith("/"):
            raise BadSetting(
                f"{setting.variable} must be there, with a path that begins with /."
                if not path
                else f"{setting.variable} is {path!r}, but must begin with / where there are many cities."
            )


def _variables() -> list[str]:
    """Every name that is read of the environment."""
    return [setting.variable for setting in SETTINGS] + [
        f"{setting.variable}_FILE" for setting in SETTINGS if setting.secret
    ]


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = _variables()
    if cities.CHOSEN in environ:
        raise BadSetting(
            f"{cities.CHOSEN} is set, and {cities.FOLDER} is not: it names the folder with a file of "
            "settings for each city."
        )
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known and name not in FOR_TESTS:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
            advice = f"did you mean {near[0]}?" if near else "docs/reference/settings.md lists all that are."
            raise BadSetting(f"{name} is not a setting; {advice}")


def _value(setting: Setting, environ: Mapping[str, str], home: Path | None) -> Any:
    name, text = _given(setting, environ)
    if text is None:
        if setting.default is None:
            return None
        text = setting.default.format(home=home)
    if not text:
        raise BadSetting(f"{name} is empty; give it a value, or take it out to have the default.")
    parse = Secret if setting.secret and setting.parse is forms.line else setting.parse
    try:
        return parse(text)
    except WrongValue as wrong:
        shown = "holds something else" if setting.secret else f"is {_without_password(text)!r}"
        raise BadSetting(f"{name} {shown}, but must be {wrong}.") from None


def _without_password(text: str) -> str:
    """`text` as it may be shown, should somebody have put a password into an address."""
    return re.sub(r"//[^/]*@", "//••••@", text)


def _given(setting: Setting, environ: Mapping[str, str]) -> tuple[str, str | None]:
    """The variable that was used, and its text; secrets may lie in the file that `…_FILE` names."""
    name, file_name = setting.variable, f"{setting.variable}_FILE"
    if not setting.secret or file_name not in environ:
        return name, environ.get(name)
    if name in environ:
        raise BadSetting(f"{name} and {file_name} are both set; keep one of them.")
    path = Path(environ[file_name])
    try:
        return file_name, path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise BadSetting(f"{file_name} names {str(path)!r}, which cannot be read: {why}.") from None


def _refuse_misfits(settings: Settings) -> None:
    if (settings.s3_access_key is None) != (settings.s3_secret_key is None):
        raise BadSetting(
            "PALOVERDE_S3_ACCESS_KEY and PALOVERDE_S3_SECRET_KEY belong together; one of them is missing."
        )
    _refuse_half_a_sign_on(settings)
    for told in (settings.timestamp_authorities or (), settings.witnesses or ()):
        _refuse_this_machine(told, loopback=settings.allow_loopback_sites)
    _refuse_half_a_mail(settings)
    for name in (setting.name for setting in SETTINGS if setting.name.endswith("api")):
        address = getattr(settings, name)
        if address is not None and not _may_be_asked(address, loopback=settings.allow_loopback_sites):
            raise BadSetting(
                f"{PREFIX}{name.upper()} is {address!r}, but must be https on another machine; "
                "only the demo and tests set PALOVERDE_ALLOW_LOOPBACK_SITES=true for a site on this one."
            )


def _refuse_half_a_mail(settings: Settings) -> None:
    """Alerts that nobody gets are noticed now, not on the day that one is needed."""
    if (settings.mail_user is None) != (settings.mail_password is None):
        raise BadSetting(
            "PALOVERDE_MAIL_USER and PALOVERDE_MAIL_PASSWORD belong together; one of them is missing."
        )
    addressed = [name for name in ("alerts_it", "alerts_clerk", "alerts_counsel") if getattr(settings, name)]
    wanted = [name for name in ("mail_server", "mail_from") if not getattr(settings, name)]
    missing = [f"{PREFIX}{name.upper()}" for name in wanted]
    if addressed and missing:
        raise BadSetting(f"{PREFIX}{addressed[0].upper()} is set; mail also needs {' and '.join(missing)}.")
    if addressed and settings.alerts_it is None:
        raise BadSetting(
            f"{PREFIX}{addressed[0].upper()} is set and PALOVERDE_ALERTS_IT is not: most alerts are for IT."
        )
    host = settings.mail_server[0] if settings.mail_server else ""
    if settings.mail_security == "none" and host and not forms.is_loopback(host):
        raise BadSetting(
            f"PALOVERDE_MAIL_SECURITY is none, and the mail server {host} is another machine: take starttls "
            "or tls."
        )
    for name, told in (("ALERTS_WEBHOOK", settings.alerts_webhook), ("LINEAGE", settings.lineage)):
        address = told.reveal() if isinstance(told, Secret) else told
        if (
            address
            and not address.startswith("file:")
            and not _may_be_asked(address, loopback=settings.allow_loopback_sites)
        ):
            raise BadSetting(
                f"{PREFIX}{name} must be https on another machine; only tests set "
                "PALOVERDE_ALLOW_LOOPBACK_SITES=true for an address on this one."
            )


def _refuse_half_a_sign_on(settings: Settings) -> None:
    """What single sign-on takes belongs together, and a desk that nobody can sign in to is a mistake."""
    needed = {name: getattr(settings, name) for name in _SIGN_ON}
    missing = [f"{PREFIX}{name.upper()}" for name, value in needed.items() if value is None]
    if settings.oidc_issuer is None:
        if not settings.desk_passwords:
            raise BadSetting(
                "PALOVERDE_DESK_PASSWORDS is false and PALOVERDE_OIDC_ISSUER is not set: nobody could sign "
                "in."
            )
        return
    if missing:
        raise BadSetting(f"PALOVERDE_OIDC_ISSUER is set; single sign-on also needs {', '.join(missing)}.")
    if not _may_be_asked(settings.oidc_issuer, loopback=settings.allow_loopback_sites):
        raise BadSetting(
            f"PALOVERDE_OIDC_ISSUER is {settings.oidc_issuer!r}, but must be https on another machine; only "
            "tests set PALOVERDE_ALLOW_LOOPBACK_SITES=true for an issuer on this one."
        )


def _refuse_this_machine(addresses: tuple[str, ...], *, loopback: bool) -> None:
    """Who vouches for the ledger is another machine. Plain http may be: what they answer is signed."""
    for address in (text.rpartition(" ")[2] for text in addresses):
        if forms.is_loopback(urlsplit(address).hostname or "") and not loopback:
            raise BadSetting(
                f"{address!r} is on this machine, and a timestamp authority or a witness must be outside of "
                "the City; only the demo and tests set PALOVERDE_ALLOW_LOOPBACK_SITES=true."
            )


def _may_be_asked(address: str, *, loopback: bool) -> bool:
    parts = urlsplit(address)
    if forms.is_loopback(parts.hostname or ""):
        return loopback
    return parts.scheme == "https"
