"""Keeping as the City works with it: its schedules, why an item is kept, the Trusted System Statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import date
from functools import partial

import msgspec
from sqlalchemy import func, select

from paloverde.archive.ledger import Ledger
from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Role, RunKind
from paloverde.archive.store import open_tamper
from paloverde.archive.vault import Vault
from paloverde.errors import BadQuestion, UnknownAccount
from paloverde.installation.place import place_of, second_place_of
from paloverde.records import Account, Holder, archive_day
from paloverde.retention.blocks import Blocks, foreseen
from paloverde.retention.decision import reasons_to_keep
from paloverde.retention.facts import Facts, Ground, ItemId, Reason
from paloverde.retention.gather import facts_of
from paloverde.retention.held import holds_on
from paloverde.retention.inspected import Inspected
from paloverde.retention.inspection import inspect
from paloverde.retention.requirements import requirements_of
from paloverde.retention.schedule import Schedule, Schedules, adopted, file_schedule
from paloverde.retention.schedule_text import read_schedule
from paloverde.retention.statement import Statement, file_page, file_statement, statement_of
from paloverde.retention.statement_page import statement_page
from paloverde.settings import Settings
from paloverde.state.tables import ACCOUNTS, PARTS, RUNS
from paloverde.steps import Step
from paloverde.wording import some

_TOLD_EVERY = 100_000  # items


class Keeping(msgspec.Struct, frozen=True):
    """How an account's items stand: how many on which ground, and how many nothing keeps any longer."""

    account: str
    day: date
    items: int
    free: int
    grounds: dict[Ground, int]
    waiting: dict[str, int] = {}  # why what nothing keeps by itself cannot go now: a held object holds it


class Retention:
    """What must be kept, why and until when. Nothing here destroys."""

    def __init__(
        self, settings: Settings, vault: Vault, archive: Archive, ledger: Ledger, cabinet: Cabinet
    ) -> None:
        self._settings, self._vault, self._archive = settings, vault, archive
        self._ledger, self._cabinet = ledger, cabinet

    def today(self) -> date:
        return archive_day(self._vault.clock())

    def schedules(self) -> Schedules:
        """What the City has set itself: its schedules, and the reasonable time of officials."""
        return Schedules(tuple(adopted(self._cabinet)), self._settings.reasonable_years)

    def adopt(self, text: str, where: str, actor: str) -> tuple[Schedule, bool]:
        """Check a schedule and file it; it takes the place of one of the same resolution.

        False beside it where it says what the one of its resolution says already: nothing is filed then.
        `BadQuestion` says what is wrong with it and on which line; nothing is filed then either.
        """
        schedule = read_schedule(text, where=where, today=self.today())
        is_new = schedule not in self.schedules().adopted
        if is_new:
            file_schedule(self._cabinet, schedule, actor)
        return schedule, is_new

    def facts(self, slug: str, items: Collection[ItemId] | None = None) -> Iterator[Facts]:
        """The facts of an account's items, of all or of these; of a retired account, too."""
        return facts_of(
            self._archive,
            self._account(slug),
            lock_years=self._vault.lock_years,
            holds=partial(holds_on, self._vault.books, self._cabinet),
            items=items,
            visibility=self.schedules().name_visibility,
        )

    def reasons(self, item: ItemId) -> list[Reason]:
        """Why an item is kept. `BadQuestion` where the archive has no such item (any more)."""
        facts = next(self.facts(item.account, [item]), None)
        if facts is None:
            raise BadQuestion(
                f"{item.account} has no {item.kind.value} {item.native_id!r} in the archive: check the id, "
                f"or look it up with {Step.ARCHIVE_SEARCH}."
            )
        return reasons_to_keep(facts, self.today(), self.schedules())

    def to_read(self, slug: str) -> int:
        """About how many rows `reasons` reads for an item of an account: of imports, or of all its runs."""
        query = select(func.coalesce(func.sum(PARTS.c.rows), 0)).where(
            PARTS.c.account == slug, PARTS.c.role == Role.RECORDS.value
        )
        if not self.schedules().name_visibility:
            imports = select(RUNS.c.sequence).where(
                RUNS.c.account == slug, RUNS.c.kind == RunKind.IMPORT.value
            )
            query = query.where(PARTS.c.of_run.in_(imports))
        with self._vault.books.connect() as connection:
            return connection.execute(query).scalar() or 0

    def keeping(self, slug: str, progress: Callable[[str], None]) -> Keeping:
        """How many items of an account are kept on which ground; one item may be kept on several."""
        schedules, day = self.schedules(), self.today()
        grounds: Counter[Ground] = Counter()
        items, free = 0, list[tuple[str, str]]()
        for facts in self.facts(slug):
            reasons = reasons_to_keep(facts, day, schedules)
            grounds.update({reason.ground for reason in reasons})
            items += 1
            if not reasons:
                free.append((facts.item.kind.value, facts.item.native_id))
            if items % _TOLD_EVERY == 0:
                progress(f"{slug}: {some(items, 'item')}")
        waiting = Counter(self._foreseen(slug, free).values())
        rest = len(free) - waiting.total()
        return Keeping(slug, day, items, rest, dict(grounds.most_common()), dict(waiting.most_common()))

    def waits(self, item: ItemId) -> str:
        """Why an item that no reason keeps could not go now all the same; "" where it could."""
        named = (item.kind.value, item.native_id)
        return self._foreseen(item.account, [named]).get(named, "")

    def _foreseen(self, slug: str, items: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        blocks = Blocks(self._vault, self._cabinet)
        return foreseen(self._archive, blocks, slug, self._account(slug).platform, items)

    def inspect(self) -> Inspected:
        """Read the settings and both stores as they are now. Writes two small objects under `probe/`."""
        settings = self._settings
        first, second = place_of(settings), second_place_of(settings)
        tampers = [open_tamper(first[0], **first[1])]
        if second is not None:
            tampers.append(open_tamper(second[0], **second[1]))
        return inspect(settings, self._vault, self._ledger, self.schedules(), tampers)

    def state(self, actor: str) -> tuple[Statement, bytes]:
        """Make the Trusted System Statement of today and file it; the statement and its page."""
        found = self.inspect()
        made = statement_of(found, requirements_of(found))
        filed = file_statement(self._cabinet, made, actor)
        page = statement_page(made, filed.stored)
        file_page(self._cabinet, made, page, actor)
        return made, page

    def _account(self, slug: str) -> Account:
        with self._vault.books.connect() as connection:
            rows = connection.execute(select(ACCOUNTS).order_by(ACCOUNTS.c.slug)).mappings().all()
        known = {row["slug"]: row for row in rows}
        if slug not in known:
            raise UnknownAccount(f"No account {slug!r} is registered. Registered are: {', '.join(known)}.")
        row = known[slug]
        return Account(slug, row["platform"], row["native_id"], row["handle"], Holder(row["holder"]))
