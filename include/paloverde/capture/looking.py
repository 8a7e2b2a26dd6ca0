"""Looking for removed items: what listings no longer show, and in rotation what was longest not looked at.

Each item is looked up directly. What is confirmed as removed is copied, with its full content, into one
object of its own, locked until two calendar years after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import Connection, Select, func, select

from paloverde.archive.reader import Archive
from paloverde.archive.register import (
    UNLISTED,
    Item,
    in_state,
    items,
    longest_unlooked,
    newest_seen,
    oldest_look,
    under,
)
from paloverde.archive.seal import Coverage, RunKind
from paloverde.archive.vault import Vault
from paloverde.capture.history import last_versions
from paloverde.capture.holding import Confirmed, hold
from paloverde.capture.intake import Intake, Place
from paloverde.capture.media import from_the_site
from paloverde.capture.night import OpenLine
from paloverde.capture.removal import (
    LASTING,
    REMOVABLE,
    Decision,
    already_hidden,
    decide,
    end_of_story,
    too_many_gone,
)
from paloverde.capture.sealing import Run, seal_run, settle_last
from paloverde.capture.spool import Spool
from paloverde.capture.tables import Sighting
from paloverde.errors import Suspicious
from paloverde.platforms.conversation import Look, Platform, Seen
from paloverde.platforms.line import Line, look_up
from paloverde.records import PACIFIC, Account, Kind, Visibility
from paloverde.state.tables import ITEMS

_WHOSE = ("kind", "native_id", "version_sha256", "poster_id", "visibility")


class Budget(msgspec.Struct, frozen=True):
    """How much is looked up, and when a person is asked first."""

    look_ups: int = 2000
    look_again_days: int = 30
    most_gone: int = 20
    percent_gone: int = 10
    allowed: int | None = None  # a person has confirmed up to this many absences


class RemovalReport(msgspec.Struct, frozen=True):
    """What a check found, by item ids and counts; never the text of an item."""

    account: str
    day: date
    removed: list[str]
    restored: list[str]
    pending: list[str]
    looked_up: int
    oldest_look: datetime | None
    alerts: tuple[str, ...] = ()  # deleted on an official's account, and nobody was consulted before

    def sentence(self) -> str:
        told = f"{self.account}: {self.looked_up:,} items looked up"
        told += f", {len(self.removed):,} found removed and held for two years"
        if self.restored:
            told += f", {len(self.restored):,} there after all"
        if self.pending:
            told += f", {len(self.pending):,} not certain yet"
        if self.oldest_look:
            told += f". No item was last looked at before {self.oldest_look.astimezone(PACIFIC):%A %d %B %Y}"
        if self.alerts:
            told += (
                f". WARNING: {len(self.alerts):,} deleted on this official's account, and no ticket says "
                "that the City Manager and the City Attorney were consulted before; "
                "`paloverde removed list --alerts` names them"
            )
        return f"{told}."


class Looked(msgspec.Struct, frozen=True):
    """An item, what the site's answer to its look-up was, where that answer lies, and what follows."""

    item: Item
    seen: Seen
    place: Place | None
    decision: Decision


def check_removals(
    vault: Vault,
    archive: Archive,
    platform: Platform,
    account: Account,
    day: date,
    budget: Budget,
    open_line: OpenLine,
) -> tuple[RemovalReport, Suspicious | None]:
    """Look up what may be gone and what was not looked at for longest, and hold what is removed.

    Where more disappeared than is believed without a question, nothing is concluded from absences, and the
    trouble says so. What the site itself says to be hidden is held all the same.
    """
    settle_last(vault, day)
    started = vault.clock()
    with vault.books.connect() as connection:
        absent, hidden, trouble = _candidates(connection, account, budget)
        rotation = [] if trouble else _rotation(connection, account, budget, started, len(absent))
    with Spool() as spool, open_line() as line:
        intake = Intake(account, day, vault, spool, from_the_site(line, spool))
        expired = [item for item in absent if item.kind is Kind.STORY and started >= end_of_story(item)]
        absent = [item for item in absent if item not in expired]
        known = [(item, Decision("hidden", "", already_hidden(item))) for item in hidden]
        known += [(item, Decision("expired", "its day is over")) for item in expired]
        looked = _looked(vault, archive, platform, account, [*absent, *rotation], line, intake)
        decisions = known + [(one.item, one.decision) for one in looked]
        intake.sighted(_as_listed(known))
        intake.sighted(_as_looked_up(looked, vault.clock()))
        with vault.books.connect() as connection:
            intake.sighted(_orphans(connection, decisions, vault.clock()))
        intake.close_batch()
        confirmed = [Confirmed(decision.removal) for _, decision in known if decision.removal]
        confirmed += [
            Confirmed(one.decision.removal, one.seen.reason or one.seen.look.value, one.place)
            for one in looked
            if one.decision.removal
        ]
        hold(archive, account, confirmed, spool)
        for one in confirmed:
            item, removed_at = one.removal.item, one.removal.removed_at
            intake.note(f"removed {item.kind.value} {item.native_id} {removed_at.isoformat()}")
        if decisions:
            counts = {"looked_up": len(looked), "removed": len(confirmed)}
            coverage = Coverage(exchanges=intake.exchanges)
            run = Run(account, day, RunKind.REMOVAL_CHECK, started, coverage, counts)
            seal_run(vault, spool, run, intake.digest)
    with vault.books.connect() as connection:
        oldest = oldest_look(connection, account.slug, LASTING)
    return _report(account, day, absent, decisions, len(looked), oldest), trouble


def _candidates(
    connection: Connection, account: Account, budget: Budget
) -> tuple[list[Item], list[Item], Suspicious | None]:
    """What may be gone, and what listings showed as hidden and is not held yet.

    Where too much is gone, nothing may be: then the trouble says why.
    """
    absent = list(items(connection, in_state(account.slug, REMOVABLE, ("absent",))))
    hidden = list(items(connection, in_state(account.slug, REMOVABLE, ("hidden",))))
    removed = {row[0] for row in connection.execute(_removed_ids(account))}
    unexplained = sum(item.within not in removed for item in absent)
    known = connection.execute(
        select(func.count()).where(
            ITEMS.c.account == account.slug, ITEMS.c.kind.in_([str(kind) for kind in REMOVABLE])
        )
    ).scalar_one()
    why = too_many_gone(unexplained, known, most=budget.most_gone, percent=budget.percent_gone)
    if why is None or (budget.allowed is not None and unexplained <= budget.allowed):
        return absent, hidden, None
    trouble = Suspicious(
        f"{account.slug}: {why}. Nothing was concluded of them: the site may be at fault, or a permission "
        "lost. Look at the page; if they are really gone, run "
        f"`paloverde removals {account.slug} --at-most {unexplained}`."
    )
    return [], hidden, trouble


def _removed_ids(account: Account) -> Select[tuple[str]]:
    return select(ITEMS.c.native_id).where(ITEMS.c.account == account.slug, ITEMS.c.state == "removed")


def _rotation(
    connection: Connection, account: Account, budget: Budget, now: datetime, taken: int
) -> list[Item]:
    """Items due for another look, longest unlooked-at first, within what is left of the budget."""
    due = now - timedelta(days=budget.look_again_days)
    left = max(0, budget.look_ups - taken)
    return list(items(connection, longest_unlooked(account.slug, LASTING, due, left)))


def _looked(
    vault: Vault,
    archive: Archive,
    platform: Platform,
    account: Account,
    wanted: list[Item],
    line: Line,
    intake: Intake,
) -> list[Looked]:
    """What the site answers for each item, and what follows from it."""
    with vault.books.connect() as connection:
        removed = {row[0] for row in connection.execute(_removed_ids(account))}
        witnesses = _witnesses(connection, account, wanted)
    asked = [(item.kind, item.native_id) for item in (*wanted, *witnesses)]
    seen = {
        seen.native_id: (seen, intake.place)
        for seen in look_up(platform, account, asked, line, intake.exchange)
    }
    in_order = not any(_outcome(seen, item)[0].look is Look.GONE for item in witnesses)
    outcomes = [(item, *_believed(_outcome(seen, item), in_order=in_order)) for item in wanted]
    gone = [item for item, outcome, _ in outcomes if outcome.look is Look.GONE]
    rows = last_versions(archive, gone, _WHOSE)
    looked = []
    for item, outcome, place in outcomes:
        row = rows.get((item.kind.value, item.native_id))
        own = row is not None and row["poster_id"] == account.native_id
        held = row is not None and row["visibility"] == Visibility.HELD
        gone_above = item.within in removed
        decision = decide(item, outcome, vault.clock(), own=own, parent_removed=gone_above, held=held)
        looked.append(Looked(item, outcome, place, decision))
    return looked


def _outcome(outcomes: dict[str, tuple[Seen, Place | None]], item: Item) -> tuple[Seen, Place | None]:
    nothing = Seen(item.native_id, Look.UNKNOWN, "the site said nothing of it")
    return outcomes.get(item.native_id) or (nothing, None)


def _believed(answer: tuple[Seen, Place | None], *, in_order: bool) -> tuple[Seen, Place | None]:
    """The answer, or nothing where the site denies what it has just listed."""
    seen, place = answer
    if seen.look is Look.GONE and not in_order:
        seen = Seen(seen.native_id, Look.UNKNOWN, "the site denies items, too, that it has just listed")
    return seen, place


def _witnesses(connection: Connection, account: Account, wanted: list[Item]) -> list[Item]:
    """One item of each kind in question that a listing has just shown.

    A site that says of these, too, that they do not exist is out of order, and is not believed.
    """
    asked = {item.native_id for item in wanted}
    found = []
    for kind in sorted({item.kind for item in wanted}):
        newest = items(connection, newest_seen(account.slug, kind))
        found += [item for item in newest if item.native_id not in asked][:1]
    return found


def _as_listed(decisions: Iterable[tuple[Item, Decision]]) -> Iterator[Sighting]:
    """What follows from what listings showed or left out, without another look."""
    for item, decision in decisions:
        yield Sighting(
            item.kind.value, item.native_id, "", "", decision.state, item.looked_at, "listing",
            item.version_sha256, item.posted_at, decision.reason,
        )  # fmt: skip


def _as_looked_up(looked: Iterable[Looked], now: datetime) -> Iterator[Sighting]:
    """What the look-ups showed. What is there and missing from its listing is not expected there any more."""
    for one in looked:
        item, decision = one.item, one.decision
        is_unlisted = item.state == "absent" and decision.state == "present"
        stream, within = (UNLISTED, item.within) if is_unlisted else ("", "")
        yield Sighting(
            item.kind.value, item.native_id, stream, within, decision.state, now, "look-up",
            item.version_sha256, item.posted_at, decision.reason,
        )  # fmt: skip


def _orphans(
    connection: Connection, decisions: Iterable[tuple[Item, Decision]], now: datetime
) -> Iterator[Sighting]:
    """What hung under a removed item: no listing shows it any more, the next check looks it up."""
    for item, decision in decisions:
        if decision.removal and decision.state != "hidden":
            for orphan in items(connection, under(item.account, item.native_id)):
                yield Sighting(
                    orphan.kind.value, orphan.native_id, "", "", "absent", now, "listing",
                    orphan.version_sha256, orphan.posted_at, "what it hangs under was removed",
                )  # fmt: skip


def _report(
    account: Account,
    day: date,
    absent: list[Item],
    decisions: list[tuple[Item, Decision]],
    looked_up: int,
    oldest: datetime | None,
) -> RemovalReport:
    was_absent = {item.native_id for item in absent}
    return RemovalReport(
        account=account.slug,
        day=day,
        removed=[item.native_id for item, decision in decisions if decision.removal],
        restored=[i.native_id for i, d in decisions if d.state == "present" and i.native_id in was_absent],
        pending=[i.native_id for i, d in decisions if not d.removal and d.state in ("absent", "unknown")],
        looked_up=looked_up,
        oldest_look=oldest,
    )
