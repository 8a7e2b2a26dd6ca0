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

import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from paloverde.simulator import media
from paloverde.simulator.city import Presence
from simcity.compare import ITEMS, content, difference, explains, is_said, reaches
from simcity.evidence import Evidence, SealedRun, later
from simcity.memory import Entry, Poll
from simcity.showing import SHOWING

PACIFIC = ZoneInfo("America/Los_Angeles")
ENOUGH = 3  # clean nights in which a listing had to show it: absence, look-up, and what hung under it
ROTATION = timedelta(days=31)  # nothing goes longer than 30 days without a look
GONE = frozenset({"gone", "hidden", "withheld"})


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
    """What is known of one account: every row, every wording that it ever had, what is held."""

    def __init__(self, audit: Audit, presence: Presence) -> None:
        self._audit, self._presence = audit, presence
        self._showing = SHOWING[presence.platform]
        self.rows: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self.latest: dict[str, dict[str, Any]] = {}  # of posts, comments, messages, by id
        self.held: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._wordings: dict[str, set[str]] = defaultdict(set)
        self._seen_in: dict[str, tuple[str, str]] = {}
        self._gone_since: dict[str, datetime] = {}
        self._gone_during: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        self._waited: Counter[str] = Counter()
        self._night: tuple[Poll, list[SealedRun]] | None = None
        self._last: Poll | None = None
        self._gaps: dict[date, list[dict[str, Any]]] = defaultdict(list)

    def tell(self, what: str, words: str) -> None:
        self._audit.tell(what, words)

    def look(self, poll: Poll, runs: list[SealedRun]) -> None:
        """What a run left behind, with what was true while it ran."""
        self._last = poll
        self._remember(poll)
        for run in runs:
            self.take_in(run)
        steady = poll.steady()
        for run in runs:
            self._not_called_gone(run, {id_: entry for entry in steady.values() for id_ in entry.ids})
        if poll.raised and not (poll.struck or poll.has_cause or poll.raised == "Killed"):
            told = f"the {poll.kind} ended with {poll.raised}, and the site was not at fault: {poll.words}"
            self.tell("refusal", told)
        if poll.kind == "night":
            self._complete(poll, steady, runs)
            self._night = (poll, runs)
        elif poll.kind == "sweep" and poll.is_clean:
            self._swept(steady, runs)
        elif poll.kind == "check":
            self._removals_are_held(poll, steady)
            self._night = None

    def _remember(self, poll: Poll) -> None:
        """Every wording that was true, and since when something is gone."""
        for truth in poll.truths:
            for entry in truth.values():
                self._wordings[entry.id].add(entry.text)
                for id_, words in zip(entry.ids, entry.wordings, strict=True):
                    self._wordings[id_].add(words)
        for entry in poll.truths[-1].values():
            if entry.is_gone:
                self._gone_since.setdefault(entry.id, poll.started)
                self._gone_during[entry.id].append((poll.started, poll.ended or poll.started))

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
            self._row(row, run, known)
        for row in run.rows.get("sightings", []):
            if row["how"] == "listing" and row["state"] in ("present", "hidden") and row["kind"] in ITEMS:
                self._seen_in[row["native_id"]] = (row["stream"], row["within"])
        for row in run.rows.get("removed", []):
            self._held_row(row, run, known)

    def _no_silence(self, run: SealedRun) -> None:
        told = {(gap["stream"], gap.get("of", "")) for gap in run.gaps}
        for listing in run.listings:
            where = (listing["stream"], listing.get("of", ""))
            declared = listing.get("declared")
            is_short = declared is not None and listing["got"] < declared
            if (not listing["complete"] or is_short) and where not in told:
                self.tell("silence", f"the listing {where} ended short, and no gap of seal says so")

    def _row(self, row: dict[str, Any], run: SealedRun, known: dict[str, Entry]) -> None:
        self._audit.counts["records"] += 1
        name = f"{row['kind']} {row['native_id']}"
        self._has_trace(row, name)
        if (row["account"], row["date"]) != (run.account, run.day):
            self.tell(
                "kind",
                f"{name} lies under {row['account']} {row['date']} in a run of {run.account} {run.day}",
            )
        before = self.rows[row["kind"], row["native_id"]]
        if before and content(before[-1]) == content(row):
            self.tell("doubled", f"{name} has the same version twice: {row['text']!r:.60}")
        before.append(row)
        if row["kind"] in ITEMS:
            self._item_row(row, name, known)
        elif row["kind"] in ("subscriber", "profile", "subscriber_count") and not self._is_ours(row):
            self.tell("stranger", f"{name} is nobody of this account")

    def _is_ours(self, row: dict[str, Any]) -> bool:
        if row["kind"] == "subscriber":
            return row["native_id"] in self._presence.people
        return bool(row["native_id"] == self._presence.account.id)

    def _item_row(self, row: dict[str, Any], name: str, known: dict[str, Entry]) -> None:
        entry = known.get(row["native_id"])
        self.latest[row["native_id"]] = row
        if entry is None:
            self.tell("stranger", f"{name} is not among what this account ever had")
            return
        told = None if row["text"] is None else unescape(row["text"])
        wordings = self._wordings[row["native_id"]]
        if told is not None and not any(is_said(told, said) for said in wordings):
            self.tell("text", f"{name} never said {told!r:.80}; it said {sorted(wordings)!r:.120}")
        if entry.visibility == "unpublished":
            self._poster(row, name, entry)  # its time is still to come
            return
        posted = entry.times[entry.ids.index(row["native_id"])].replace(microsecond=0)
        if row["posted_at"] is None or row["posted_at"].replace(microsecond=0) != posted:
            self.tell("time", f"{name} was posted {posted}, and its row says {row['posted_at']}")
        if told is not None and row["parent_id"] not in entry.parents and (entry.parents or row["parent_id"]):
            self.tell("parent", f"{name} answers {entry.parents}, and its row says {row['parent_id']}")
        self._poster(row, name, entry)
        self._media_bytes(row, name)

    def _poster(self, row: dict[str, Any], name: str, entry: Entry) -> None:
        """Every identity is as the site gives it, or its absence has a reason; a signed one is there."""
        said = {"name": row["poster_name"], "username": row["poster_username"], "id": row["poster_id"]}
        if None in said.values() and row["poster_missing"] is None:
            self.tell("poster", f"{name} lacks a part of its poster, and no reason is given")
        if said["id"] is not None and said["id"] != entry.author[2]:
            self.tell("poster", f"{name} is by {entry.author}, and its row says {said}")
        is_words = row["text"] is not None  # of unreadable messages a site gives only the id
        if is_words and any(said[part] is None for part in entry.poster):
            self.tell("poster", f"{name} is by {entry.author}, and its row leaves {said}")
        if entry.is_unsigned and said["id"] is not None:
            self.tell("poster", f"{name} was not signed, and its row says {said}")

    def _media_bytes(self, row: dict[str, Any], name: str) -> None:
        for medium in row["media"] or []:
            if medium["sha256"] is None:
                self._audit.counts["media missed"] += 1
                if not medium["not_captured"]:
                    self.tell("media", f"{name}: {medium['url']} is not kept, and no reason is given")
                continue
            file = urlsplit(medium["url"]).path.rsplit("/", 1)[-1]
            true = media.mp4(file) if file.endswith(".mp4") else media.png(file)
            kept = self._audit.evidence.media.get(medium["sha256"])
            if kept is None or hashlib.sha256(kept).hexdigest() != medium["sha256"] or kept != true:
                self.tell("media", f"{name}: what is kept of {file} is not what the site showed")

    def _has_trace(self, row: dict[str, Any], name: str) -> None:
        """Exchange offset and payload position give back the exact bytes."""
        raw = row["raw"]
        if hashlib.sha256(raw).hexdigest() != row["payload_sha256"]:
            self.tell("trace", f"{name}: the hash of its payload is another's")
        body = self._audit.evidence.body(row["exchange_key"], row["exchange_offset"])
        at = row["payload_position"]
        if body is None:
            self.tell(
                "trace", f"{name}: no exchange begins at {row['exchange_offset']} of {row['exchange_key']}"
            )
        elif (at >= 0 and body[at : at + len(raw)] != raw) or (at < 0 and row["kind"] in ITEMS and not body):
            self.tell("trace", f"{name}: its payload does not stand at byte {at} of the exchange")

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
                if not self.rows.get(("subscriber", native_id)) and not explains(gaps, "subscriber", ()):
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
        rows = self.rows.get(("profile", account.id))
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

    # Nothing is called removed that is not; what is removed is held.

    def _not_called_gone(self, run: SealedRun, steady: dict[str, Entry]) -> None:
        for row in (*run.rows.get("sightings", []), *run.rows.get("removed", [])):
            entry = steady.get(row["native_id"])
            is_said = row.get("state", "gone") in GONE and row["kind"] in ITEMS
            if is_said and entry is not None and not entry.is_gone and not self._was_gone(entry, row):
                self.tell(
                    "false removal", f"{row['kind']} {row['native_id']} is there, and called gone or hidden"
                )

    def _was_gone(self, entry: Entry, row: dict[str, Any]) -> bool:
        """Whether it was gone when that was said of it: a run that died may be made good the next night."""
        said = row.get("confirmed_at") or row["looked_at"]
        return any(first <= said <= last for first, last in self._gone_during[entry.id])

    def _held_row(self, row: dict[str, Any], run: SealedRun, known: dict[str, Entry]) -> None:
        name = f"{row['kind']} {row['native_id']}"
        self._audit.counts["removals"] += 1
        earlier = self.held[row["native_id"]]
        if any(one["confirmed_at"] == row["confirmed_at"] for one in earlier):
            self.tell("doubled", f"the removal of {name} is held twice")
        earlier.append(row)
        until = later(row["confirmed_at"].astimezone(PACIFIC).date(), 2)
        if row["retain_until"] < until:
            self.tell("hold", f"{name} is to be kept until {row['retain_until']}, before {until}")
        plain = re.sub(r"[^A-Za-z0-9_-]", "_", row["native_id"])[:80]  # as docs say of object names
        parts = [
            part for part in run.run["parts"] if part["role"] == "removed" and f"/{plain}-" in part["key"]
        ]
        locks = [self._audit.evidence.locked_until(part["key"]) for part in parts]
        locks += [self._audit.evidence.media_lock(m["sha256"]) for m in row["media"] or [] if m["sha256"]]
        if not parts or any(lock is None or lock.date() <= until for lock in locks):
            self.tell("hold", f"{name} or its pictures are not locked through {until}")
        latest = self.latest.get(row["native_id"])
        if latest is None or (latest["text"], latest["raw"]) != (row["text"], row["raw"]):
            self.tell("hold", f"{name} is held with other words than it was last seen with")
        if row["poster_id"] is None and row["poster_missing"] is None:
            self.tell("hold", f"{name} is held without its poster, and nothing says why")
        if (
            row["cause"] == "platform"
            and row["native_id"] in known
            and known[row["native_id"]].by != "platform"
        ):
            self.tell("hold", f"{name} is said to be taken down by the platform, and was not")

    def _removals_are_held(self, poll: Poll, steady: dict[str, Entry]) -> None:
        """Counts the clean nights that what is gone was waited for, and says where they were enough."""
        night = self._night
        both = night[0].steady() if night else {}
        is_clean = night is not None and night[0].is_clean and poll.is_clean
        for key, entry in steady.items():
            if not entry.is_gone:
                if is_clean and key in both and both[key].listed:
                    self._gone_since.pop(entry.id, None)
                    self._waited.pop(entry.id, None)
                continue
            if is_clean and night and key in both and both[key].is_gone:
                self._wait(entry, poll, night[1])

    def _wait(self, entry: Entry, poll: Poll, runs: list[SealedRun]) -> None:
        row = self.latest.get(entry.id)
        since = self._gone_since[entry.id]
        is_held = any(one["confirmed_at"] >= since for one in self.held[entry.id])
        if row is None or is_held or row["kind"] not in self._showing.provable:
            return
        is_due = poll.started - max(since, row["observed_at"]) > ROTATION
        if is_due or self._had_to_be_listed(entry, runs):
            self._waited[entry.id] += 1
        enough = ENOUGH + entry.depth  # what went with something above it is found a level a night
        if self._waited[entry.id] >= enough:
            told = f"{entry.kind} {entry.id} is {entry.state} since {since:%d %B} by {entry.by}, and not held"
            self.tell("not held", f"{told} after {enough} clean nights in which it had to be missed")

    def _had_to_be_listed(self, entry: Entry, runs: list[SealedRun]) -> bool:
        """Whether the listing that showed it last was walked to its end again, and did not show it."""
        above = [root for root in entry.roots if root not in entry.ids]
        if any(
            one["confirmed_at"] >= self._gone_since[entry.id] for root in above for one in self.held[root]
        ):
            return True
        stream, within = self._seen_in.get(entry.id, ("", ""))
        return any(
            listing["complete"]
            and (listing["stream"], listing.get("of", "")) == (stream, within)
            and reaches(listing.get("since"), entry.at)
            for run in runs
            for listing in run.listings
        )
