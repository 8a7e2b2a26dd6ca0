"""The first form of the database: accounts, runs, parts, items, ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("slug", sa.String(80), primary_key=True),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("native_id", sa.Text, nullable=False),
        sa.Column("handle", sa.Text, nullable=False),
        sa.Column("holder", sa.String(20), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("registered_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("version_id", sa.Text),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("pending", sa.Boolean, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.UniqueConstraint("account", "day", "kind", "digest", name="uq_runs_account_day_kind_digest"),
    )
    op.create_index(
        "ix_runs_account_sequence_kind_pending", "runs", ["account", "sequence", "kind", "pending"]
    )
    op.create_index(
        "ix_runs_untold", "runs", ["sequence"],
        sqlite_where=sa.text("told = 0"), postgresql_where=sa.text("NOT told"),
    )  # fmt: skip
    op.create_table(
        "parts",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("of_run", sa.Integer, nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("undated", sa.Integer, nullable=False),
        sa.Column("earliest", sa.BigInteger),
        sa.Column("latest", sa.BigInteger),
    )
    op.create_index("ix_parts_role_account_day", "parts", ["role", "account", "day"])
    op.create_table(
        "items",
        sa.Column("account", sa.String(80), primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("native_id", sa.Text, primary_key=True),
        sa.Column("stream", sa.String(40), nullable=False),
        sa.Column("within", sa.Text, nullable=False),
        sa.Column("version_sha256", sa.String(64), nullable=False),
        sa.Column("record_sequence", sa.Integer, nullable=False),
        sa.Column("posted_at", sa.BigInteger),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("looked_at", sa.BigInteger, nullable=False),
        sa.Column("absent_since", sa.BigInteger),
        sa.Column("removed_at", sa.BigInteger),
        sa.Column("not_captured", sa.Integer),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_items_first_seen", "items", ["account", "first_seen", "kind", "posted_at", "stream"])
    unfetched = sa.text("not_captured > 0")
    op.create_index(
        "ix_items_unfetched", "items", ["account"], sqlite_where=unfetched, postgresql_where=unfetched
    )
    op.create_table(
        "gaps",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("first_run", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("of", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger),
        sa.Column("until", sa.BigInteger),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("last_run", sa.Integer, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("filled_by", sa.Integer),
        sa.Column("filled_day", sa.Date),
    )
    op.create_index("ix_gaps_account", "gaps", ["account"])
    op.create_table(
        "turns",
        sa.Column("account", sa.String(80), primary_key=True),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("swept_at", sa.BigInteger),
        sa.Column("sweep_cost", sa.Integer),
    )
    op.create_index("ix_items_listing", "items", ["account", "stream", "within"])
    still_open = sa.text("state IN ('absent', 'hidden')")
    op.create_index(
        "ix_items_open", "items", ["account"], sqlite_where=still_open, postgresql_where=still_open
    )
    op.create_table(
        "ledger",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("version_id", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("pending", sa.Boolean, nullable=False),
    )
    op.create_table(
        "filed",
        sa.Column("series", sa.String(40), primary_key=True),
        sa.Column("subject", sa.String(200), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version_id", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("filed_at", sa.BigInteger, nullable=False),
        sa.Column("filed_by", sa.Text, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("body", sa.Text),
    )
    op.create_index("ix_filed_entry", "filed", ["entry"])
    op.create_table(
        "log",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("version_id", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("tree_size", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_log_what_tree_size", "log", ["what", "tree_size"])
    op.create_table(
        "held_items",
        sa.Column("account", sa.String(80), primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("native_id", sa.Text, primary_key=True),
        sa.Column("hold", sa.String(80), primary_key=True),
        sa.Column("joined_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_held_items_hold", "held_items", ["hold"])
    op.create_table(
        "held_objects",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("hold", sa.String(80), primary_key=True),
        sa.Column("seen_at", sa.BigInteger),
    )
    op.create_index("ix_held_objects_hold", "held_objects", ["hold"])
    op.create_table(
        "copies",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("copy_version_id", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("copied_at", sa.BigInteger, nullable=False),
        sa.Column("checked_at", sa.BigInteger),
    )
    op.create_table(
        "repairs",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("whole_version_id", sa.Text, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
    )
    op.create_table(
        "checks",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("checked_at", sa.BigInteger, nullable=False),
        sa.Column("damaged", sa.String(8), nullable=False),
    )
    op.create_table(
        "credentials",
        sa.Column("account", sa.String(80), primary_key=True),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("put_at", sa.BigInteger, nullable=False),
        sa.Column("renewed_at", sa.BigInteger),
    )
    op.create_table(
        "canaries",
        sa.Column("account", sa.String(80), primary_key=True),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("alive", sa.Boolean, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("alive_at", sa.BigInteger),
    )
    op.create_table(
        "alarms",
        sa.Column("account", sa.String(80), primary_key=True),
        sa.Column("cause", sa.String(40), primary_key=True),
        sa.Column("ends_on", sa.Date, primary_key=True),
        sa.Column("days", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("what", sa.String(80), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("username", sa.String(80), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("act", sa.String(200), nullable=False),
        sa.Column("again", sa.Text, nullable=False),
        sa.Column("began", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("percent", sa.Integer),
        sa.Column("ended", sa.BigInteger),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("link", sa.Text, nullable=False),
    )
    op.create_index("ix_jobs_username_began", "jobs", ["username", "began"])
    running = sa.text("ended IS NULL")
    op.create_index(
        "ix_jobs_running", "jobs", ["what", "subject"], unique=True,
        sqlite_where=running, postgresql_where=running,
    )  # fmt: skip
    op.create_table(
        "budgets",
        sa.Column("site", sa.String(20), primary_key=True),
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("owner", sa.String(80), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("used", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "pauses",
        sa.Column("site", sa.String(20), primary_key=True),
        sa.Column("owner", sa.String(80), primary_key=True),
        sa.Column("lane", sa.Text, primary_key=True),
        sa.Column("free_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("secret_sha256", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("stamp", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64)),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_sessions_username", "sessions", ["username"])
    op.create_table(
        "failed_sign_ins",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("whose", sa.String(64), nullable=False),
        sa.Column("failed_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_failed_sign_ins_whose_failed_at", "failed_sign_ins", ["whose", "failed_at"])
    op.create_table(
        "newcomers",
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("group_name", sa.Text, nullable=False),
        sa.Column("same_as", sa.String(64)),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("username", name="uq_newcomers_username"),
    )
    op.create_table(
        "forms",
        sa.Column("number", sa.String(64), primary_key=True),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
    )
    op.create_index("ix_forms_content", "forms", ["content"])
    op.create_table(
        "findings",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("check", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("version_sha256", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("first_found", sa.BigInteger, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("last_found", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("privileged", sa.Boolean, nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("answered_at", sa.BigInteger),
    )
    op.create_index("ix_findings_check", "findings", ["check", "first_found"])
    op.create_index("ix_findings_queue", "findings", ["urgency", "opened_at"])
    op.create_index("ix_findings_about", "findings", ["about"])
    op.create_table(
        "looks",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("look", sa.String(64), nullable=False),
    )
    op.create_table(
        "watched",
        sa.Column("check", sa.String(40), primary_key=True),
        sa.Column("look", sa.String(12), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("through", sa.Integer, nullable=False),
        sa.Column("since", sa.Date),
        sa.Column("began", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for table in ("watched", "looks", "findings", "forms", "newcomers", "failed_sign_ins", "sessions"):
        op.drop_table(table)
    for table in (
        "jobs",
        "checks",
        "repairs",
        "copies",
        "held_objects",
        "held_items",
        "log",
        "filed",
        "turns",
        "gaps",
    ):
        op.drop_table(table)
    for table in ("pauses", "budgets", "alarms", "canaries", "credentials"):
        op.drop_table(table)
    for table in ("ledger", "items", "parts", "runs", "accounts"):
        op.drop_table(table)
