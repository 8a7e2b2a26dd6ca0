"""A small simulated city that hides by a rule: one account, archived over real HTTP, with its token kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from paloverde.installation import Installation, open_installation
from paloverde.installation.hidings import HidingRound
from paloverde.settings import Settings
from paloverde.simulator.city import Item
from paloverde.simulator.server import start
from paloverde.simulator.sites import build
from simulatedcity import TODAY, ArchivedCity, settings

PROFANE = "What the frack is this?"
LIST = {"id": "profanity-en", "guideline": "c", "terms": "frack"}
RULE = {
    "id": "profanity", "guideline": "c", "words": "profanity-en", "words_version": "1", "mode": "hide",
    "reason": "Two people read 400 comments a day.",
}  # fmt: skip
OFFICES = (("cora", "counsel"), ("cleo", "the City Clerk"))


class HidingCity:
    """One account of the city, and the installation that may hide there."""

    def __init__(self, archived: ArchivedCity, given: Settings, slug: str) -> None:
        self.archived, self.given, self.slug = archived, given, slug
        archived.city.put_token(slug, archived.tokens[slug], "ida")

    @property
    def city(self) -> Installation:
        return self.archived.city

    def opened(self) -> Installation:
        """The installation as another process has it."""
        return open_installation(self.given)

    @property
    def site(self) -> str:
        return self.slug.partition("-")[0]

    def say(self, text: str = PROFANE, by: str = "someone", on: str = "latest post") -> str:
        """The id of what a resident says under the City's newest post."""
        said = self.archived.event(site=self.site, do="comment", on=on, by=by, text=text)
        native_id: str = said["item"]["id"]
        return native_id

    def item(self, native_id: str) -> str:
        return f"{self.slug}/comment/{native_id}"

    def truth(self, native_id: str) -> Item:
        """The comment as it truly is at the site."""
        return self.archived.sites.city.presences[self.site].items[native_id]

    def night(self) -> None:
        """A night, its check for removals, and a round of the watch."""
        self.city.archive_night(self.slug, TODAY)
        self.city.check_removals(self.slug, TODAY)
        self.city.watch.round()

    def file(self, register: str, given: dict[str, str], who: str = "pat", role: str = "") -> None:
        self.city.watch.put(register, given, who, role=role)

    def list_words(self, **more: str) -> None:
        self.file("word-lists", LIST | more)
        for who, office in OFFICES:
            role = "counsel" if office == "counsel" else "clerk"
            self.file(
                "word-list-approvals", {"list": "profanity-en", "version": "1", "office": office}, who, role
            )

    def rule(self, **more: str) -> None:
        """A rule that counsel and the Clerk approved."""
        self.file("hiding-rules", RULE | {"accounts": self.slug} | more)
        self.approve(more.get("id", "profanity"))

    def approve(self, rule: str = "profanity", version: str = "1") -> None:
        for who, office in OFFICES:
            role = "counsel" if office == "counsel" else "clerk"
            self.file(
                "hiding-rule-approvals", {"rule": rule, "version": version, "office": office}, who, role
            )

    def hide(self, **more: Any) -> HidingRound:
        return self.city.hidings.round(**more)

    def told(self, *whats: str) -> list[str]:
        """What the ledger tells of hiding, oldest first."""
        return [one.event.what for one in self.city.ledger.entries() if one.event.what in whats]

    def dossier(self, native_id: str) -> Any:
        return self.city.dossiers.show(self.item(native_id), "cleo")


STEPS = (
    "hiding begun", "comment hidden", "hiding failed", "showing again begun", "comment shown again",
    "showing again failed",
)  # fmt: skip


@contextmanager
def hiding_city(home: Path, site: str = "facebook", *, may_hide: bool = True) -> Iterator[HidingCity]:
    """A city a twentieth of the demo's, with words listed and no rule yet."""
    with start(build(7, datetime.now(UTC), scale=0.05)) as sites:
        given = dataclasses.replace(settings(sites, home), allow_hiding=may_hide)
        archived = ArchivedCity(sites, given)
        city = HidingCity(archived, given, next(slug for slug in archived.tokens if slug.startswith(site)))
        city.list_words()
        yield city
