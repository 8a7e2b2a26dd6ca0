"""The one list of settings: name, default, help, and how each is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from paloverde.settings import forms

PREFIX = "PALOVERDE_"


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
    Setting("s3_encryption", "none",
            "How the S3 server is to encrypt each object: none, SSE-S3 (with a key of its own), or SSE-KMS: "
            "and the name of a key of its key service. An object that it did not encrypt so is refused.",
            parse=forms.encryption),
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
    Setting("second_s3_encryption", "none", "Like `s3_encryption`, for the second copy.",
            parse=forms.encryption),
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
    Setting("lake", None,
            "Where the metadata of Iceberg tables over the archive's Parquet is published: a bucket without "
            "Object Lock on the archive's server, `s3://bucket`, or `file:///folder` where the archive lies "
            "in a folder. None: no tables are published.", parse=forms.store),
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
    Setting("allow_hiding", "false",
            "true lets a hiding rule that two people approved, and people at the desk, hide comments at the "
            "sites and show them again. Otherwise nothing but reading is ever sent to a site.",
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
    Setting("leaked_passwords", None,
            "Passwords that leaked elsewhere, of which none is taken: the file of Have I Been Pwned, SHA-1, "
            "ordered by hash. None: they are not looked up, and nobody outside is asked.", parse=forms.path),
    Setting("oidc_issuer", None,
            "Issuer of the City's single sign-on (OpenID Connect), exactly as it calls itself. None: "
            "passwords only.", parse=forms.issuer),
    Setting("oidc_client_id", None, "The desk's client id at the issuer."),
    Setting("oidc_client_secret", None,
            "Its secret there; none where the issuer knows the desk as a public client.", secret=True),
    Setting("oidc_claim", "groups", "The claim of the ID token that names a person's groups or app roles."),
    Setting("oidc_roles", None,
            "Which group has which role, such as `clerks=clerk,attorneys=counsel`; of several the first "
            "counts, and whoever has none is refused. `*=employee` at the end lets in everybody else whom "
            "the issuer vouches for, to report content and see their own reports.", parse=forms.pairs),
    Setting("city_domains", None,
            "Names of the City's own website, with all names under them, with commas between them. Checks of "
            "the policy ask for pages there alone; without it none is asked for. A web server of the City's "
            "at a private address (10.1.2.3) is asked only where that address stands here, too.",
            parse=forms.host_names),
    Setting("clock_skew_seconds", "120",
            "How far this machine's clock may be from the sites' before a run stops.",
            parse=forms.whole(0, 86_400)),
    Setting("alerts_it", None,
            "Mail addresses of those at IT who get alerts, with commas between them. None: alerts stand in "
            "`paloverde alerts` alone, and go to the webhook where one is set.", parse=forms.mail_addresses),
    Setting("alerts_clerk", None,
            "The same for what the City Clerk must do; none leaves it to `alerts_it`.",
            parse=forms.mail_addresses),
    Setting("alerts_counsel", None,
            "The same for what the City Attorney must do; none leaves it to `alerts_it`.",
            parse=forms.mail_addresses),
    Setting("alerts_again_hours", "24", "What still stands after so many hours is said again.",
            parse=forms.whole(1, 720)),
    Setting("alerts_webhook", None,
            "Address that each round of alerts is sent to as JSON, beside the mail. It may hold a token.",
            secret=True, parse=forms.secret_address),
    Setting("mail_server", None, "Mail server that alerts are handed to, as host:port.",
            parse=forms.host_and_port),
    Setting("mail_security", "starttls",
            "How it is spoken to: starttls, tls (from the first byte), or none (a server on this machine).",
            parse=forms.one_of("starttls", "tls", "none")),
    Setting("mail_user", None, "User at the mail server; none where it asks for none."),
    Setting("mail_password", None, "Password that belongs to it.", secret=True),
    Setting("mail_from", None, "Sender of the alerts, such as paloverde@city.example.",
            parse=forms.mail_address),
    Setting("disk_low_percent", "10",
            "A disk with less free room than this share of it is low; with half of it, urgent.",
            parse=forms.whole(1, 90)),
    Setting("backup_folder", None,
            "Folder in which `paloverde backup make` leaves its files, as this program sees it: the doctor "
            "and the alerts say when the newest is old.", parse=forms.path),
    Setting("metrics_token", None,
            "Token that whoever reads `/metrics` must show (32 letters and digits or more). None: nobody "
            "can.",
            secret=True, parse=forms.long_token),
    Setting("lineage", None,
            "Where OpenLineage events go: `file:///folder/events.jsonl` or the https address of a server. "
            "None: none are made.", parse=forms.lineage),
)
# fmt: on
