"""The independent audit: after every run, what lies in the store against what was truly there.

It knows the stored form (columns, keys, seals) and nothing of the code that wrote it. Each break has a kind:

    lost, stale             something shown is not archived, or not in its last wording, and no gap says so
    text, poster, time,     a record says something else than the site showed when it was read
    parent, visibility, media, kind
    stranger                a record of something that this account never had
    doubled                 the same version twice
    trace                   a row does not lead to the bytes that it was read from
    false removal           something is called gone or hidden that is not
    not held                something removed is not held after the nights that it takes
    refusal                 a run ended with an error that nothing in the city had caused
    false alarm             the check for removals stops and asks about what is not gone, after a faultless night
    hold                    what is held lacks its words, its poster, its lock
    silence                 a listing that did not end is not told as a gap
    chain, bytes, lock      seals, hashes and locks
    secret                  a token stands in stored bytes
    register                the database is not what the seals say
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from paloverde.simulator.city import Presence
from simcity.compare import difference, explains
from simcity.evidence import Evidence, SealedRun
from simcity.memory import Entry, Poll
from simcity.removals import RemovalAudit
from simcity.rows import RowAudit
from simcity.showing import SHOWING

PACIFIC = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, slots=True)
class Break:
    """Something that may never be."""

    night: int
    account: str
    what: str
    words: str


class Audit:
    """Everything that an auditor remembers of one city."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.night = 0
        self.breaks: list[Break] = []
        self.counts: Counter[str] = Counter()
        self._slug = ""
        self._told: set[tuple[str, ...]] = set()
        self._accounts: dict[str, AccountAudit] = {}

    def tell(self, what: str, words: str) -> None:
        """A break, once for each account and wording."""
        if (self._slug, what, words) not in self._told:
            self._told.add((self._slug, what, words))
            self.breaks.append(Break(self.night, self._slug, what, words))

    def look(self, poll: Poll, presence: Presence) -> None:
        """Audits what a run of the product left behind."""
        self._slug = poll.slug
        account = self._accounts.setdefault(poll.slug, AccountAudit(self, presence))
        own = []
        for run in self.evidence.new_runs():
            if run.account == poll.slug:
                own.append(run)
            elif (
                run.account in self._accounts
            ):  # of a process that died: the next run of any account settles it
                self._accounts[run.account].take_in(run)
            else:
                self.tell(
                    "stranger", f"seal {run.seal['sequence']} is of {run.account}, which was never asked"
                )
        account.look(poll, own)

    def question_without_cause(self, slug: str, asked: int, gone: int) -> None:
        """The product stops and asks about more than is gone, after a night in which the site answered all."""
        self._slug = slug
        self.tell("false alarm", f"the check stops over {asked} items that are not listed; {gone} are gone")

    @property
    def accounts(self) -> dict[str, AccountAudit]:
        return self._accounts


class AccountAudit:
    """What is known of one account: its rows, what is held, and what its runs said that they did not get."""

    def __init__(self, audit: Audit, presence: Presence) -> None:
        self._audit, self._presence = audit, presence
        self._showing = SHOWING[presence.platform]
        evidence, counts = audit.evidence, audit.counts
        self._rows = RowAudit(audit.tell, evidence, counts, presence)
        self.latest = self._rows.latest
        self._removals = RemovalAudit(
            audit.tell, evidence, counts, self._showing, self.latest, self._rows.rows
        )
        self.held = self._removals.held
        self._night: tuple[Poll, list[SealedRun]] | None = None
        self._last: Poll | None = None
        self._gaps: dict[date, list[dict[str, Any]]] = defaultdict(list)

    def tell(self, what: str, words: str) -> None:
        self._audit.tell(what, words)

    def look(self, poll: Poll, runs: list[SealedRun]) -> None:
        """What a run left behind, with what was true while it ran."""
        self._last = poll
        self._rows.remember(poll)
        self._removals.remember(poll)
        for run in runs:
            self.take_in(run)
        steady = poll.steady()
        for run in runs:
            self._removals.not_called_gone(
                run, {id_: entry for entry in steady.values() for id_ in entry.ids}
            )
        if poll.raised and not (poll.struck or poll.has_cause or poll.raised == "Killed"):
            told = f"the {poll.kind} ended with {poll.raised}, and the site was not at fault: {poll.words}"
            self.tell("refusal", told)
        if poll.kind == "night":
            self._complete(poll, steady, runs)
            self._night = (poll, runs)
        elif poll.kind == "sweep" and poll.is_clean:
            self._swept(steady, runs)
        elif poll.kind == "check":
            self._removals.are_held(poll, steady, self._night)
            self._night = None

    # What is in the store is right.

    def take_in(self, run: SealedRun) -> None:
        """Everything that one seal of this account names."""
        truths = self._last.truths if self._last else []
        known = {id_: entry for truth in truths for entry in truth.values() for id_ in entry.ids}
        self._audit.counts["runs"] += 1
        self._gaps[run.day] += run.gaps
        self._audit.counts["gaps"] += len(run.gaps)
        self._no_silence(run)
        missed = [m for row in run.rows.get("records", []) for m in row["media"] or [] if m["sha256"] is None]
        if missed and not any(gap["stream"] == "media" for gap in run.gaps):
            self.tell("silence", f"{len(missed)} pictures were not kept, and no gap says so")
        for row in run.rows.get("records", []):
            self._rows.take_in(row, run, known)
        self._removals.take_in(run, known)

    def _no_silence(self, run: SealedRun) -> None:
        told = {(gap["stream"], gap.get("of", "")) for gap in run.gaps}
        for listing in run.listings:
            where = (listing["stream"], listing.get("of", ""))
            declared = listing.get("declared")
            is_short = declared is not None and listing["got"] < declared
            if (not listing["complete"] or is_short) and where not in told:
                self.tell("silence", f"the listing {where} ended short, and no gap of seal says so")

    # What was there is in the store.

    def _complete(self, poll: Poll, steady: dict[str, Entry], runs: list[SealedRun]) -> None:
        if poll.raised == "Killed" or poll.lied:
            self._audit.counts["polls that could not be held complete"] += 1
            return
        fresh = {id(row) for run in runs for row in run.rows.get("records", [])}
        day = poll.started.astimezone(PACIFIC).date()
        gaps = [gap for run in runs if run.run["kind"] == "night" for gap in run.gaps] or self._gaps[day]
        for entry in steady.values():
            if entry.listed:
                self._has(entry, gaps, fresh, is_clean=poll.is_clean)
        if self._showing.followers:
            for native_id in frozenset.intersection(*poll.followers):
                if not self._rows.rows.get(("subscriber", native_id)) and not explains(
                    gaps, "subscriber", ()
                ):
                    self.tell("lost", f"the follower {native_id} is not archived, and no gap says so")
        self._has_profile(gaps)

    def _has(self, entry: Entry, gaps: list[dict[str, Any]], fresh: set[int], *, is_clean: bool) -> None:
        row = self.latest.get(entry.id)
        self._audit.counts["shown and checked"] += 1
        wrong = difference(row, entry)
        if wrong is None:
            return
        what, words = wrong
        is_fresh = row is not None and id(row) in fresh
        if not is_fresh and not is_clean and explains(gaps, entry.kind, entry.roots):
            self._audit.counts["shown, short, and told as a gap"] += 1
            return
        kind = what if is_fresh or row is None else "stale"
        self.tell(kind, f"{entry.kind} {entry.id} of {entry.at:%d %B %H:%M}: {words}")

    def _has_profile(self, gaps: list[dict[str, Any]]) -> None:
        account = self._presence.account
        rows = self._rows.rows.get(("profile", account.id))
        if (not rows or rows[-1]["poster_name"] != account.name) and not explains(gaps, "profile", ()):
            self.tell("lost" if not rows else "stale", f"the profile is not archived as {account.name!r}")

    def _swept(self, steady: dict[str, Entry], runs: list[SealedRun]) -> None:
        """A sweep that nothing hindered has every post that the account made since the night."""
        gaps = [gap for run in runs for gap in run.gaps]
        for entry in steady.values():
            is_own = entry.listed and entry.kind == "post" and entry.author[2] == self._presence.account.id
            is_new = entry.visibility == "public" and not any(one in self.latest for one in entry.ids)
            if is_own and is_new and not explains(gaps, "post", ()):
                self.tell("lost", f"the sweep passed over {entry.kind} {entry.id} of {entry.at:%d %B %H:%M}")
