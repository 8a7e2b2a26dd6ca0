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
        sa.UniqueConstraint("account", "day", "kind", "digest", name="uq_runs_account_day_kind_digest"),
    )
    op.create_table(
        "parts",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("version_id", sa.Text, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("undated", sa.Integer, nullable=False),
        sa.Column("earliest", sa.BigInteger),
        sa.Column("latest", sa.BigInteger),
        sa.Column("checked_at", sa.BigInteger),
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
        sqlite_with_rowid=False,
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


def downgrade() -> None:
    for table in ("ledger", "items", "parts", "runs", "accounts"):
        op.drop_table(table)
