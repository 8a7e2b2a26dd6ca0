"""The rounds of the watch: what was sealed since is shown to the checks, and what they find is kept.

Each check has its place, the last run that it has seen, and goes on from there: a round that is killed is
gone on with by the next one, and what it found once more is the same finding. What was sealed before a check
was there, or changed, is looked at by `again`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, RowMapping, case, func, select

from paloverde.archive.reader import Archive, SealedPart
from paloverde.archive.seal import Role
from paloverde.archive.vault import Vault
from paloverde.installation.picture_looks import forget_destroyed_looks
from paloverde.installation.watch_now import Moment
from paloverde.installation.watch_reading import Reading, hit_of, seen_of
from paloverde.installation.watch_table import Findings, Hit
from paloverde.records import Kind, archive_day
from paloverde.search.conversation import TALK, conversations
from paloverde.search.index.asking import Asking
from paloverde.state.books import changing, insert_into
from paloverde.state.tables import PARTS, RUNS, WATCHED
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding
from paloverde.watch.rounds import CheckFailed, Trouble, Work
from paloverde.watch.seen import Seen
from paloverde.wording import several, some

ROUND, AGAIN, DESTROYED = "round", "again", "destroyed"
FIRST_LOOK = timedelta(days=31)  # how far back the first round of a check looks
_THREADS = 100  # conversations that are gathered at once
_SAID = (*TALK, Kind.REACTION.value)  # a like is an expression, too (policy V.D)
_TELL_EVERY = 25  # runs after which a long look says how far it is
_W = WATCHED.c
Say = Callable[[str], None]


class Round(msgspec.Struct, frozen=True):
    """What a round did. `changed` names the checks that are new, or find something else than before: what
    was sealed before them is not looked at yet.
    """

    checks: int
    runs: int
    versions: int
    found: int  # findings that are new, or had ended
    ended: int
    changed: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()

    def sentence(self) -> str:
        """In plain words."""
        looked = f"{some(self.versions, 'version')} of {some(self.runs, 'sealed run')}"
        found = f"{some(self.found, 'new finding')}, {some(self.ended, 'finding')} ended"
        told = [f"{some(self.checks, 'check')} looked at {looked}: {found}."]
        if self.changed:
            told.append(
                f"New or changed: {several(self.changed)}. `paloverde watch again {' '.join(self.changed)} "
                "--since DATE` looks at older records."
            )
        return " ".join([*told, *(trouble.sentence() for trouble in self.troubles)])

    def settle(self) -> None:
        """Raise what a person must see to: that a check failed."""
        if self.troubles:
            raise CheckFailed(" ".join(trouble.sentence() for trouble in self.troubles))


class _Place(NamedTuple):
    """How far a check has looked, and until where it is to look. `first` is the last run before those that
    are looked at again, `since` the archive day of these.
    """

    check: Check
    look: str
    sequence: int
    through: int
    began: datetime
    first: int = 0
    since: date | None = None


class _Tally:
    """What is counted while a round goes on."""

    def __init__(self) -> None:
        self.runs = self.versions = self.found = self.ended = 0

    def told(self, work: Work, changed: tuple[str, ...]) -> Round:
        troubles = tuple(work.troubles.values())
        return Round(work.number, self.runs, self.versions, self.found, self.ended, changed, troubles)


class Rounds:
    """Shows versions to checks, and keeps where each stands."""

    def __init__(self, vault: Vault, archive: Archive, reading: Reading, findings: Findings) -> None:
        self._vault, self._archive, self._reading, self._findings = vault, archive, reading, findings

    def round(
        self, checks: Iterable[Check], book: Book, now: Moment, index: Asking | None, say: Say
    ) -> Round:
        """Look at what was sealed since the last round, and ask the checks that are asked once a round.

        `say` is told how far a long look is. A check that fails is in the round's `troubles`.
        """
        work, tally = Work(checks, book), _Tally()
        places, changed = self._places(work.able)
        self._go(work, places, index, tally, say)
        self._ask(work, now, tally)
        return tally.told(work, changed)

    def again(
        self,
        checks: Iterable[Check],
        since: date,
        book: Book,
        now: Moment,
        index: Asking | None,
        say: Say,
    ) -> Round:
        """Show these checks what was sealed since an archive day; what they find there no more, ends.

        One that was broken off goes on where it stopped.
        """
        work, tally = Work(checks, book), _Tally()
        places = [self._begun_again(check, since) for check in work.able if check.of_now is None]
        self._go(work, places, index, tally, say)
        for place in places:
            if place.check.name not in work.troubles:
                self._finish(place, tally)
        self._ask(work, now, tally)
        return tally.told(work, ())

    def forget_destroyed(self) -> None:
        """Take out of the findings what was lawfully destroyed since this was last done."""
        with self._vault.books.connect() as connection:
            done = _stands(connection, "", DESTROYED)
        last = done["sequence"] if done else 0
        query = select(PARTS).where(PARTS.c.role == Role.TOMBSTONES.value, PARTS.c.sequence > last)
        for sealed in sorted(self._archive.parts_where(query), key=lambda one: one.sequence):
            rows = self._archive.table(sealed.part, ["kind", "native_id", "version_sha256"]).to_pylist()
            at = self._vault.clock()
            with changing(self._vault.books) as connection:
                for row in rows:
                    item = f"{sealed.account}/{row['kind']}/{row['native_id']}"
                    self._findings.forget(connection, item, row["version_sha256"], at)
                forget_destroyed_looks(connection)
                # The last object of a run may follow: one more look at these costs nothing.
                self._stand(connection, "", DESTROYED, 0, sealed.sequence - 1)
            last = sealed.sequence
        if done is None or last > done["sequence"]:
            with changing(self._vault.books) as connection:
                self._stand(connection, "", DESTROYED, 0, last)

    def _go(
        self, work: Work, places: Sequence[_Place], index: Asking | None, tally: _Tally, say: Say
    ) -> None:
        """Go along the runs that any of these checks has not seen."""
        if not places:
            return
        low, high = min(one.sequence for one in places), max(one.through for one in places)
        of_these = PARTS.c.of_run > low, PARTS.c.of_run <= high, PARTS.c.role == Role.RECORDS.value
        runs = groupby(self._archive.parts_where(select(PARTS).where(*of_these)), lambda one: one.of_run)
        for sequence, parts in runs:
            due = [one for one in places if one.sequence < sequence <= one.through]
            self._one_run(work, due, list(parts), index, tally)
            self._stand_all(work, due, sequence)
            if tally.runs % _TELL_EVERY == 0:
                say(f"{some(tally.runs, 'run')} looked at, the last is number {sequence:,} of {high:,}.")
        self._stand_all(work, places, None)

    def _one_run(
        self,
        work: Work,
        due: Sequence[_Place],
        parts: Sequence[SealedPart],
        index: Asking | None,
        tally: _Tally,
    ) -> None:
        names = {one.check.name for one in due}
        begun: list[tuple[Check, Seen]] = []
        for sealed in parts:
            found = work.look(self._reading.versions(sealed), names, begun)
            hits = (Hit(one, seen.text, seen.sequence) for one, seen in found)
            tally.found += self._findings.put(hits, self._vault.clock())
            tally.versions += sealed.part.rows
        for start in range(0, len(begun), _THREADS):
            hits_ = list(self._in_threads(work, begun[start : start + _THREADS], index))
            tally.found += self._findings.put(hits_, self._vault.clock())
        tally.runs += 1

    def _in_threads(
        self, work: Work, begun: Sequence[tuple[Check, Seen]], index: Asking | None
    ) -> Iterator[Hit]:
        """What is found in the conversations around these versions."""
        hits = [hit_of(seen) for _, seen in begun]
        threads = conversations(self._archive, hits, include_private=True, index=index, kinds=_SAID)
        for (check, seen), thread in zip(begun, threads, strict=True):
            said = [seen_of(hit, seen.account) for hit in thread.said]
            versions = {one.version_sha256: one for one in (*said, seen)}
            for finding in work.follow(check, seen, said):
                of = versions.get(finding.version_sha256)
                yield Hit(finding, of.text, of.sequence) if of else Hit(finding)

    def _ask(self, work: Work, now: Moment, tally: _Tally) -> None:
        """Ask the checks that are asked once a round. What they give no more, has ended."""
        for check in [one for one in work.able if one.of_now is not None]:
            found = work.ask(check, now)
            if found is not None:
                hits = [_about(finding, now) for finding in found]
                tally.found += self._findings.put(hits, self._vault.clock())
                ids = [finding.id for finding in found]
                tally.ended += self._findings.end_others(check.name, ids, self._vault.clock())

    def _places(self, checks: Iterable[Check]) -> tuple[list[_Place], tuple[str, ...]]:
        """Where the checks of versions go on, and the names of those that have not seen what came before."""
        at = self._vault.clock()
        places, changed = [], []
        with self._vault.books.connect() as connection:
            head, first = _head(connection), _before(connection, archive_day(at) - FIRST_LOOK)
            for check in checks:
                if check.of_now is None:
                    row = _stands(connection, check.name, ROUND)
                    sequence = row["sequence"] if row else first
                    places.append(_Place(check, ROUND, sequence, head, at))
                    if sequence and (row is None or row["version"] != check.version):
                        changed.append(check.name)
        return places, tuple(changed)

    def _begun_again(self, check: Check, since: date) -> _Place:
        at = self._vault.clock()
        with changing(self._vault.books) as connection:
            first, row = _before(connection, since), _stands(connection, check.name, AGAIN)
            if row and (row["version"], row["since"]) == (check.version, since):
                return _Place(check, AGAIN, row["sequence"], row["through"], row["began"], first, since)
            place = _Place(check, AGAIN, first, _head(connection), at, first, since)
            connection.execute(WATCHED.delete().where(_W.check == check.name, _W.look == AGAIN))
            self._stand(connection, check.name, AGAIN, check.version, first, place)
        return place

    def _finish(self, place: _Place, tally: _Tally) -> None:
        name, at = place.check.name, self._vault.clock()
        tally.ended += self._findings.end_unfound(name, place.first + 1, place.through, place.began, at)
        with changing(self._vault.books) as connection:
            connection.execute(WATCHED.delete().where(_W.check == name, _W.look == AGAIN))

    def _stand_all(self, work: Work, places: Iterable[_Place], sequence: int | None) -> None:
        """Note that those which have not failed have seen this run; None: all that they were to see."""
        with changing(self._vault.books) as connection:
            for one in places:
                if one.check.name not in work.troubles:
                    seen = one.through if sequence is None else sequence
                    self._stand(connection, one.check.name, one.look, one.check.version, seen, one)

    def _stand(
        self,
        connection: Connection,
        check: str,
        look: str,
        version: int,
        sequence: int,
        place: _Place | None = None,
    ) -> None:
        """Note how far a check has seen; never back: another round may have gone further."""
        insert = insert_into(self._vault.books, WATCHED)
        further = case((_W.sequence > insert.excluded.sequence, _W.sequence), else_=insert.excluded.sequence)
        row = {
            "check": check, "look": look, "version": version, "sequence": sequence,
            "through": place.through if place else sequence, "since": place.since if place else None,
            "began": place.began if place else self._vault.clock(),
        }  # fmt: skip
        told = {"version": insert.excluded.version, "sequence": further}
        connection.execute(insert.on_conflict_do_update(index_elements=["check", "look"], set_=told), row)


def _about(finding: Finding, now: Moment) -> Hit:
    """A finding with the text of the version that it is about, which the check was given."""
    version = now.handed(finding.version_sha256)
    return Hit(finding, version.text, version.sequence) if version else Hit(finding)


def _head(connection: Connection) -> int:
    """The last run that is sealed."""
    return connection.execute(select(func.max(RUNS.c.sequence)).where(~RUNS.c.pending)).scalar() or 0


def _before(connection: Connection, day: date) -> int:
    """The last run before those of an archive day and later."""
    first = select(func.min(RUNS.c.sequence)).where(RUNS.c.day >= day)
    found = connection.execute(first).scalar()
    return _head(connection) if found is None else found - 1


def _stands(connection: Connection, check: str, look: str) -> RowMapping | None:
    query = select(WATCHED).where(_W.check == check, _W.look == look)
    return connection.execute(query).mappings().first()
