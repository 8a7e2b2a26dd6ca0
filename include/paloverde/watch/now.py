"""What the checks that are asked once a round may look at. Filled by whoever opened the installation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from paloverde.records import Account
from paloverde.retention.dossier import FiledPaper, RemovalFact
from paloverde.watch.seen import Seen


class Page(msgspec.Struct, frozen=True):
    """What a web page of the City answered: `status` 0 and the reason in `said` where it did not answer."""

    url: str
    status: int
    sha256: str = ""
    said: str = ""


class Judged(msgspec.Struct, frozen=True):
    """What a person answered last to a finding. `verdict` is a value of `findings.Verdict`."""

    about: str
    version_sha256: str
    rule: str
    verdict: str
    at: datetime


class Now(Protocol):
    """The archive and the City's pages at one moment. Nothing is read before it is asked for."""

    @property
    def at(self) -> datetime: ...

    def accounts(self) -> Sequence[Account]:
        """Those on the registry of accounts, retired ones left out."""
        ...

    def profiles(self, slug: str) -> Sequence[Seen]:
        """The archived versions of an account's own page, oldest first; none where none was captured."""
        ...

    def seen(self, slug: str, since: date, *kinds: str) -> Iterator[Seen]:
        """The versions of items of these kinds that were observed since an archive day, oldest first."""
        ...

    def newest(self, item: str) -> Seen | None:
        """The newest archived version of an item named account/kind/id."""
        ...

    def newest_of(self, items: Iterable[str]) -> Iterator[Seen]:
        """The same of several items, those that one run observed together: each object is read once."""
        ...

    def standing(self, slug: str, *kinds: str) -> Iterator[tuple[Seen, datetime]]:
        """The newest version of every item of these kinds, and when the site last showed it.

        By the register of items: for kinds of which an account has few, such as whom it blocks.
        """
        ...

    def removals(self, slug: str) -> Sequence[RemovalFact]:
        """What was found removed from an account, oldest first."""
        ...

    def papers(self, slug: str) -> Mapping[str, Sequence[FiledPaper]]:
        """What people added to the dossiers of an account's removed items, by `dossier.subject_of`."""
        ...

    def judged(self, check: str) -> Iterator[Judged]:
        """What people answered to the findings of a check."""
        ...

    def last_capture(self, slug: str) -> datetime | None:
        """When the account was last archived as a whole, without a gap that concerns all of it."""
        ...

    def looks(self, sha256s: Iterable[str]) -> Mapping[str, int]:
        """How pictures look (`watch.looks`), by the SHA-256 of their bytes.

        Of those that are photographs and that the archive holds. Each is read once ever.
        """
        ...

    def page(self, url: str) -> Page:
        """Ask for a page of the City's own website. `BadQuestion` for an address that is not the City's."""
        ...
