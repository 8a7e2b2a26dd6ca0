"""The registry of City Social Media Accounts (policy V.A.3). No credential is ever in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, Select, select

from paloverde.archive.layout import is_slug
from paloverde.archive.ledger import Event
from paloverde.errors import BadSetting
from paloverde.platforms import PLATFORMS
from paloverde.records import Account, Holder
from paloverde.state.books import writing
from paloverde.state.tables import ACCOUNTS, RUNS

OTHER = "other"  # of a site without a connector: only imported, never asked
_NUMBER = (re.compile(r"[0-9]+"), "its number at the site")
# How each site names an account for good, where it has one form: a handle in its place is the usual slip.
_FORMS = {
    "facebook": _NUMBER,
    "instagram": _NUMBER,
    "x": _NUMBER,
    "linkedin": (re.compile(r"urn:li:organization:[0-9]+"), "its URN, such as urn:li:organization:2414183"),
    "youtube": (re.compile(r"UC[0-9A-Za-z_-]{22}"), "its channel id, 24 letters that begin with UC"),
}


def registered(books: Engine) -> list[Account]:
    """The active accounts, by slug."""
    return _accounts(books, select(ACCOUNTS).where(ACCOUNTS.c.active).order_by(ACCOUNTS.c.slug))


def all_accounts(books: Engine) -> list[Account]:
    """The retired ones, too: their records are kept as those of the others are."""
    return _accounts(books, select(ACCOUNTS).order_by(ACCOUNTS.c.slug))


def registered_since(books: Engine) -> dict[str, datetime]:
    """When each account, retired ones too, was registered first."""
    with books.connect() as connection:
        rows = connection.execute(select(ACCOUNTS.c.slug, ACCOUNTS.c.registered_at)).all()
    return {row.slug: row.registered_at for row in rows}


def _accounts(books: Engine, query: Select[Any]) -> list[Account]:
    with books.connect() as connection:
        rows = connection.execute(query).mappings().all()
    return [
        Account(row["slug"], row["platform"], row["native_id"], row["handle"], Holder(row["holder"]))
        for row in rows
    ]


def register(books: Engine, account: Account, now: datetime) -> None:
    """Add an account, or bring its handle and whose it is up to date. Its slug and its id never change."""
    _check(account)
    with writing(books) as connection:
        where = ACCOUNTS.c.slug == account.slug
        old = connection.execute(select(ACCOUNTS).where(where)).mappings().first()
        if old is None:
            row = {**msgspec.structs.asdict(account), "active": True, "registered_at": now}
            connection.execute(ACCOUNTS.insert().values(row))
        else:
            _refuse_another(account, old)
            now_known = {"handle": account.handle, "holder": account.holder.value, "active": True}
            connection.execute(ACCOUNTS.update().where(where).values(now_known))


def remove(books: Engine, slug: str) -> bool:
    """Take an account off the registry; True where it is forgotten, False where it is retired.

    An account of which something is sealed is only retired: its records, and who it was, stay known.
    """
    with writing(books) as connection:
        where = ACCOUNTS.c.slug == slug
        if connection.execute(select(RUNS.c.sequence).where(RUNS.c.account == slug).limit(1)).first():
            connection.execute(ACCOUNTS.update().where(where).values(active=False))
            return False
        connection.execute(ACCOUNTS.delete().where(where))
        return True


def register_again(connection: Connection, events: Iterable[Event]) -> int:
    """Fill the registry from what the ledger says of accounts; how many it says are registered.

    An account whose entry does not say what it is at its site keeps the row that it has.
    """
    rows: dict[str, dict[str, object]] = {}
    forgotten: set[str] = set()
    for event in events:
        slug = event.about.get("account", "")
        if event.what == "account registered" and "native_id" in event.about:
            told = {name: event.about[name] for name in ("platform", "native_id", "handle", "holder")}
            begun = rows.get(slug, {}).get("registered_at", event.at)
            rows[slug] = {"slug": slug, **told, "active": True, "registered_at": begun}
        elif event.what == "account retired" and slug in rows:
            rows[slug]["active"] = False
        elif event.what == "account removed":
            rows.pop(slug, None)
            forgotten.add(slug)
    connection.execute(ACCOUNTS.delete().where(ACCOUNTS.c.slug.in_(forgotten | rows.keys())))
    for row in rows.values():
        connection.execute(ACCOUNTS.insert().values(row))
    return len(rows)


def _check(account: Account) -> None:
    if account.platform not in (*PLATFORMS, OTHER):
        known = ", ".join(PLATFORMS)
        raise BadSetting(
            f"{account.platform!r} is not a site that is archived: {known} are. Say `other` for an account "
            "of another site, which no night asks for and whose records are only imported."
        )
    if not is_slug(account.slug):
        raise BadSetting(f"{account.slug!r} cannot name an account: use a-z, 0-9 and single hyphens.")
    form, words = _FORMS.get(account.platform, (None, ""))
    if form is not None and form.fullmatch(account.native_id) is None:
        raise BadSetting(
            f"{account.native_id!r} does not name an account on {account.platform}: give {words}, "
            "which stays when the handle changes."
        )


def _refuse_another(account: Account, old: RowMapping) -> None:
    if (old["platform"], old["native_id"]) != (account.platform, account.native_id):
        raise BadSetting(
            f"{account.slug} is registered for {old['platform']} {old['native_id']} already. Another account "
            "needs another name: records of two must never mix. If nothing was archived for it yet, "
            f"`paloverde accounts remove {account.slug}` takes it off."
        )
