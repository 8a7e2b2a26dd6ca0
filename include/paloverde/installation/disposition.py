"""Lawful destruction as the installation does it: propose, report, approve, consent, withdraw, carry out.

Whoever acts here was authenticated by the caller; what that person's role is, the caller says, as the users
file has it at that moment.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import select

from paloverde.archive.ledger import Entry
from paloverde.archive.papers import Cabinet, Filed
from paloverde.archive.reader import Archive
from paloverde.archive.store.interface import Stored
from paloverde.archive.store.rules import digest_of
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, BadQuestion, PersonNeeded, Suspicious, UnknownAccount
from paloverde.records import Account, Holder, archive_day
from paloverde.retention import approval
from paloverde.retention.approval import (
    ACTS,
    APPROVING,
    FILES,
    OFFICES,
    ORDERS,
    awaited,
    closed,
    file_of,
    lacking,
    lines_of,
    standing_of,
)
from paloverde.retention.gather import facts_of
from paloverde.retention.held import holds_on
from paloverde.retention.orders import (
    Act,
    Approval,
    Consent,
    Line,
    Order,
    OrderStanding,
    PeopleCheck,
    Resolution,
)
from paloverde.retention.proposal import DryRun
from paloverde.retention.report import report_page
from paloverde.retention.schedule import Schedules, adopted
from paloverde.settings import Settings
from paloverde.state.tables import ACCOUNTS, LEDGER

LARGEST_FILE = 50 * 1024 * 1024  # bytes, of a resolution or a consent
_TRIES = 3
Progress = Callable[[str], None]


class Proposed(msgspec.Struct, frozen=True):
    """What a look for eligible items came to; `order` is None where there are none."""

    order: Order | None
    kept: int  # items that stay
    sentence: str


class Disposition:
    """Orders of destruction. Nothing here destroys; `carry_out` hands a complete order to what does."""

    def __init__(self, settings: Settings, vault: Vault, archive: Archive, cabinet: Cabinet) -> None:
        self._settings, self._vault, self._archive, self._cabinet = settings, vault, archive, cabinet

    def propose(self, slugs: Sequence[str], by: str, progress: Progress) -> Proposed:
        """Gather what nothing keeps any longer of these accounts (all where none is named) into an order.

        Filed are the list, the report (page and table), and last the order that names them. `PersonNeeded`
        while another order of one of the accounts is open: one item stands on one open list.
        """
        accounts = self._accounts(slugs)
        self._refuse_overlap([account.slug for account in accounts])
        with tempfile.TemporaryDirectory() as folder:
            run = self._dry_run(accounts, Path(folder), progress)
            if not run.items:
                kept = sum(run.kept.values())
                return Proposed(
                    None, kept, f"Nothing may be destroyed: {kept:,} items stay, each with a reason."
                )
            order = self._file_order(run, by)
        told = f"{order.id} would destroy {order.items:,} items; its report lies open until {order.opens_on}."
        return Proposed(order, sum(run.kept.values()), told)

    def orders(self) -> list[OrderStanding]:
        """Every order there is, oldest first."""
        return [standing_of(self._cabinet, filed.subject) for filed in self._cabinet.newest(ORDERS)]

    def open_orders(self) -> list[OrderStanding]:
        """Those that are neither carried out nor withdrawn nor lapsed."""
        return [standing for standing in self.orders() if not closed(standing, self.today)]

    def standing(self, order_id: str) -> OrderStanding:
        """What was filed of an order. `BadQuestion` where there is none."""
        return standing_of(self._cabinet, order_id)

    def lines(self, order_id: str) -> list[Line]:
        """The items that an order names."""
        return lines_of(self._cabinet, order_id)

    def awaited(self, order_id: str) -> list[str]:
        """What an order still lacks, in sentences."""
        return awaited(self.standing(order_id), self.today)

    def warnings(self, order_id: str) -> list[str]:
        """What is allowed and worth a second look."""
        return approval.warnings_of(self.standing(order_id), self.orders())

    def report(self, order_id: str, folder: Path) -> list[Path]:
        """Write an order's report into a folder, as a page and as a table."""
        order = self.standing(order_id).order
        folder.mkdir(parents=True, exist_ok=True)
        files = {f"{order.id}.html": order.report_sha256, f"{order.id}.csv": order.table_sha256}
        for name, sha256 in files.items():
            (folder / name).write_bytes(file_of(self._cabinet, order.id, sha256))
        return [folder / name for name in files]

    def approve(self, order_id: str, username: str, role: str, how: str) -> Approval:
        """File somebody's approval of exactly the list that the order names.

        `PersonNeeded` where that person may not, has approved already, or handed in the consent.
        """
        for _ in range(_TRIES - 1):
            with suppress(Suspicious):  # somebody else filed something just now: look again at everything
                return self._approve(order_id, username, role, how)
        return self._approve(order_id, username, role, how)

    def _approve(self, order_id: str, username: str, role: str, how: str) -> Approval:
        standing = self._open(order_id)
        if role not in APPROVING:
            raise PersonNeeded(
                f"{username} ({role}) cannot approve a destruction: one of {OFFICES['clerk']} and one of "
                f"{OFFICES['approver']} do."
            )
        if any(username == one.username for one in standing.approvals):
            raise PersonNeeded(f"{username} has approved {order_id} already: a different person must, too.")
        if standing.consent is not None and username == standing.consent.recorded_by:
            raise PersonNeeded(
                f"{username} handed in the city attorney's consent to {order_id}, and cannot approve it too."
            )
        given = Approval(username, role, self._vault.clock(), standing.order.lines_sha256, how)
        about = {"lines": given.lines_sha256, "role": role, "how": how}
        self._file(standing, Act(approval=given), "destruction approved", username, about)
        return given

    def consent(self, order_id: str, name: str, given_on: date, file: Path, by: str) -> Consent:
        """File the city attorney's written consent: who gave it, when, and the document."""
        standing = self._open(order_id)
        self._refuse_the_future(given_on)
        if given_on < archive_day(standing.order.proposed_at):
            raise BadQuestion(
                f"A consent of {given_on} is older than {order_id}: it must be to exactly this order."
            )
        if any(by == one.username for one in standing.approvals):
            raise PersonNeeded(f"{by} has approved {order_id}, and cannot hand in the consent as well.")
        sha256 = self._file_document(order_id, file, "consent handed in", by)
        given = Consent(name.strip(), given_on, sha256, by)
        about = {"name": given.name, "given_on": str(given_on), "sha256": sha256}
        self._file(standing, Act(consent=given), "consent to destruction filed", by, about)
        return given

    def resolution(self, order_id: str, number: str, adopted_on: date, file: Path, by: str) -> Resolution:
        """File the council's resolution: its number, when it was adopted, and the document."""
        standing = self._open(order_id)
        self._refuse_the_future(adopted_on)
        sha256 = self._file_document(order_id, file, "resolution handed in", by)
        given = Resolution(number.strip(), adopted_on, sha256, by)
        about = {"number": given.number, "adopted_on": str(adopted_on), "sha256": sha256}
        self._file(standing, Act(resolution=given), "resolution for destruction filed", by, about)
        return given

    def withdraw(self, order_id: str, why: str, by: str) -> None:
        """Withdraw an order for good; its items may be proposed anew."""
        standing = self._open(order_id)
        if not why.strip():
            raise BadQuestion("Say why the order is withdrawn.")
        act = Act(withdrawn=f"{why.strip()} ({by})")
        self._file(standing, act, "order of destruction withdrawn", by, {"why": why.strip()})

    def ready(self, order_id: str, roles: Mapping[str, str], by: str) -> OrderStanding:
        """Look up whether those who approved still hold their roles, and file what was found.

        `roles` is the users file now: username to role. `PersonNeeded` says everything that is lacking.
        """
        standing = self.standing(order_id)
        self._refuse_incomplete(order_id, awaited(standing, self.today))
        self._prove(order_id)
        now = {one.username: roles[one.username] for one in standing.approvals if one.username in roles}
        act = Act(check=PeopleCheck(self._vault.clock(), now))
        self._file(standing, act, "approvers looked up", by, dict(sorted(now.items())))
        standing = self.standing(order_id)
        self._refuse_incomplete(order_id, lacking(standing, self.today))
        return standing

    def _prove(self, order_id: str) -> None:
        """Read every paper of an order from the store, and the ledger entry that files it there.

        What the database says of papers is only a copy: a row that somebody put in releases nothing.
        """
        for series in (ORDERS, FILES, ACTS):
            for filed in self._cabinet.history(series, order_id):
                self._vault.store.get(filed.stored)
                about = self._stored_entry(filed.entry).event.about
                named = (about.get("paper_sha256"), about.get("series"), about.get("subject"))
                if named != (filed.stored.sha256, series, order_id):
                    raise ArchiveDamaged(
                        f"The ledger does not name paper {filed.number} of {order_id} ({series}), though the "
                        "database does. Nothing was destroyed: run `paloverde rebuild`."
                    )

    def _stored_entry(self, sequence: int) -> Entry:
        query = select(LEDGER).where(LEDGER.c.sequence == sequence)
        with self._vault.books.connect() as connection:
            row = connection.execute(query).mappings().one()
        body = row["body"].encode()
        kept = self._vault.store.get(Stored(row["key"], row["version_id"], row["sha256"], len(body)))
        return msgspec.json.decode(kept, type=Entry)

    @property
    def today(self) -> date:
        return archive_day(self._vault.clock())

    def _dry_run(self, accounts: Iterable[Account], folder: Path, progress: Progress) -> DryRun:
        schedules = Schedules(tuple(adopted(self._cabinet)), self._settings.reasonable_years)
        holds = partial(holds_on, self._vault.books, self._cabinet)
        run = DryRun(folder)
        for account in accounts:
            facts = facts_of(
                self._archive, account, lock_years=self._vault.lock_years, holds=holds,
                visibility=schedules.name_visibility,
            )  # fmt: skip
            before = run.items
            run.add_account(self._archive, account.slug, facts, self.today, schedules)
            gone, kept = run.items - before, run.kept[account.slug]
            progress(f"{account.slug}: {gone:,} items may be destroyed, {kept:,} stay.")
        return run

    def _file_order(self, run: DryRun, by: str) -> Order:
        now = self._vault.clock()
        order = Order(
            id=self._next_id(now.year),
            proposed_at=now,
            proposed_by=by,
            opens_on=archive_day(now) + timedelta(days=self._settings.disposition_wait_days),
            accounts=sorted({group.account for group in run.groups}),
            items=run.items,
            versions=run.versions,
            lines_sha256=digest_of(run.lines, "sha256").hex(),
        )
        page = report_page(order, run, agency=self._settings.agency_name)
        # The list is kept for ever, as the certificate is; the report, which quotes posts, is not.
        listed = self._put(order.id, run.lines, "list of destruction filed", by, for_ever=True)
        shown = self._put(order.id, page, "report of destruction filed", by)
        table = self._put(order.id, run.table, "report of destruction filed", by)
        sha256s = (listed.stored.sha256, shown.stored.sha256, table.stored.sha256)
        order = msgspec.structs.replace(
            order, lines_sha256=sha256s[0], report_sha256=sha256s[1], table_sha256=sha256s[2]
        )
        about = {"order": order.id, "items": str(order.items), "lines": order.lines_sha256}
        self._cabinet.file(
            ORDERS,
            order.id,
            order,
            what="destruction proposed",
            actor=by,
            about=about,
            after=0,
            for_ever=True,
        )
        return order

    def _put(self, order_id: str, body: bytes | Path, what: str, by: str, *, for_ever: bool = False) -> Filed:
        return self._cabinet.file(
            FILES, order_id, body, what=what, actor=by, about={"order": order_id}, for_ever=for_ever
        )

    def _file(self, standing: OrderStanding, act: Act, what: str, by: str, about: Mapping[str, str]) -> None:
        """File one act; `Suspicious` where something was filed since the order's standing was read."""
        order_id = standing.order.id
        about = {"order": order_id, **about}
        self._cabinet.file(
            ACTS, order_id, act, what=what, actor=by, about=about, after=standing.acts, for_ever=True
        )

    def _file_document(self, order_id: str, file: Path, what: str, by: str) -> str:
        size = file.stat().st_size
        if not 0 < size <= LARGEST_FILE:
            raise BadQuestion(
                f"{file} has {size:,} bytes: hand in a file of up to {LARGEST_FILE:,}, not an empty one."
            )
        return self._put(order_id, file, what, by, for_ever=True).stored.sha256

    def _open(self, order_id: str) -> OrderStanding:
        standing = self.standing(order_id)
        ended = closed(standing, self.today)
        if ended:
            raise PersonNeeded(ended)
        return standing

    def _refuse_incomplete(self, order_id: str, missing: Sequence[str]) -> None:
        if missing:
            raise PersonNeeded(
                f"{order_id} is not carried out, and nothing was destroyed. {' '.join(missing)}"
            )

    def _refuse_the_future(self, day: date) -> None:
        if day > self.today:
            raise BadQuestion(f"{day} has not come yet: give the date that stands on the document.")

    def _refuse_overlap(self, slugs: Sequence[str]) -> None:
        for standing in self.open_orders():
            shared = sorted(set(slugs) & set(standing.order.accounts))
            if shared:
                raise PersonNeeded(
                    f"{standing.order.id} is open, and names items of {', '.join(shared)} too: carry it out "
                    "or withdraw it before you propose another."
                )

    def _next_id(self, year: int) -> str:
        taken = sum(filed.subject.startswith(f"order-{year}-") for filed in self._cabinet.newest(ORDERS))
        return f"order-{year}-{taken + 1:04d}"

    def _accounts(self, slugs: Sequence[str]) -> list[Account]:
        """These accounts, or all; one that is archived no longer still has records."""
        query = select(ACCOUNTS).order_by(ACCOUNTS.c.slug)
        with self._vault.books.connect() as connection:
            rows = connection.execute(query).mappings().all()
        known = {
            row["slug"]: Account(
                row["slug"], row["platform"], row["native_id"], row["handle"], Holder(row["holder"])
            )
            for row in rows
        }
        strange = sorted(set(slugs) - set(known))
        if strange:
            raise UnknownAccount(
                f"No account {strange[0]!r} is registered. Registered are: {', '.join(known)}."
            )
        return [known[slug] for slug in sorted(set(slugs) or known)]
