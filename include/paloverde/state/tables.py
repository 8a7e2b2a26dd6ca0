"""The tables. Only SQL and meaning; who writes them is elsewhere.

What others name (sites, stores) is of any length here: PostgreSQL refuses what is too long, SQLite does not.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC moment, stored as microseconds since 1970: the same in every database.

    A whole number is taken as such microseconds already, as Arrow columns give them.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | int | None, dialect: Any) -> int | None:
        del dialect
        return (value - _EPOCH) // _MICROSECOND if isinstance(value, datetime) else value

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        del dialect
        return None if value is None else _EPOCH + timedelta(microseconds=value)


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# The registry of City Social Media Accounts. No credential is ever stored here.
ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("slug", String(80), primary_key=True),
    Column("platform", String(20), nullable=False),
    Column("native_id", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("holder", String(20), nullable=False, default="city"),
    Column("active", Boolean, nullable=False, default=True),
    Column("registered_at", UtcTime(), nullable=False),
)

# The commit log. A row is `pending` from the moment its seal is decided until the seal is stored and
# its effects are applied; a pending row is always rolled forward, never back. `told`: a ledger entry names
# its seal.
RUNS = Table(
    "runs",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("account", String(80), nullable=False),
    Column("day", Date, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("key", String(200), nullable=False),
    Column("version_id", Text),
    Column("sha256", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("pending", Boolean, nullable=False),
    Column("told", Boolean, nullable=False, default=False),
    UniqueConstraint("account", "day", "kind", "digest"),
    Index(None, "account", "sequence", "kind", "pending"),  # the newest run, or night, of an account
    Index("ix_runs_untold", "sequence", sqlite_where=text("told = 0"), postgresql_where=text("NOT told")),
)

# Every object that a seal names and that stands: readers take their list from here, never from a listing.
# `sequence` is the run that sealed it, `of_run` the one whose observations it holds: another only where a
# disposition wrote it again; the day is that run's too.
PARTS = Table(
    "parts",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("version_id", Text, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("of_run", Integer, nullable=False),
    Column("role", String(12), nullable=False),
    Column("account", String(80), nullable=False),
    Column("day", Date, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("undated", Integer, nullable=False),
    Column("earliest", UtcTime()),
    Column("latest", UtcTime()),
    Index(None, "role", "account", "day"),
)

IS_OPEN = "state IN ('absent', 'hidden')"
_OPEN = text(IS_OPEN)
_UNFETCHED = text("not_captured > 0")
_RUNNING = text("ended IS NULL")

# The register of items: the last known state of each. Derived from the sightings that seals name.
ITEMS = Table(
    "items",
    METADATA,
    Column("account", String(80), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("native_id", Text, primary_key=True),
    Column("stream", String(40), nullable=False),
    Column("within", Text, nullable=False),
    Column("version_sha256", String(64), nullable=False),
    Column("record_sequence", Integer, nullable=False),
    Column("posted_at", UtcTime()),
    Column("state", String(12), nullable=False),
    Column("first_seen", UtcTime(), nullable=False),
    Column("last_seen", UtcTime(), nullable=False),
    Column("looked_at", UtcTime(), nullable=False),
    Column("absent_since", UtcTime()),
    Column("removed_at", UtcTime()),
    Column("not_captured", Integer),  # how many of its pictures and files could not be fetched
    Index("ix_items_listing", "account", "stream", "within"),
    # What `archive.latency` asks of the new items of a month, so that it looks up none of them.
    Index("ix_items_first_seen", "account", "first_seen", "kind", "posted_at", "stream"),
    Index("ix_items_unfetched", "account", sqlite_where=_UNFETCHED, postgresql_where=_UNFETCHED),
    # The few that something is to be done about: an index of all states would cost every sighting a write.
    Index("ix_items_open", "account", sqlite_where=_OPEN, postgresql_where=_OPEN),
    sqlite_with_rowid=False,
)

# What runs could not get, from the run that met it first until one that had it in full. Derived from seals.
# `name` is a hash over account, place and cause; the same gap met again after it was filled is a new row.
GAPS = Table(
    "gaps",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("first_run", Integer, primary_key=True, autoincrement=False),
    Column("account", String(80), nullable=False),
    Column("what", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("stream", Text, nullable=False),
    Column("of", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("since", UtcTime()),
    Column("until", UtcTime()),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("last_run", Integer, nullable=False),
    Column("times", Integer, nullable=False),
    Column("filled_by", Integer),
    Column("filled_day", Date),
    Index("ix_gaps_account", "account"),
)

# Whose turn it is to ask a site about an account, so that a sweep never runs beside a night of the same
# account, and when it was last swept, at what cost. Not derived: a lost row costs one sweep.
TURNS = Table(
    "turns",
    METADATA,
    Column("account", String(80), primary_key=True),
    Column("holder", String(80), nullable=False),
    Column("ends_at", UtcTime(), nullable=False),
    Column("swept_at", UtcTime()),
    Column("sweep_cost", Integer),
)

# The ledger's chain: each event's hash covers the event before it. The bytes lie in the store.
LEDGER = Table(
    "ledger",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("key", String(200), nullable=False),
    Column("version_id", Text),
    Column("body", Text, nullable=False),
    Column("pending", Boolean, nullable=False),
)

# Papers about records (holds, approvals, certificates ...), and built bundles. Derived from the ledger
# entries that file them; `body` is None where the paper is long or no text.
FILED = Table(
    "filed",
    METADATA,
    Column("series", String(40), primary_key=True),
    Column("subject", String(200), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),
    Column("version_id", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("filed_at", UtcTime(), nullable=False),
    Column("filed_by", Text, nullable=False),
    Column("entry", Integer, nullable=False, index=True),
    Column("body", Text),
)

# The Merkle log over the ledger: its tiles, bundles of entries, signed heads and their timestamps, as they
# lie in the store. `tree_size` is how many entries the object covers.
LOG = Table(
    "log",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("version_id", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("what", String(12), nullable=False),  # tile, entries, head, timestamp, witness
    Column("tree_size", BigInteger, nullable=False),
    Column("made_at", UtcTime(), nullable=False),
    Index(None, "what", "tree_size"),
)

# The items under a hold: the frozen set and what joined it later. Derived from the hold's papers.
HELD_ITEMS = Table(
    "held_items",
    METADATA,
    Column("account", String(80), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("native_id", Text, primary_key=True),
    Column("hold", String(80), primary_key=True),
    Column("joined_at", UtcTime(), nullable=False),
    Index(None, "hold"),
)

# The objects that a hold keeps, and when each was last seen to bear its legal hold. Derived.
HELD_OBJECTS = Table(
    "held_objects",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("version_id", Text, primary_key=True),
    Column("hold", String(80), primary_key=True),
    Column("seen_at", UtcTime()),
    Index(None, "hold"),
)

# The second copy: which object lies there under which version, and when it was last compared. Derived.
COPIES = Table(
    "copies",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("version_id", Text, primary_key=True),
    Column("copy_version_id", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("copied_at", UtcTime(), nullable=False),
    Column("checked_at", UtcTime()),
)

# When each object was last read again and compared, in both copies. `damaged`: "" whole, else where it was
# not: first, second, both. Not derived: a lost row costs one more reading.
CHECKS = Table(
    "checks",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("version_id", Text, primary_key=True),
    Column("checked_at", UtcTime(), nullable=False),
    Column("damaged", String(8), nullable=False),
)

# Objects whose damaged version was put back from the second copy under another version. Derived from the
# ledger; readers ask for the version that stands here.
REPAIRS = Table(
    "repairs",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("version_id", Text, primary_key=True),
    Column("whole_version_id", Text, nullable=False),
    Column("entry", Integer, nullable=False),
)

# What opens each account at its site: sealed with the key of `credential_key_file`, never in clear.
CREDENTIALS = Table(
    "credentials",
    METADATA,
    Column("account", String(80), primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("put_at", UtcTime(), nullable=False),
    Column("renewed_at", UtcTime()),
)

# The last canary of each account: whether its token lived, and what was said.
CANARIES = Table(
    "canaries",
    METADATA,
    Column("account", String(80), primary_key=True),
    Column("asked_at", UtcTime(), nullable=False),
    Column("alive", Boolean, nullable=False),
    Column("said", Text, nullable=False),
    Column("alive_at", UtcTime()),
)

# Each time that a runway became shorter than so many days: once for each end. `told`: it is in the ledger.
ALARMS = Table(
    "alarms",
    METADATA,
    Column("account", String(80), primary_key=True),
    Column("cause", String(40), primary_key=True),
    Column("ends_on", Date, primary_key=True),
    Column("days", Integer, primary_key=True, autoincrement=False),
    Column("raised_at", UtcTime(), nullable=False),
    Column("told", Boolean, nullable=False),
)

# Long work that somebody at the desk began: how far it is, what came of it. `seen` is the last sign of life
# of the process that does it. Not derived: a lost row loses only where the work stood.
JOBS = Table(
    "jobs",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("what", String(80), nullable=False),
    Column("subject", Text, nullable=False),
    Column("username", String(80), nullable=False),
    Column("name", Text, nullable=False),
    Column("act", String(200), nullable=False),  # who may do it may see the work; "": its beginner alone
    Column("again", Text, nullable=False),  # the page on which it is begun
    Column("began", UtcTime(), nullable=False),
    Column("seen", UtcTime(), nullable=False),
    Column("said", Text, nullable=False),
    Column("percent", Integer),
    Column("ended", UtcTime()),
    Column("outcome", String(12), nullable=False),  # "" while it runs; done, refused, failed, broken
    Column("link", Text, nullable=False),
    Index(None, "username", "began"),
    # One of a kind and subject at a time.
    Index(
        "ix_jobs_running", "what", "subject", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING
    ),
)

# Units of a site's daily budgets that are spent or set aside, by its own calendar day. `owner` is an
# account, or "" where all accounts of the app share the budget.
BUDGETS = Table(
    "budgets",
    METADATA,
    Column("site", String(20), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("owner", String(80), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("used", BigInteger, nullable=False),
)

# Until when a site asked not to be asked again, for one lane of one owner.
PAUSES = Table(
    "pauses",
    METADATA,
    Column("site", String(20), primary_key=True),
    Column("owner", String(80), primary_key=True),
    Column("lane", Text, primary_key=True),
    Column("free_at", UtcTime(), nullable=False),
)

# Who is signed in at the desk's own service. `secret_sha256` is of what the cookie holds, `stamp` of the
# password's hash. `subject` is set for who came by single sign-on: the row of `newcomers` that is asked at
# every request. Not derived: a lost row costs one more sign-in.
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("secret_sha256", String(64), primary_key=True),
    Column("username", String(200), nullable=False, index=True),
    Column("stamp", String(16), nullable=False),
    Column("subject", String(64)),
    Column("began_at", UtcTime(), nullable=False),
    Column("seen_at", UtcTime(), nullable=False),
    Column("ends_at", UtcTime(), nullable=False),
)

# Failed sign-ins of the last minutes at the desk's own service. `whose` is a hash of username and address:
# somebody may have typed a password where the username goes.
FAILED_SIGN_INS = Table(
    "failed_sign_ins",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("whose", String(64), nullable=False),
    Column("failed_at", UtcTime(), nullable=False),
    Index(None, "whose", "failed_at"),
)

# The people who came by single sign-on, each under the username and name of the first time: two people who
# must agree are told apart by these. `subject` is a hash of the issuer and its own name of the person,
# `group_name` the group that gave the role at the last sign-in, empty where none does. `same_as` is what IT
# has said: the username in the users file that is the same person, empty for nobody, NULL where nothing was
# said. Not derived: after a loss the next sign-in counts as the first.
NEWCOMERS = Table(
    "newcomers",
    METADATA,
    Column("subject", String(64), primary_key=True),
    Column("username", String(200), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("group_name", Text, nullable=False),
    Column("same_as", String(64)),
    Column("first_at", UtcTime(), nullable=False),
    Column("last_at", UtcTime(), nullable=False),
)

# The forms of the desk that were answered within a day, each by a hash of the number that its page gave it
# and of what it says; `content` is of what it says alone. `location` is where it led, empty while it is
# worked on. Not derived: a lost row costs the warning that a form was sent twice.
FORMS = Table(
    "forms",
    METADATA,
    Column("number", String(64), primary_key=True),
    Column("content", String(64), nullable=False, index=True),
    Column("at", UtcTime(), nullable=False),
    Column("location", Text, nullable=False),
    Column("told", Text, nullable=False),
)

# What the watch found (`watch.findings`), each under the id that the same finding always has. `body` is the
# finding without a word of the record that it is about (decision 0052): sealed where it is private or
# privileged, empty once that record was destroyed. `sequence` is the run that sealed that version, 0 where it
# is about none; `opened_at` when it was found, or found again after it had ended. `verdict` and `answered_at`
# are those of the last paper that answers it. Not derived: a lost row comes back when the check looks at the
# same again (`paloverde watch again`), with its answers, and without the day on which it was first found.
FINDINGS = Table(
    "findings",
    METADATA,
    Column("id", String(20), primary_key=True),
    Column("check", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("about", Text, nullable=False),
    Column("account", String(80), nullable=False),
    Column("version_sha256", String(64), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("first_found", UtcTime(), nullable=False),
    Column("opened_at", UtcTime(), nullable=False),
    Column("last_found", UtcTime(), nullable=False),
    Column("ended_at", UtcTime()),
    Column("private", Boolean, nullable=False),
    Column("privileged", Boolean, nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("answered_at", UtcTime()),
    Index("ix_findings_check", "check", "first_found"),
    Index("ix_findings_queue", "urgency", "opened_at"),
    Index("ix_findings_about", "about"),
)

# How a picture looks, by the key of its object, as that version of `watch.looks` sees it; "" for what
# is no photograph. Derived from the pictures, and gone with them.
LOOKS = Table(
    "looks",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("look", String(64), nullable=False),
)

# How far each check has looked: it has seen what the runs up to `sequence` sealed. `look` is "round" for what
# each round goes on from; "again" for a look at older records that is not done, which goes to the run
# `through` and began at `began`, with the archive day `since`; "destroyed" (of no check) is how far the
# rounds have taken out what was lawfully destroyed. Not derived: a lost row costs one more look.
WATCHED = Table(
    "watched",
    METADATA,
    Column("check", String(40), primary_key=True),
    Column("look", String(12), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("through", Integer, nullable=False),
    Column("since", Date),
    Column("began", UtcTime(), nullable=False),
)
