"""A city with one account at Plaza: nights and checks that can be run again and again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from paloverde.archive.gaps import KnownGap, known
from paloverde.archive.reader import Archive
from paloverde.archive.signing import open_signer
from paloverde.archive.store import open_store
from paloverde.archive.vault import Vault
from paloverde.capture.looking import Budget, RemovalReport, check_removals
from paloverde.capture.night import NightReport, archive_night
from paloverde.capture.sweeping import SweepReport, last_look, posts_to_watch, sweep
from paloverde.errors import PaloverdeError
from paloverde.platforms.line import Line, Rules
from paloverde.platforms.network import Limits
from paloverde.state.books import open_books
from plaza import ACCOUNT, TOKEN, Plaza, PlazaSite


class City:
    """A city with one Plaza account. Its clock is the machine's, moved by `later`."""

    def __init__(self, home: Path, site: PlazaSite) -> None:
        self.site, self.token, self.later, self.skew = site, TOKEN, timedelta(), 10**9
        store = open_store(f"file://{home}/archive")
        signer = open_signer(home / "key.pem")
        self.vault = Vault(store, open_books(f"sqlite:///{home}/state.db"), signer, self.clock, 2)
        self.archive = Archive(self.vault.store, self.vault.books)

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.later

    def line(self) -> Line:
        limits = Limits(attempts=2, longest_wait=2.0)
        rules = Rules(loopback=True, clock_skew=self.skew)
        return Line(
            Plaza(), self.site.url, self.token, clock=self.clock, limits=limits, rules=rules, sleep=_no_sleep
        )

    def night(self, day: date, *, since: datetime | None = None) -> tuple[NightReport, PaloverdeError | None]:
        return archive_night(self.vault, Plaza(), ACCOUNT, day, since, self.line)

    def sweep(self, day: date, since: datetime | None = None) -> tuple[SweepReport, PaloverdeError | None]:
        begun = since or last_look(self.vault, ACCOUNT)
        assert begun is not None
        watched = posts_to_watch(self.vault, Plaza(), ACCOUNT, 30)
        return sweep(self.vault, Plaza(), ACCOUNT, day, begun, watched, self.line)

    def gaps(self, *, only_open: bool = True) -> list[KnownGap]:
        with self.vault.books.connect() as connection:
            return known(connection, ACCOUNT.slug, only_open=only_open)

    def check(self, day: date, **budget: int) -> RemovalReport:
        report, trouble = check_removals(
            self.vault, self.archive, Plaza(), ACCOUNT, day, Budget(**budget), self.line
        )
        if trouble is not None:
            raise trouble
        return report


def _no_sleep(seconds: float) -> None:
    del seconds
