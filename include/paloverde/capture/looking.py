"""Looking for removed items: what listings no longer show, and in rotation what was longest not looked at.

Each item is looked up directly. What is confirmed as removed is copied, with its full content, into one
object of its own, locked until two calendar years after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import msgspec
from sqlalchemy import Connection

from paloverde.archive.commit import Outcome
from paloverde.archive.reader import Archive
from paloverde.archive.register import (
    UNLISTED,
    Item,
    items,
    oldest_look,
    under,
)
from paloverde.archive.seal import Coverage, RunKind
from paloverde.archive.vault import Vault
from paloverde.capture.candidates import candidates, removed_ids, rotation, witnesses
from paloverde.capture.history import last_versions
from paloverde.capture.holding import Confirmed, hold
from paloverde.capture.intake import Intake, Place
from paloverde.capture.media import from_the_site
from paloverde.capture.night import OpenLine
from paloverde.capture.removal import (
    LASTING,
    Decision,
    already_hidden,
    decide,
    end_of_story,
)
from paloverde.capture.sealing import Run, seal_run, settle_last
from paloverde.capture.spool import Spool
from paloverde.capture.tables import Sighting
from paloverde.errors import Suspicious
from paloverde.platforms.conversation import Look, Platform, Seen
from paloverde.platforms.line import Line, look_up
from paloverde.records import PACIFIC, Account, Kind, Visibility
from paloverde.wording import some, spoken

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
    sequence: int | None = None  # of the run that was sealed; None where there was nothing to seal

    def sentence(self) -> str:
        told = f"{self.account}: {some(self.looked_up, 'item')} looked up"
        told += f", {len(self.removed):,} found removed and held for two years"
        if self.restored:
            told += f", {len(self.restored):,} there after all"
        if self.pending:
            told += f", {len(self.pending):,} not certain yet"
        if self.oldest_look:
            told += f". No item was last looked at before {spoken(self.oldest_look.astimezone(PACIFIC))}"
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
    started, sequence = vault.clock(), None
    with vault.books.connect() as connection:
        absent, hidden, trouble = candidates(
            connection, account, most=budget.most_gone, percent=budget.percent_gone, allowed=budget.allowed
        )
        most = 0 if trouble else budget.look_ups - len(absent)
        due = rotation(connection, account, started, again_days=budget.look_again_days, most=most)
    with Spool() as spool, open_line() as line:
        intake = Intake(account, day, vault, spool, from_the_site(line, spool))
        known = list(_known(absent, hidden, started))
        expired = [item for item, decision in known if decision.state == "expired"]
        absent = [item for item in absent if item not in expired]
        looked = _looked(vault, archive, platform, account, [*absent, *due], line, intake)
        decisions = known + [(one.item, one.decision) for one in looked]
        _take_in(vault, intake, known, looked)
        confirmed = list(_confirmed(known, looked))
        hold(archive, account, confirmed, spool)
        for one in confirmed:
            item, removed_at = one.removal.item, one.removal.removed_at
            intake.note(f"removed {item.kind.value} {item.native_id} {removed_at.isoformat()}")
        if decisions:
            counts = {"looked_up": len(looked), "removed": len(confirmed)}
            coverage = Coverage(exchanges=intake.exchanges)
            run = Run(account, day, RunKind.REMOVAL_CHECK, started, coverage, counts)
            sealed = seal_run(vault, spool, run, intake.digest)
            sequence = sealed.seal.sequence if sealed.outcome is Outcome.MINE else None
    with vault.books.connect() as connection:
        oldest = oldest_look(connection, account.slug, LASTING)
    report = _report(account, day, absent, decisions, len(looked), oldest)
    return msgspec.structs.replace(report, sequence=sequence), trouble


def _known(absent: Iterable[Item], hidden: Iterable[Item], now: datetime) -> Iterator[tuple[Item, Decision]]:
    """What follows without another look: of what listings show as hidden, and of stories after their day."""
    for item in hidden:
        yield item, Decision("hidden", "", already_hidden(item))
    for item in absent:
        if item.kind is Kind.STORY and now >= end_of_story(item):
            yield item, Decision("expired", "its day is over")


def _take_in(vault: Vault, intake: Intake, known: list[tuple[Item, Decision]], looked: list[Looked]) -> None:
    """Every sighting of the check, and the end of its batch: where each answer lies is known then."""
    intake.sighted(_as_listed(known))
    intake.sighted(_as_looked_up(looked, vault.clock()))
    decisions = known + [(one.item, one.decision) for one in looked]
    with vault.books.connect() as connection:
        intake.sighted(_orphans(connection, decisions, vault.clock()))
    intake.close_batch()


def _confirmed(known: Iterable[tuple[Item, Decision]], looked: Iterable[Looked]) -> Iterator[Confirmed]:
    for _, decision in known:
        if decision.removal:
            yield Confirmed(decision.removal)
    for one in looked:
        if one.decision.removal:
            yield Confirmed(one.decision.removal, one.seen.reason or one.seen.look.value, one.place)


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
        removed = {row[0] for row in connection.execute(removed_ids(account))}
        listed = witnesses(connection, account, wanted)
    asked = [(item.kind, item.native_id) for item in (*wanted, *listed)]
    seen = {
        seen.native_id: (seen, intake.place)
        for seen in look_up(platform, account, asked, line, intake.exchange)
    }
    in_order = not any(_outcome(seen, item)[0].look is Look.GONE for item in listed)
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
