"""The one list of settings: name, default, help. Read once from the environment, then frozen.

`load(os.environ)` gives `Settings`, or raises `BadSetting` with one sentence that names the setting,
its value and what is allowed. Each name is read as `PALOVERDE_` and the name in capitals. A setting that
holds a secret can be given as a file instead (`PALOVERDE_S3_SECRET_KEY_FILE=/run/secrets/s3_secret_key`),
and its value is never part of a message.

`python -m paloverde.settings` prints the reference page docs/reference/settings.md.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy.engine import URL

from paloverde.errors import BadSetting
from paloverde.settings import forms
from paloverde.settings.forms import Secret, WrongValue

__all__ = ["FOR_TESTS", "PREFIX", "SETTINGS", "Secret", "Setting", "Settings", "load", "value_of"]

PREFIX = "PALOVERDE_"
# Read by the test suite and `.ci/run` only; they are no settings of the product.
FOR_TESTS = (
    "PALOVERDE_REAL_SAMPLES",
    "PALOVERDE_API_SPECS",
    "PALOVERDE_VECTORS",
    "PALOVERDE_TEST_S3",
)


@dataclass(frozen=True)
class Setting:
    """One setting. `default` is text as it would be given; `{home}` stands for the setting `home`."""

    name: str
    default: str | None
    help: str
    secret: bool = False
    parse: Callable[[str], Any] = forms.line

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()


# fmt: off
SETTINGS: tuple[Setting, ...] = (
    Setting("home", ".paloverde",
            "Folder of everything that this installation keeps on its own disk.", parse=forms.path),
    Setting("store", "file://{home}/archive",
            "Where the archive lies: `file:///folder` (guarded by this program only) or `s3://bucket` "
            "(Object Lock).", parse=forms.store),
    Setting("s3_endpoint", None,
            "Address of the S3 server; none means AWS. https between machines.", parse=forms.address),
    Setting("s3_region", "us-east-1", "Region of the bucket."),
    Setting("s3_access_key", None,
            "Access key of the bucket; none leaves it to the machine's role.", secret=True),
    Setting("s3_secret_key", None, "Secret key that belongs to it.", secret=True),
    Setting("destroy_s3_access_key", None,
            "Access key of a user who may delete versions whose lock has ended: used by approved "
            "dispositions only. None: nothing can be destroyed. (A directory has no keys and needs none.)",
            secret=True),
    Setting("destroy_s3_secret_key", None, "Secret key that belongs to it.", secret=True),
    Setting("second_store", None,
            "Where the second copy lies, another place under other credentials: `file:///folder` or "
            "`s3://bucket`. None: there is no second copy, and the Trusted System Statement says so.",
            parse=forms.store),
    Setting("second_s3_endpoint", None, "Address of the second copy's S3 server.", parse=forms.address),
    Setting("second_s3_region", "us-east-1", "Region of the second copy's bucket."),
    Setting("second_s3_access_key", None, "Access key of the second copy's bucket.", secret=True),
    Setting("second_s3_secret_key", None, "Secret key that belongs to it.", secret=True),
    Setting("second_destroy_s3_access_key", None,
            "Like `destroy_s3_access_key`, for the second copy: what is destroyed is destroyed in both.",
            secret=True),
    Setting("second_destroy_s3_secret_key", None, "Secret key that belongs to it.", secret=True),
    Setting("lock_mode", "GOVERNANCE",
            "How S3 locks objects. COMPLIANCE cannot be undone by anyone until the lock ends; it is refused "
            "on a store that fails `paloverde doctor`.", parse=forms.one_of("GOVERNANCE", "COMPLIANCE")),
    Setting("lock_years", "2",
            "Years that each night's objects stay locked. Two is the least for city records "
            "(Gov. Code 34090(d)).", parse=forms.whole(2, 100)),
    Setting("database", "sqlite:///{home}/paloverde.db",
            "SQLAlchemy address of the commit log and registers. PostgreSQL in production.",
            secret=True, parse=forms.database),
    Setting("index_folder", "{home}/index",
            "Folder of the search index, on a disk of this machine. It is derived from the archive and needs "
            "no backup; private messages are in it.", parse=forms.path),
    Setting("signing_key_file", "{home}/signing-key.pem",
            "Ed25519 private key that signs the seals (PEM, readable by this program only).",
            parse=forms.path),
    Setting("credential_key_file", "{home}/credential-key",
            "Key that seals the accounts' tokens in the database (made at first use, readable by this "
            "program only). Keep a copy apart from the database's backup.", parse=forms.path),
    Setting("privileged_key_file", "{home}/privileged-key",
            "Key that seals counsel's privileged notes (made at first use, readable by this program only). "
            "Keep a copy apart from the archive.", parse=forms.path),
    Setting("token_api", None,
            "Where tokens are renewed in place of the sites' own addresses: for the demo and tests only.",
            parse=forms.api),
    Setting("facebook_api", "https://graph.facebook.com", "Address of the Graph API.", parse=forms.api),
    Setting("facebook_api_version", "v26.0",
            "Version of the Graph API that is asked for, for Facebook and Instagram.", parse=forms.version),
    Setting("instagram_api", "https://graph.facebook.com",
            "Address of the Graph API for Instagram.", parse=forms.api),
    Setting("x_api", "https://api.x.com", "Address of the X API v2.", parse=forms.api),
    Setting("x_words", "auto",
            "Vocabulary of the X API: post (`post.fields`), tweet (`tweet.fields`), or auto to find out.",
            parse=forms.one_of("auto", "post", "tweet")),
    Setting("youtube_api", "https://www.googleapis.com/youtube/v3",
            "Address of the YouTube Data API.", parse=forms.api),
    Setting("youtube_units_per_day", "10000",
            "Units of quota that Google grants the project each day.", parse=forms.whole(1, 1_000_000_000)),
    Setting("linkedin_api", "https://api.linkedin.com/rest",
            "Address of LinkedIn's Community Management API.", parse=forms.api),
    Setting("linkedin_version", "202608",
            "Version of that API that is asked for, as YYYYMM; each lives for a year.", parse=forms.month),
    Setting("linkedin_calls_per_day", "500",
            "Calls that LinkedIn grants the app each day; its page Analytics shows them.",
            parse=forms.whole(1, 1_000_000_000)),
    Setting("nextdoor_api", "https://nextdoor.com/external/api/partner/v1",
            "Address of Nextdoor's partner API.", parse=forms.api),
    Setting("media_hosts", "fbcdn.net,fbsbx.com,twimg.com,cdninstagram.com,ytimg.com,ggpht.com,"
            "yt3.googleusercontent.com,licdn.com,nextdoor.com",
            "Hosts, with all names under them, that pictures and videos may be fetched from.",
            parse=forms.host_names),
    Setting("allow_loopback_sites", "false",
            "true permits sites and media on this machine over plain http: for the demo and tests only.",
            parse=forms.flag),
    Setting("request_deadline_seconds", "60",
            "A request that takes longer is given up and tried again.", parse=forms.whole(1, 3600)),
    Setting("attempts", "5", "How often one request is tried before it becomes a gap.",
            parse=forms.whole(1, 20)),
    Setting("longest_wait_seconds", "900",
            "A pause that a site asks for is waited for up to this long; a longer one ends the run until its "
            "next try.", parse=forms.whole(0, 86_400)),
    Setting("max_body_mb", "64", "The largest answer of a site that is read, in MiB.",
            parse=forms.whole(1, 1024)),
    Setting("max_media_mb", "4096",
            "The largest picture or video that is fetched, in MiB.", parse=forms.whole(1, 1_048_576)),
    Setting("since_days", "45",
            "The nightly listing of posts goes back this many days.", parse=forms.whole(1, 36_500)),
    Setting("sweep_minutes", "15",
            "Between nights, what is new is looked for this often, in minutes; a site whose daily budget "
            "does not allow it is asked less often.", parse=forms.whole(5, 59)),
    Setting("sweep_watch_days", "3",
            "Posts of this many days, and those commented on since, are watched for new comments between "
            "nights.", parse=forms.whole(1, 365)),
    Setting("look_again_days", "30",
            "No item goes longer than this without being looked at, and no older post without being asked "
            "for new comments.", parse=forms.whole(1, 3650)),
    Setting("look_ups_per_night", "2000",
            "The most direct look-ups per account and night.", parse=forms.whole(1, 10_000_000)),
    Setting("mass_disappearance_items", "20",
            "This many items gone from one account in a night stop the check for a person to look.",
            parse=forms.whole(1, 1_000_000)),
    Setting("mass_disappearance_percent", "10",
            "So does this share of the account's items, in percent.", parse=forms.whole(1, 100)),
    Setting("fixity_days", "30",
            "Every stored object is read and compared again within this many days.",
            parse=forms.whole(1, 3650)),
    Setting("fixity_budget_mb", "10000",
            "The most that one fixity check reads, in MiB.", parse=forms.whole(1, 1_000_000_000)),
    Setting("disposition_wait_days", "30",
            "Days that a dry-run report of what would be destroyed lies open before anything can be.",
            parse=forms.whole(1, 3650)),
    Setting("reasonable_years", "2",
            "Years that deleted content of an official's own account is kept: the policy's reasonable time "
            "(V.E.4(d)).", parse=forms.whole(2, 100)),
    Setting("request_tail_days", "90",
            "Days that records stay kept after the records request that concerns them is closed.",
            parse=forms.whole(0, 3650)),
    Setting("reminder_days", "7",
            "A custodian who has not acknowledged a litigation hold is reminded after this many days.",
            parse=forms.whole(1, 365)),
    Setting("log_origin", None,
            "The name of the ledger's log on its signed heads: a host name of the City and a path, without "
            "https://. It must never change, and nothing is published before it is set.",
            parse=forms.origin),
    Setting("timestamp_authorities", None,
            "Addresses of two RFC 3161 timestamp authorities with a comma between them.",
            parse=forms.addresses),
    Setting("timestamp_roots_file", None,
            "Root certificates (PEM) of the timestamp authorities, which every token is verified against.",
            parse=forms.path),
    Setting("witnesses", None,
            "Witnesses outside of the City that signed heads are sent to (C2SP tlog-witness): of each its "
            "verifier key and its address, with a space between, and commas between witnesses.",
            parse=forms.witnesses),
    Setting("agency_name", "City (PALOVERDE_AGENCY_NAME is not set)",
            "Name of the agency on pages, letters and bundles."),
    Setting("fonts_folder", None,
            "Folder with further fonts for PDF (.ttf, .otf, .ttc), for scripts that the packaged ones lack. "
            "What is installed elsewhere on the machine is not used: name its folder to use it.",
            parse=forms.path),
    Setting("records_office", None,
            "How the public reaches the office that answers records requests, as letters print it: office, "
            "address, telephone, e-mail. No letter is sent before it is set."),
    Setting("archive_location", None,
            "Where the archive's machines stand, as letters tell requesters (Gov. Code 7922.600(a)): "
            "a building and its address, or a provider's region."),
    Setting("delivery_address", None,
            "Public address of the web server before the links to released bundles, such as "
            "https://records.city.example. No link can be given out before it is set.", parse=forms.api),
    Setting("delivery_days", "14",
            "Days that a link to a released bundle works, where nobody says otherwise.",
            parse=forms.whole(1, 60)),
    Setting("delivery_downloads", "10",
            "Downloads that a link allows, where nobody says otherwise.", parse=forms.whole(1, 100)),
    Setting("desk_address", None,
            "Public address of the desk as its own service, such as https://desk.city.example. It answers "
            "under this name alone, and to this machine. Needed for single sign-on; with https its cookie "
            "goes over TLS only.", parse=forms.address),
    Setting("desk_idle_minutes", "30",
            "Whoever does nothing at the desk for this long signs in again (the desk as its own service).",
            parse=forms.whole(1, 1440)),
    Setting("desk_hours", "10",
            "Whoever signed in this long ago signs in again, however busy (the desk as its own service).",
            parse=forms.whole(1, 24)),
    Setting("desk_passwords", "true",
            "false: nobody signs in at the desk's own service with a password, only by single sign-on.",
            parse=forms.flag),
    Setting("oidc_issuer", None,
            "Issuer of the City's single sign-on (OpenID Connect), exactly as it calls itself. None: "
            "passwords only.", parse=forms.issuer),
    Setting("oidc_client_id", None, "The desk's client id at the issuer."),
    Setting("oidc_client_secret", None,
            "Its secret there; none where the issuer knows the desk as a public client.", secret=True),
    Setting("oidc_claim", "groups", "The claim of the ID token that names a person's groups or app roles."),
    Setting("oidc_roles", None,
            "Which group has which role, such as `clerks=clerk,attorneys=counsel`; of several the first "
            "counts, and whoever has none is refused.", parse=forms.pairs),
    Setting("city_domains", None,
            "Names of the City's own website, with all names under them, with commas between them. Checks of "
            "the policy ask for pages there alone; without it none is asked for. A web server of the City's "
            "at a private address (10.1.2.3) is asked only where that address stands here, too.",
            parse=forms.host_names),
    Setting("clock_skew_seconds", "120",
            "How far this machine's clock may be from the sites' before a run stops.",
            parse=forms.whole(0, 86_400)),
)
# fmt: on
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
    destroy_s3_access_key: Secret | None
    destroy_s3_secret_key: Secret | None
    second_store: str | None
    second_s3_endpoint: str | None
    second_s3_region: str
    second_s3_access_key: Secret | None
    second_s3_secret_key: Secret | None
    second_destroy_s3_access_key: Secret | None
    second_destroy_s3_secret_key: Secret | None
    lock_mode: str
    lock_years: int
    database: URL  # prints with *** for the password; create_engine takes it as it is
    index_folder: Path
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
    oidc_issuer: str | None
    oidc_client_id: str | None
    oidc_client_secret: Secret | None
    oidc_claim: str
    oidc_roles: tuple[str, ...] | None
    city_domains: tuple[str, ...] | None
    clock_skew_seconds: int


def load(environ: Mapping[str, str]) -> Settings:
    """Read every setting from `environ`, once.

    Raises `BadSetting` for the first unknown name, wrong value or pair that does not fit together.
    """
    _refuse_unknown(environ)
    home = _value(SETTINGS[0], environ, home=None)
    values = {setting.name: _value(setting, environ, home=home) for setting in SETTINGS[1:]}
    settings = Settings(home=home, **values)
    _refuse_misfits(settings)
    return settings


def value_of(name: str, environ: Mapping[str, str]) -> Any:
    """One setting by itself, where the others must not be read (no file, no secret)."""
    return _value(next(setting for setting in SETTINGS if setting.name == name), environ, home=None)


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [setting.variable for setting in SETTINGS]
    known += [f"{setting.variable}_FILE" for setting in SETTINGS if setting.secret]
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
    for name in (setting.name for setting in SETTINGS if setting.name.endswith("api")):
        address = getattr(settings, name)
        if address is not None and not _may_be_asked(address, loopback=settings.allow_loopback_sites):
            raise BadSetting(
                f"{PREFIX}{name.upper()} is {address!r}, but must be https on another machine; "
                "only the demo and tests set PALOVERDE_ALLOW_LOOPBACK_SITES=true for a site on this one."
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
        if _is_loopback(urlsplit(address).hostname or "") and not loopback:
            raise BadSetting(
                f"{address!r} is on this machine, and a timestamp authority or a witness must be outside of "
                "the City; only the demo and tests set PALOVERDE_ALLOW_LOOPBACK_SITES=true."
            )


def _may_be_asked(address: str, *, loopback: bool) -> bool:
    parts = urlsplit(address)
    if _is_loopback(parts.hostname or ""):
        return loopback
    return parts.scheme == "https"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
