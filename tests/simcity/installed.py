"""The product, installed in the simulated city: its lines lead there, and its waiting is the city's time."""

from __future__ import annotations

from collections.abc import Callable

from paloverde.archive.vault import Vault
from paloverde.capture.access import Access
from paloverde.installation import Installation
from paloverde.platforms.conversation import Clock, Platform
from paloverde.platforms.line import Line
from paloverde.platforms.purse import Pocket, SharedPurse
from paloverde.records import Account
from paloverde.settings import Settings
from paloverde.state.budgets import Budgets
from simcity.wire import Wire


class CityPurse(SharedPurse):
    """The shared purse, whose own pauses pass by the city's clock."""

    def __init__(self, budgets: Budgets, platform: Platform, account: Account, clock: Clock) -> None:
        super().__init__(budgets, platform, account, clock)
        self._own = Pocket(lambda: clock().timestamp())


class CityAccess(Access):
    """Lines that lead into the simulated city, and whose waiting is the city's time."""

    wire: Wire

    def line(self, platform: Platform, account: Account, given: str | None = None) -> Callable[[], Line]:
        opened = super().line(platform, account, given)

        def open_line() -> Line:
            line = opened()
            line._transport.close()
            line._transport, line._sleep = self.wire, self.wire.sleep
            line._purse = CityPurse(self.budgets, platform, account, self.clock)
            return line

        return open_line


class SimulatedInstallation(Installation):
    """An installation in the simulated city. `site` may put something before a platform."""

    def __init__(
        self, settings: Settings, vault: Vault, wire: Wire, site: Callable[[Platform], Platform]
    ) -> None:
        super().__init__(settings, vault)
        self.access = access = CityAccess(settings, vault.books, vault.clock)
        access.wire, self._site = wire, site

    def platform(self, name: str) -> Platform:
        return self._site(super().platform(name))
