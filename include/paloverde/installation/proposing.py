"""Making an order of destruction: what nothing keeps any longer, its list, its report, the order itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import select

from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.store.rules import digest_of
from paloverde.archive.vault import Vault
from paloverde.bundles.scratch import scratch
from paloverde.errors import PersonNeeded, Suspicious, UnknownAccount
from paloverde.records import Account, Holder, archive_day
from paloverde.retention.approval import FILES, ORDERS, all_orders, closed
from paloverde.retention.blocks import Blocks, foreseen
from paloverde.retention.facts import Ground
from paloverde.retention.gather import facts_of
from paloverde.retention.held import holds_on
from paloverde.retention.orders import Order, OrderStanding
from paloverde.retention.proposal import DryRun
from paloverde.retention.report import report_page
from paloverde.retention.schedule import Schedules, adopted
from paloverde.settings import Settings
from paloverde.state.tables import ACCOUNTS
from paloverde.wording import some, spoken

_TRIES = 5
_MOST_GROUNDS = 20  # that a sentence names
_IN_WORDS: Mapping[Ground, str] = {
    Ground.FLOOR: "less than two years old",
    Ground.REMOVAL: "found removed, and kept for it",
    Ground.UNKNOWN: "no class of an adopted schedule covers it",
    Ground.LOCK: "still locked in the store",
    Ground.IN_USE: "still shown by the site",
    Ground.QUESTION: "not settled who removed it",
}
Progress = Callable[[str], None]


class Proposed(msgspec.Struct, frozen=True):
    """What a look for eligible items came to; `order` is None where there are none."""

    order: Order | None
    kept: int  # items that stay
    sentence: str


class Proposer:
    """Gathers what may be destroyed, and files it as an order."""

    def __init__(self, settings: Settings, vault: Vault, archive: Archive, cabinet: Cabinet) -> None:
        self._settings, self._vault, self._archive, self._cabinet = settings, vault, archive, cabinet

    def propose(self, slugs: Sequence[str], by: str, progress: Progress) -> Proposed:
        """Gather what nothing keeps any longer of these accounts (all where none is named) into an order.

        Filed are the list, the report (page and table), and last the order that names them. `PersonNeeded`
        while another order of one of the accounts is open: one item stands on one open list.
        """
        accounts = self._accounts(slugs)
        self._refuse_overlap([account.slug for account in accounts])
        with scratch() as folder:
            run = self._dry_run(accounts, folder, progress)
            if not run.items:
                kept = sum(run.kept.values())
                stay = some(kept, "item stays", "items stay")
                return Proposed(None, kept, f"Nothing may be destroyed: {stay}. {_why(run)}".strip())
            order = self._file_new(run, by)
        items = some(order.items, "item")
        told = f"{order.id} would destroy {items}; its report lies open until {spoken(order.opens_on)}."
        return Proposed(order, sum(run.kept.values()), told)

    def _dry_run(self, accounts: Iterable[Account], folder: Path, progress: Progress) -> DryRun:
        schedules = Schedules(tuple(adopted(self._cabinet)), self._settings.reasonable_years)
        holds = partial(holds_on, self._vault.books, self._cabinet)
        run, blocks = DryRun(folder), Blocks(self._vault, self._cabinet)
        for account in accounts:
            facts = facts_of(
                self._archive, account, lock_years=self._vault.lock_years, holds=holds,
                visibility=schedules.name_visibility,
            )  # fmt: skip
            before = run.items
            wait = partial(foreseen, self._archive, blocks, account.slug, account.platform)
            today = archive_day(self._vault.clock())
            run.add_account(self._archive, account.slug, facts, today, schedules, wait)
            gone, kept = run.items - before, run.kept[account.slug]
            progress(f"{account.slug}: {some(gone, 'item')} may be destroyed, {kept:,} stay.")
            for (slug, why), count in run.waiting.items():
                if slug == account.slug:
                    progress(f"{slug}: {some(count, 'item')}: {why}")
        return run

    def _file_new(self, run: DryRun, by: str) -> Order:
        """File an order under the next free name; another may be filed at the same moment."""
        for _ in range(_TRIES - 1):
            with suppress(Suspicious):
                return self._file_order(run, by)
        return self._file_order(run, by)

    def _file_order(self, run: DryRun, by: str) -> Order:
        """`Suspicious` where another order has got the same name meanwhile, and nothing is filed.

        The name comes first: an order that was filed before it was chosen is seen by the look for open ones,
        and one that is filed later takes the same name.
        """
        now = self._vault.clock()
        id_ = self._next_id(now.year)
        self._refuse_overlap(run.accounts)  # again: gathering took its time
        order = Order(
            id=id_,
            proposed_at=now,
            proposed_by=by,
            opens_on=archive_day(now) + timedelta(days=self._settings.disposition_wait_days),
            accounts=sorted({group.account for group in run.groups}),
            items=run.items,
            versions=run.versions,
            lines_sha256=digest_of(run.lines, "sha256").hex(),
        )
        page = report_page(order, run, agency=self._settings.agency_name)
        order = msgspec.structs.replace(
            order,
            report_sha256=digest_of(page, "sha256").hex(),
            table_sha256=digest_of(run.table, "sha256").hex(),
        )
        # The list is kept for ever, as the certificate is; the report, which quotes posts, is not.
        self._put(order, run.lines, "list of destruction filed", by, for_ever=True)
        self._put(order, page, "report of destruction filed", by)
        self._put(order, run.table, "report of destruction filed", by)
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

    def _put(self, order: Order, body: bytes | Path, what: str, by: str, *, for_ever: bool = False) -> None:
        """File the list or the report under the hash of the list, which is nobody else's."""
        about = {"order": order.id}
        self._cabinet.file(
            FILES, order.lines_sha256, body, what=what, actor=by, about=about, for_ever=for_ever
        )

    def _open_orders(self) -> list[OrderStanding]:
        today = archive_day(self._vault.clock())
        return [standing for standing in all_orders(self._cabinet) if not closed(standing, today)]

    def _refuse_overlap(self, slugs: Sequence[str]) -> None:
        for standing in self._open_orders():
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


def _why(run: DryRun) -> str:
    """What keeps the items of a dry run, each ground with the number of its items, most items first."""
    grounds: Counter[str] = Counter()
    for (_, ground), count in run.grounds.items():
        grounds[_IN_WORDS.get(ground, ground.value)] += count
    for (_, why), count in run.waiting.items():
        grounds[why.removesuffix(".")] += count
    told = "; ".join(
        f"{ground}: {some(count, 'item')}" for ground, count in grounds.most_common(_MOST_GROUNDS)
    )
    return f"What keeps them (one item may stay for several reasons): {told}." if told else ""
