"""The feeds of the City's own blogs and newsrooms (policy I): asked for each day, and taken in as an import.

An account of another site whose id is the address of a feed is one. A feed is asked for without any
credential, at the City's own names alone (`PALOVERDE_CITY_DOMAINS`); of a blog elsewhere the file is handed
in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from paloverde.archive.registry import OTHER
from paloverde.bundles.scratch import scratch
from paloverde.capture.importing import ImportReport
from paloverde.errors import PaloverdeError, PersonNeeded, TryAgain
from paloverde.imports.said import Wish
from paloverde.platforms.hosts import host_of, is_under
from paloverde.platforms.website import read
from paloverde.records import Account, Provenance
from paloverde.wording import some

_WISH = Wish(format="feed", provenance=Provenance.EXPORT)
_FILE = "feed.xml"
Take = Callable[[str, Path, Wish], ImportReport]


class FeedsFailed(PersonNeeded):
    """A feed could not be read, and no later try will mend it."""


class FeedsRound(NamedTuple):
    """What was asked for: how many feeds, how many had something new, how many stand at names that are not
    the City's and were not asked, and why others were not read.
    """

    asked: int
    new: int
    elsewhere: int = 0
    failed: tuple[PaloverdeError, ...] = ()

    def sentence(self) -> str:
        """In plain words."""
        if not self.asked:
            told = "No account has a feed of the City's own website as its id: nothing was asked for."
        else:
            told = f"{some(self.asked, 'feed')} asked for, {self.new:,} with something new."
        return " ".join([told, *([self._elsewhere] if self.elsewhere else []), *map(str, self.failed)])

    @property
    def _elsewhere(self) -> str:
        where = "at a name that PALOVERDE_CITY_DOMAINS does not have"
        return f"Not asked, {where}: {self.elsewhere:,}. Hand the files of such a feed in."

    def settle(self) -> None:
        """Raise where a feed was not read: what may pass by itself, else what a person must see to."""
        lasting = [error for error in self.failed if not isinstance(error, TryAgain)]
        if lasting:
            raise FeedsFailed(" ".join(map(str, lasting)))
        if self.failed:
            raise self.failed[0]


def is_of_a_feed(account: Account) -> bool:
    """Whether an account is a blog whose feed is asked for: its id is an address."""
    return account.platform == OTHER and account.native_id.startswith(("https://", "http://"))


def read_feeds(accounts: Iterable[Account], names: Sequence[str], take: Take) -> FeedsRound:
    """Ask for each feed, and hand what it answers to `take`; one that fails stops no other.

    `names` are those of the City's website. A feed that says what it said before changes nothing.
    """
    asked, new, elsewhere, failed = 0, 0, 0, list[PaloverdeError]()
    for account in filter(is_of_a_feed, accounts):
        if not is_under(host_of(account.native_id), names):
            elsewhere += 1
            continue
        asked += 1
        try:
            new += _is_new(take, account, read(account.native_id, names))
        except PaloverdeError as error:
            failed.append(error)
    return FeedsRound(asked, new, elsewhere, tuple(failed))


def _is_new(take: Take, account: Account, body: bytes) -> bool:
    with scratch() as folder:
        file = folder / _FILE
        file.write_bytes(body)
        return take(account.slug, file, _WISH).outcome == "sealed"
