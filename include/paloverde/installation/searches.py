"""Searches that people keep: a name for a question and its scope, to be put again; and searches taken away.

A kept search is papers of the series `searches`: one that keeps it, one that takes it off the list. Neither
is ever lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from paloverde.archive.commit import seal_sha256
from paloverde.archive.papers import Cabinet, Filed
from paloverde.archive.reader import Archive
from paloverde.archive.vault import Vault
from paloverde.errors import BadQuestion
from paloverde.installation.index import SearchIndex
from paloverde.installation.journal import private_or_not
from paloverde.retention.holds import By
from paloverde.search.answer import Answer
from paloverde.search.newer import Newer, newer
from paloverde.search.overview import Overview
from paloverde.search.question import Question
from paloverde.search.scope import Scope

SERIES = "searches"
_LONGEST_NAME = 200  # characters


class Saved(msgspec.Struct, frozen=True, tag_field="act", tag="saved"):
    """A search as it was kept: what was asked, what it found then, and up to which sealed run."""

    id: str
    name: str
    question: str
    scope: Scope
    hits: int
    through: int
    by: By
    at: datetime


class Dropped(msgspec.Struct, frozen=True, tag_field="act", tag="dropped"):
    """It was taken off the list."""

    id: str
    by: By
    at: datetime


class _Paper(msgspec.Struct, frozen=True):
    """One paper of the series; a union must stand in a member."""

    event: Saved | Dropped


class Searches:
    """The kept searches of a city. `search` is that of the installation, `tell` its journal's."""

    def __init__(
        self,
        vault: Vault,
        cabinet: Cabinet,
        archive: Archive,
        index: SearchIndex,
        search: Callable[..., Answer],
        tell: Callable[..., None],
    ) -> None:
        self._vault, self._cabinet, self._search, self._tell = vault, cabinet, search, tell
        self._archive, self._index = archive, index

    def all(self) -> list[Saved]:
        """Those on the list, newest first."""
        found = (self._event(filed) for filed in self._cabinet.newest(SERIES))
        kept = [event for event in found if isinstance(event, Saved)]
        return sorted(kept, key=lambda one: (one.at, one.id), reverse=True)

    def get(self, id_: str) -> Saved:
        """The kept search of that id; `BadQuestion` where there is none."""
        filed = self._cabinet.last(SERIES, id_)
        event = None if filed is None else self._event(filed)
        if not isinstance(event, Saved):
            raise BadQuestion("No search of that name is kept, or it was taken off the list.")
        return event

    def keep(self, name: str, seen: Overview, by: By) -> Saved:
        """Keep the search that was just looked at."""
        name = " ".join(name.split())
        if not 0 < len(name) <= _LONGEST_NAME:
            raise BadQuestion(f"Give the search a name of 1 to {_LONGEST_NAME} characters.")
        scope = msgspec.structs.replace(seen.scope, through=None)
        through, hits = seen.searched.last_seal, seen.counts.hits
        now = self._vault.clock()
        saved = Saved(secrets.token_hex(8), name, seen.question, scope, hits, through, by, now)
        self._file(saved, "search kept", after=0)
        return saved

    def drop(self, id_: str, by: By) -> Saved:
        """Take a search off the list; the papers stay."""
        saved = self.get(id_)
        self._file(Dropped(id_, by, self._vault.clock()), "kept search taken off the list", after=1)
        return saved

    def news(self, saved: Saved, actor: str, reason: str = "") -> Newer:
        """What is new since a search was kept: it is made again for that, and noted as a search."""
        bounds: dict[str, Any] = msgspec.structs.asdict(saved.scope)
        found = newer(self._archive, saved.question, self._index.asking(), saved.through, **bounds)
        about = {"scope": private_or_not(saved.scope.include_private), "kept": saved.id}
        about |= {"new": str(found.new)} | ({"reason": reason} if reason else {})
        self._tell("search made", actor, question=saved.question, hits=str(found.hits), **about)
        return found

    def taken_away(
        self,
        question: Question,
        scope: Scope,
        actor: str,
        reason: str,
    ) -> Answer:
        """All hits of a search, from the sealed records, for a file that somebody takes away; it is noted."""
        bounds = msgspec.structs.asdict(scope)
        answer = self._search(question, actor, reason=reason, **bounds)
        about = {"question": answer.question, "hits": str(answer.counts.hits), "form": "CSV"}
        about["scope"] = private_or_not(scope.include_private)
        self._tell("hits taken away", actor, **about)
        return answer

    def seal(self, sequence: int) -> str:
        """The SHA-256 of the seal of a run, for whoever cites a search; "" where none is sealed."""
        return seal_sha256(self._vault.books, sequence) if sequence else ""

    def _file(self, event: Saved | Dropped, what: str, after: int) -> None:
        about = {"search": event.id}
        self._cabinet.file(
            SERIES, event.id, _Paper(event), what=what, actor=event.by.actor, about=about, after=after
        )

    def _event(self, filed: Filed) -> Saved | Dropped:
        return self._cabinet.read(filed, _Paper).event
