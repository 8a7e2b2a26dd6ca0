"""That nothing is called removed that is not, and that what is removed is held."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from simcity.compare import ITEMS, reaches
from simcity.evidence import Evidence, SealedRun, Tell, later
from simcity.memory import Entry, Poll
from simcity.showing import Showing

PACIFIC = ZoneInfo("America/Los_Angeles")
ENOUGH = 3  # clean nights in which a listing had to show it: absence, look-up, and what hung under it
ROTATION = timedelta(days=31)  # nothing goes longer than 30 days without a look
GONE = frozenset({"gone", "hidden", "withheld"})


class RemovalAudit:
    """What one account holds as removed, and since when something is gone.

    `latest` are its items' last rows, `rows` all of them by kind and id.
    """

    def __init__(
        self,
        tell: Tell,
        evidence: Evidence,
        counts: Counter[str],
        showing: Showing,
        latest: dict[str, dict[str, Any]],
        rows: dict[tuple[str, str], list[dict[str, Any]]],
    ) -> None:
        self.tell, self._evidence, self._counts = tell, evidence, counts
        self._showing, self._latest, self._rows = showing, latest, rows
        self.held: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._seen_in: dict[str, tuple[str, str]] = {}
        self._gone_since: dict[str, datetime] = {}
        self._gone_during: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        self._waited: Counter[str] = Counter()

    def remember(self, poll: Poll) -> None:
        """Since when something is gone."""
        for entry in poll.truths[-1].values():
            if entry.is_gone:
                self._gone_since.setdefault(entry.id, poll.started)
                self._gone_during[entry.id].append((poll.started, poll.ended or poll.started))

    def take_in(self, run: SealedRun, known: dict[str, Entry]) -> None:
        """In which listing each item was seen last, and what is held from now on."""
        for row in run.rows.get("sightings", []):
            if row["how"] == "listing" and row["state"] in ("present", "hidden") and row["kind"] in ITEMS:
                self._seen_in[row["native_id"]] = (row["stream"], row["within"])
        for row in run.rows.get("removed", []):
            self._held_row(row, run, known)

    def not_called_gone(self, run: SealedRun, steady: dict[str, Entry]) -> None:
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
        self._counts["removals"] += 1
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
        locks = [self._evidence.locked_until(part["key"]) for part in parts]
        locks += [self._evidence.media_lock(m["sha256"]) for m in row["media"] or [] if m["sha256"]]
        if not parts or any(lock is None or lock.date() <= until for lock in locks):
            self.tell("hold", f"{name} or its pictures are not locked through {until}")
        latest = self._latest.get(row["native_id"])
        if latest is None or (latest["text"], latest["raw"]) != (row["text"], row["raw"]):
            self.tell("hold", f"{name} is held with other words than it was last seen with")
        if row["poster_id"] is None and row["poster_missing"] is None:
            self.tell("hold", f"{name} is held without its poster, and nothing says why")
        self._dossier(row, name)
        if (
            row["cause"] == "platform"
            and row["native_id"] in known
            and known[row["native_id"]].by != "platform"
        ):
            self.tell("hold", f"{name} is said to be taken down by the platform, and was not")

    def _dossier(self, row: dict[str, Any], name: str) -> None:
        """That the object alone tells who, when, how it read before, and leads to what the site answered."""
        for part in ("name", "username", "id"):
            if (row[f"poster_{part}"] is None) != (row[f"poster_{part}_missing"] is not None):
                self.tell(
                    "dossier",
                    f"{name}: the poster's {part} is missing without a reason, or has one for nothing",
                )
        if row["posted_at"] is not None:
            local = row["posted_at"].astimezone(PACIFIC)
            if not str(row["posted_pacific"]).startswith(f"{local:%A, %B %-d, %Y, %H:%M:%S}"):
                self.tell(
                    "dossier", f"{name} was posted {local}, and its dossier says {row['posted_pacific']}"
                )
        seen = {one["version_sha256"] for one in self._rows[row["kind"], row["native_id"]]}
        told = [one["version_sha256"] for one in row["versions"] or []]
        if sorted(told) != sorted(seen):
            self.tell(
                "dossier", f"{name} was seen in {len(seen)} versions, and its dossier tells {len(told)}"
            )
        own = [one for one in row["evidence"] or [] if one["sequence"] is None]
        if any(self._evidence.body(one["exchange_key"], one["exchange_offset"]) is None for one in own):
            self.tell("dossier", f"{name}: the look-up that its evidence names is not where it says")
        if not row["evidence"]:
            self.tell("dossier", f"{name} is held without any evidence of its removal")

    def are_held(
        self, poll: Poll, steady: dict[str, Entry], night: tuple[Poll, list[SealedRun]] | None
    ) -> None:
        """Counts the clean nights that what is gone was waited for, and says where they were enough."""
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
        row = self._latest.get(entry.id)
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
