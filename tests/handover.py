"""A city whose response to a request is built, reviewed and determined: ready to be handed over."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from paloverde.installation import Installation, Purpose, open_installation
from paloverde.installation.delivery import Issued
from paloverde.installation.downloads import Downloads
from paloverde.requests.delivery import Agreed, Terms
from paloverde.requests.events import Way
from paloverde.settings import load
from requesthall import CLERK, COUNSEL, NOW, RequestHall

ADDRESS = "https://records.palmaria.example"


def build(home: Path) -> str:
    """Build the response of a request in a new city; the request's number."""
    hall = RequestHall(home)
    hall.ready()
    hall.city.responses.build(hall.number, home / "response.zip", CLERK, lambda _: None)
    open_installation(load(hall.settings), lambda: NOW)  # tells of the night that the hall has only sealed
    return hall.number


class Handover:
    """A copy of that city, with a clock that can be put forward."""

    def __init__(self, built: Path, number: str, folder: Path, address: str | None = ADDRESS) -> None:
        self.home, self.number, self.now = folder / "city", number, NOW + timedelta(hours=1)
        shutil.copytree(built, self.home)
        self.served = folder / "served"
        self.served.mkdir()
        self.settings = {
            "PALOVERDE_HOME": str(self.home),
            "PALOVERDE_DATABASE": f"sqlite:///{self.home}/state.db",
            "PALOVERDE_SIGNING_KEY_FILE": str(self.home / "key.pem"),
            "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
            "PALOVERDE_RECORDS_OFFICE": "City Clerk, 1 Plaza, clerk@palmaria.example",
            **({"PALOVERDE_DELIVERY_ADDRESS": address} if address else {}),
        }
        self.city: Installation = open_installation(load(self.settings), self.clock, purpose=Purpose.WORK)
        self.downloads = Downloads(self.city.settings, self.city.vault, self.city.cabinet, self.served)

    def clock(self) -> datetime:
        return self.now

    def terms(self, channel: Way = Way.LINK, *, days: int = 0, downloads: int = 0) -> Terms:
        to = "rosa@mail.example"
        return self.city.deliveries.terms(self.number, channel, to=to, days=days, downloads=downloads)

    def agree(self, terms: Terms) -> Agreed:
        """Counsel looks and agrees."""
        summary = self.city.deliveries.show(self.number, terms)
        return self.city.deliveries.agree(self.number, terms, summary.sha256, COUNSEL)

    def link(self, *, days: int = 0, downloads: int = 0) -> Issued:
        self.agree(self.terms(days=days, downloads=downloads))
        return self.city.deliveries.link(self.number, CLERK)

    def secret(self, *, days: int = 0, downloads: int = 0) -> str:
        return self.link(days=days, downloads=downloads).address.rpartition("/")[2]
