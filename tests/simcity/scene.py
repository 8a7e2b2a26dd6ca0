"""One short year that gives every planted bug its chance: the same five nights, once sound and once for each bug."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from paloverde.platforms.conversation import Platform
from paloverde.simulator.city import Item, State
from simcity.audit import Break
from simcity.plan import Plan
from simcity.year import Year, at_hour

SITES = ("facebook", "x")
NIGHTS = 6


class Scene:
    """The nights of the scene, over one installation."""

    def __init__(self, home: Path, site: Callable[[Platform], Platform] = lambda given: given) -> None:
        self.year = Year(Plan(4, NIGHTS, SITES, 0.08), home, site)

    def play(self) -> list[Break]:
        """All nights and the closing audit; what the audit named."""
        try:
            for number, day in enumerate(
                (self.first, self.second, self.third, self.fourth, self.calm, self.calm), 1
            ):
                self.year.told.nights = number
                self.year.wire.begin()
                day()
                self.year.city.clock.set(max(self.year.city.clock.now(), at_hour(self.year.day, 22)))
                self.year.night()
                self.year.desk.switchboard.clear()
                self.year.day += timedelta(days=1)
            return self.year.finish().breaks
        finally:
            self.year.close()

    def first(self) -> None:
        """Two posts: a quiet one with few comments, and one where people talk."""
        self.quiet = self.happen("facebook", do="post", text="The office is closed on Friday.")
        self.happen("facebook", do="comment", on=self.quiet, text="Which Friday?")
        self.visit = self.happen(
            "facebook", do="post", by="someone", stream="visitor", text="My street is dark."
        )
        self.busy = self.happen(
            "facebook", do="post", text="What should the new park be called?", photo="A park"
        )
        self.asked = self.happen("facebook", do="comment", on=self.busy, text="Palo Verde Park!")
        self.on_x = self.happen("x", do="post", text="What should the new park be called?")
        self.said_on_x = self.happen("x", do="comment", on=self.on_x, text="Ironwood Field.")

    def second(self) -> None:
        """An edit, a reply, the same words twice, pages that come empty and lead on."""
        self.happen("facebook", do="edit", item=self.asked, text="Palo Verde Park, of course!")
        self.happen("facebook", do="comment", on=self.asked, text="I second that.", by="city")
        self.happen("facebook", do="comment", on=self.busy, text="Yes.")
        self.happen("facebook", do="comment", on=self.busy, text="Yes.")
        self.happen("x", do="comment", on=self.said_on_x, text="So do I.")
        self.happen("x", do="post", text="The vote ends on Sunday.", photo="A ballot box")
        self.year.fault(kind="empty_page", site="facebook", contains="published_posts")
        self.year.fault(kind="empty_page", site="x", contains="/tweets?")

    def third(self) -> None:
        """Something is hidden, something deleted; one listing is silently emptied, and look-ups fail."""
        self.happen("facebook", do="hide", item=self.some("facebook"))
        self.happen("x", do="delete", item=self.said_on_x, by="author")
        self.year.fault(kind="permission_lost", site="facebook", silent=True, contains="visitor_posts")
        self.year.fault(kind="server_error", site="facebook", contains=f"/{self.visit}?", times=None)
        self.year.fault(kind="server_error", site="facebook", contains="ids=", times=None)

    def fourth(self) -> None:
        """A picture comes short, a listing fails, a post goes with all its comments."""
        self.happen("facebook", do="comment", on=self.busy, text="When is the vote?")
        self.happen("facebook", do="post", text="The new name.", photo="A sign")
        self.happen("facebook", do="delete", item=self.quiet, by="city")
        self.year.fault(kind="short_body", site="media", keep=0.5, times=2)
        self.year.fault(kind="server_error", site="facebook", contains=f"{self.busy}/comments", times=2)

    def calm(self) -> None:
        """A day on which somebody writes, and nothing goes wrong."""
        self.happen("x", do="comment", on=self.on_x, text="Thank you.")

    def happen(self, site: str, **wish: Any) -> str:
        entry = self.year.play(site=site, **wish)
        assert entry is not None, wish
        return str(entry["item"]["id"])

    def some(self, site: str) -> str:
        """A comment of a resident that is there, under neither post of the scene."""
        presence = self.year.presence(site)

        def fits(item: Item) -> bool:
            others = item.root.id not in {self.quiet, self.busy} and item.root.at > at_hour(
                self.year.day, 0
            ) - timedelta(30)
            return others and item.state is State.PRESENT and presence.there(item) and not item.replies

        return next(item.id for item in presence.comments if fits(item))
