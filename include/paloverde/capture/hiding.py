"""Hiding comments at a site and showing them again: the requests, and one sealed run with the raw exchanges.

What was hidden gets its dossier at once, locked for two calendar years (policy V.B.7): nobody waits for a
night to find it, and on a site that does not tell what is hidden no night ever would.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import select

from paloverde.archive.commit import Outcome
from paloverde.archive.reader import Archive
from paloverde.archive.register import Item, items
from paloverde.archive.seal import Coverage, RunKind
from paloverde.archive.vault import Vault
from paloverde.capture.holding import Confirmed, hold
from paloverde.capture.intake import Intake, Place
from paloverde.capture.media import from_the_site
from paloverde.capture.night import OpenLine
from paloverde.capture.removal import HIDDEN_HERE, Cause, Removal
from paloverde.capture.sealing import Run, seal_run, settle_last
from paloverde.capture.spool import Spool
from paloverde.errors import BadQuestion, CredentialDead, PaloverdeError, PermissionMissing, RateLimited
from paloverde.platforms.conversation import Hiding, Look, NotThere, TooMuch
from paloverde.platforms.conversation import Platform as Site
from paloverde.platforms.line import Line, act, look_up
from paloverde.records import Account, Kind
from paloverde.state.tables import ITEMS

_ENDS_IT = (CredentialDead, PermissionMissing, RateLimited)  # the next one would meet the same
_REFUSED = (NotThere, TooMuch)  # the site has said that it did not do it


class Wanted(msgspec.Struct, frozen=True):
    """A comment that is to be hidden (or shown again), and why, as its dossier says it.

    `mark` tells this intent from every other one. `look_first`: an earlier intent has no outcome, so that the
    site is asked how the comment stands, where it tells.
    """

    native_id: str
    hidden: bool
    because: str
    mark: str
    look_first: bool = False


class Done(msgspec.Struct, frozen=True):
    """What came of it: `trouble` is what was in the way, "" where the site said that it is so.

    Not `is_known`: the answer was lost or made no sense, and the site may have done it all the same.
    """

    native_id: str
    trouble: str = ""
    is_known: bool = True
    at: datetime | None = None
    place: Place | None = None


def hiding_of(site: Site) -> Hiding:
    """How a site hides. Raises `BadQuestion` where it does not."""
    if site.hiding is None:
        raise BadQuestion(f"{site.title} gives no program a way to hide a comment: do it there by hand.")
    return site.hiding


def set_all(
    vault: Vault,
    archive: Archive,
    site: Site,
    account: Account,
    day: date,
    wanted: Sequence[Wanted],
    open_line: OpenLine,
) -> tuple[list[Done], int, PaloverdeError | None]:
    """Hide or show again: what came of each, the run that sealed it (0: none), and what another try may mend
    or a person must.
    """
    settle_last(vault, day)
    started, done = vault.clock(), list[Done]()
    trouble: PaloverdeError | None = None
    with Spool() as spool, open_line() as line:
        intake = Intake(account, day, vault, spool, from_the_site(line, spool))
        for one in wanted:
            try:
                done.append(_set(vault, site, account, one, line, intake))
            except _ENDS_IT as error:
                trouble = error
                break
            except _REFUSED as error:
                done.append(Done(one.native_id, str(error) or type(error).__name__))
            except PaloverdeError as error:
                done.append(Done(one.native_id, str(error), is_known=False))
                trouble = error
        if trouble is not None:
            done += [Done(one.native_id, str(trouble)) for one in wanted[len(done) :]]
        if not intake.exchanges:
            return done, 0, trouble
        for one, came in zip(wanted, done, strict=True):
            intake.note(f"{one.mark} {one.native_id} {came.trouble or 'done'}")
        intake.close_batch()
        hold(archive, account, list(_confirmed(vault, account, wanted, done)), spool)
        counts = {"asked": len(wanted), "set": sum(not one.trouble for one in done)}
        run = Run(account, day, RunKind.HIDING, started, Coverage(exchanges=intake.exchanges), counts)
        sealed = seal_run(vault, spool, run, intake.digest)
    return done, sealed.seal.sequence if sealed.outcome is Outcome.MINE else 0, trouble


def _set(vault: Vault, site: Site, account: Account, one: Wanted, line: Line, intake: Intake) -> Done:
    """Ask for one, unless the site says that it is so already. What is in the way is raised."""
    hiding = hiding_of(site)
    if one.look_first and hiding.tells:
        asked = [(Kind.COMMENT, one.native_id)]
        looks = {seen.look for seen in look_up(site, account, asked, line, intake.exchange)}
        if looks == {Look.HIDDEN if one.hidden else Look.PRESENT}:
            return Done(one.native_id, at=vault.clock(), place=intake.place)
    act(hiding.act(one.native_id, one.hidden), line, intake.exchange)
    return Done(one.native_id, at=vault.clock(), place=intake.place)


def _confirmed(
    vault: Vault, account: Account, wanted: Sequence[Wanted], done: Iterable[Done]
) -> Iterable[Confirmed]:
    """The dossiers that are due: of what the site said is hidden now."""
    for one, came in zip(wanted, done, strict=True):
        if one.hidden and not came.trouble and came.at is not None:
            item = _item(vault, account, one.native_id)
            removal = Removal(item, Cause.CITY, one.because, HIDDEN_HERE, came.at, came.at)
            yield Confirmed(removal, "the site's answer: it is hidden", came.place, "act")


def _item(vault: Vault, account: Account, native_id: str) -> Item:
    query = select(ITEMS).where(
        ITEMS.c.account == account.slug,
        ITEMS.c.kind == Kind.COMMENT.value,
        ITEMS.c.native_id == native_id,
    )
    with vault.books.connect() as connection:
        return next(items(connection, query))
