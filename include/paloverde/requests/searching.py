"""The search of a request: what its event keeps, and whether the same search gives the same records again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

import msgspec

from paloverde.requests.events import Searched
from paloverde.retention.hold_scope import Scope as HeldScope
from paloverde.retention.holds import By
from paloverde.search.answer import Answer
from paloverde.search.hits import Hit
from paloverde.search.limits import told_outside

_LONGEST = 3_900  # characters of a question with its limits; a longer one is kept without them


class Replayed(msgspec.Struct, frozen=True):
    """A search that was repeated through the same last seal, and what came."""

    event: Searched
    hits: int
    versions_sha256: str
    is_same_archive: bool

    @property
    def is_same(self) -> bool:
        return self.is_same_archive and self.versions_sha256 == self.event.versions_sha256

    @property
    def sentence(self) -> str:
        event = self.event
        asked = f"“{event.question}”, searched through sealed run {event.through:,}"
        if not self.is_same_archive:
            return f"{asked}: that run is another one here, so this is not the archive that was searched."
        if self.is_same:
            return f"{asked}: the same {_versions(self.hits)} came, SHA-256 {self.versions_sha256}."
        return (
            f"{asked}: OTHER RECORDS CAME. Then {_versions(event.hits)}, now {_versions(self.hits)}. What a "
            "lawful destruction took out since then is missing; the ledger tells of each."
        )


def versions_sha256(hits: Iterable[Hit]) -> str:
    """SHA-256 over the found versions in the order of their names: equal for equal sets, however found.

    Of each version one line of JSON: account, kind, id at its site, SHA-256 of the version.
    """
    digest = hashlib.sha256()
    for version in sorted((*hit.item, hit.version_sha256) for hit in hits):
        digest.update(msgspec.json.encode(version) + b"\n")
    return digest.hexdigest()


def searched(answer: Answer, by: By, at: datetime, minutes: int, note: str) -> Searched:
    """The event of a search. Its scope has the last sealed run in it, so that it can be repeated; its limits
    are told as outside of the City, since certificates and letters say them again.
    """
    return Searched(
        by=by,
        at=at,
        note=note,
        question=answer.question,
        sentence=answer.sentence,
        scope=msgspec.structs.replace(answer.scope, through=answer.searched.last_seal),
        accounts=tuple(answer.searched.accounts),
        through=answer.searched.last_seal,
        previous=answer.searched.last_seal_previous,
        hits=answer.counts.hits,
        items=answer.counts.items,
        removed=answer.counts.removed,
        read=answer.searched.records,
        per_term=dict(answer.counts.per_term),
        versions_sha256=versions_sha256(answer.hits),
        limits=tuple(map(str, told_outside(answer.limits))),
        standing=tuple(map(str, answer.standing)),
        minutes=minutes,
    )


def replayed(event: Searched, answer: Answer) -> Replayed:
    """What a repeated search says about the first."""
    same = answer.searched.last_seal == event.through and answer.searched.last_seal_previous == event.previous
    return Replayed(event, answer.counts.hits, versions_sha256(answer.hits), same)


def kept_by(event: Searched) -> HeldScope:
    """What the hold of the request keeps because of a search: all that it asked for, private or not."""
    scope = event.scope
    limits = [_any("kind", scope.kinds), _any("platform", scope.platforms)]
    whole = " ".join([f"({event.question})", *filter(None, limits)])
    words = whole if len(whole) <= _LONGEST and any(limits) else event.question
    return HeldScope(accounts=scope.accounts, since=scope.since, until=scope.until, words=words)


def _any(field: str, values: tuple[str, ...]) -> str:
    return f"({' OR '.join(f'{field}:{value}' for value in values)})" if values else ""


def _versions(number: int) -> str:
    return f"{number:,} {'version' if number == 1 else 'versions'}"
