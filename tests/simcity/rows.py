"""Whether a row of the archive says what the site showed when it was read, and leads back to those bytes."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from paloverde.simulator import media
from paloverde.simulator.city import Presence
from simcity.compare import ITEMS, content, is_said
from simcity.evidence import Evidence, SealedRun, Tell
from simcity.memory import Entry, Poll


class RowAudit:
    """Every row of one account, and every wording that its items ever had."""

    def __init__(self, tell: Tell, evidence: Evidence, counts: Counter[str], presence: Presence) -> None:
        self.tell, self._evidence, self._counts, self._presence = tell, evidence, counts, presence
        self.rows: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self.latest: dict[str, dict[str, Any]] = {}  # of posts, comments, messages, by id
        self._wordings: dict[str, set[str]] = defaultdict(set)

    def remember(self, poll: Poll) -> None:
        """Every wording that was true."""
        for truth in poll.truths:
            for entry in truth.values():
                self._wordings[entry.id].add(entry.text)
                for id_, words in zip(entry.ids, entry.wordings, strict=True):
                    self._wordings[id_].add(words)

    def take_in(self, row: dict[str, Any], run: SealedRun, known: dict[str, Entry]) -> None:
        self._counts["records"] += 1
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
                self._counts["media missed"] += 1
                if not medium["not_captured"]:
                    self.tell("media", f"{name}: {medium['url']} is not kept, and no reason is given")
                continue
            file = urlsplit(medium["url"]).path.rsplit("/", 1)[-1]
            true = media.mp4(file) if file.endswith(".mp4") else media.png(file)
            kept = self._evidence.media.get(medium["sha256"])
            if kept is None or hashlib.sha256(kept).hexdigest() != medium["sha256"] or kept != true:
                self.tell("media", f"{name}: what is kept of {file} is not what the site showed")

    def _has_trace(self, row: dict[str, Any], name: str) -> None:
        """Exchange offset and payload position give back the exact bytes."""
        raw = row["raw"]
        if hashlib.sha256(raw).hexdigest() != row["payload_sha256"]:
            self.tell("trace", f"{name}: the hash of its payload is another's")
        body = self._evidence.body(row["exchange_key"], row["exchange_offset"])
        at = row["payload_position"]
        if body is None:
            self.tell(
                "trace", f"{name}: no exchange begins at {row['exchange_offset']} of {row['exchange_key']}"
            )
        elif (at >= 0 and body[at : at + len(raw)] != raw) or (at < 0 and row["kind"] in ITEMS and not body):
            self.tell("trace", f"{name}: its payload does not stand at byte {at} of the exchange")
