"""The product, installed in the simulated city: its lines lead there, and its waiting is the city's time."""

from __future__ import annotations

from collections.abc import Callable

from paloverde.archive.vault import Vault
from paloverde.capture.access import Access
from paloverde.installation import Installation
from paloverde.platforms.conversation import Platform
from paloverde.settings import Settings
from simcity.wire import Wire


class SimulatedInstallation(Installation):
    """An installation in the simulated city. `site` may put something before a platform."""

    def __init__(
        self, settings: Settings, vault: Vault, wire: Wire, site: Callable[[Platform], Platform]
    ) -> None:
        super().__init__(settings, vault)
        self._site = site
        self.access = Access(
            settings,
            vault.books,
            vault.clock,
            transport=lambda _: wire,
            sleep=wire.sleep,
            timer=lambda: vault.clock().timestamp(),
        )

    def platform(self, name: str) -> Platform:
        return self._site(super().platform(name))
