"""The simulated city, archived by a real installation: on a directory or on the S3 server, over real HTTP."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from paloverde.archive.seal import Role
from paloverde.installation import open_installation
from paloverde.records import Account, archive_day
from paloverde.settings import Settings, load
from paloverde.simulator.server import RunningSites, start
from paloverde.simulator.sites import SITES, build
from paloverde.state.books import changing
from paloverde.state.tables import PAUSES
from stores import Place

TODAY = archive_day(datetime.now(UTC)) - timedelta(days=2)  # two more nights follow in a story


def settings(sites: RunningSites, home: Path, place: Place | None = None) -> Settings:
    """The installation's settings, as the environment would give them."""
    environment = {
        "PALOVERDE_HOME": str(home),
        **{f"PALOVERDE_{name.upper()}_API": f"{sites.url}/{name}" for name in SITES},
        "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
        "PALOVERDE_LOG_ORIGIN": "archive.palmaria.example/ledger",
        "PALOVERDE_LINKEDIN_CALLS_PER_DAY": "100000",  # a story plays many nights on one real day
        "PALOVERDE_YOUTUBE_UNITS_PER_DAY": "1000000",
        "PALOVERDE_TOKEN_API": f"{sites.url}/tokens",
        "PALOVERDE_ATTEMPTS": "2",
        "PALOVERDE_LONGEST_WAIT_SECONDS": "1",
    }
    if place is not None and place.keys:
        environment |= {
            "PALOVERDE_STORE": place.url,
            "PALOVERDE_S3_ENDPOINT": place.keys["endpoint"],
            "PALOVERDE_S3_ACCESS_KEY": place.keys["access_key"],
            "PALOVERDE_S3_SECRET_KEY": place.keys["secret_key"],
        }
    return load(environment)


class ArchivedCity:
    """The sites, and the installation that archives them."""

    def __init__(self, sites: RunningSites, given: Settings) -> None:
        self.sites, self.city = sites, open_installation(given)
        self.tokens: dict[str, str] = {}
        for known in sites.accounts():
            account = Account(known["slug"], known["platform"], known["native_id"], known["handle"])
            self.city.register_account(account)
            self.tokens[account.slug] = known["token"]

    def night(self, day: date = TODAY) -> dict[str, Any]:
        return {slug: self.city.archive_night(slug, day, token) for slug, token in self.tokens.items()}

    def check(self, day: date = TODAY) -> set[str]:
        """The ids that the check of every account found removed."""
        return {
            native_id
            for slug, token in self.tokens.items()
            for native_id in self.city.check_removals(slug, day, token).removed
        }

    def event(self, **wish: Any) -> dict[str, Any]:
        """Something happens in the city; the log entry of it."""
        request = urllib.request.Request(f"{self.sites.url}/_sim/events", json.dumps(wish).encode())
        with urllib.request.urlopen(request) as answer:
            told = json.load(answer)
        entry: dict[str, Any] = told[0] if isinstance(told, list) else told
        return entry

    def fault(self, **wish: Any) -> None:
        request = urllib.request.Request(f"{self.sites.url}/_sim/faults", json.dumps(wish).encode())
        urllib.request.urlopen(request).close()

    def mend(self) -> None:
        request = urllib.request.Request(f"{self.sites.url}/_sim/faults", method="DELETE")
        urllib.request.urlopen(request).close()
        with changing(self.city.vault.books) as connection:
            connection.execute(PAUSES.delete())  # the next night comes when every pause is over

    def truth(self, slug: str) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.sites.url}/_sim/truth?account={slug}") as answer:
            told = json.load(answer)
        entries: list[dict[str, Any]] = told[slug]
        return entries

    def rows(self, role: Role = Role.RECORDS) -> list[dict[str, Any]]:
        parts = self.city.archive.parts(role)
        return [row for sealed in parts for row in self.city.archive.table(sealed.part).to_pylist()]


@contextmanager
def archived_city(home: Path, place: Place | None = None, *, seed: int = 7) -> Iterator[ArchivedCity]:
    with start(build(seed, datetime.now(UTC))) as sites:
        yield ArchivedCity(sites, settings(sites, home, place))
