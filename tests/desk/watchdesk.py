"""A city of which checks of the policy found something, for whoever sees to it at the desk."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from desk.shelves import FB, HOSTILE, NOW, Shelves
from paloverde.installation.watch_reading import Reading
from paloverde.installation.watch_table import Findings, Hit
from paloverde.installation.watching import Watching
from paloverde.retention.privileged import Privileged
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Span, Weight
from paloverde.watch.now import Now
from paloverde.watch.report import Report, Table

LISTED, DISGUISE, MEETING = "listed-words", "request-in-disguise", "member-answers-member"
COMMENT, MESSAGE, GONE = f"{FB}/comment/2", f"{FB}/message/900", f"{FB}/comment/3"
TEXTS = {
    COMMENT: "Is the pool heated?",
    MESSAGE: "A private word about the pool",
    GONE: "The pool was closed by mistake",
}
SKEW = "election-skew"


def _check(name: str, title: str, clause: str, *roles: str) -> Check:
    says = f"Looks at what is said, and flags {title.lower()}. It does not see pictures."
    return Check(name, title, 2, (clause,), says, roles, of_item=lambda *_: ())


CHECKS = {
    one.name: one
    for one in (
        _check(LISTED, "Words of a list", "P-32", "clerk", "public_affairs"),
        _check(DISGUISE, "Requests in disguise", "P-22", "clerk"),
        _check(MEETING, "Members who answer each other", "P-56", "counsel"),
    )
}


def _skew(now: Now, book: Book, since: date, until: date) -> Table:
    rows = [(slug.slug, f"{since} to {until}") for slug in now.accounts()]
    return Table(
        ("Account", "Days"), (*rows, *((text, "1") for text in HOSTILE)),
        ("A difference of less than ten in a hundred says nothing.",),
    )  # fmt: skip


REPORTS = {
    SKEW: Report(
        SKEW, "What was removed, by side", ("P-31",), "Counts removals by side.", ("clerk", "counsel"), _skew
    )
}


class Watched(Shelves):
    """The city of the shelves, with three checks, one report, and what is found by hand."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        city = self.city
        tell = city._journal.tell
        city.watch = Watching(
            city.settings, city.vault, city.archive, city.cabinet, city.index, tell, CHECKS, REPORTS
        )

    def fill(self) -> Watched:
        super().fill()
        return self

    def found(self, check: str, about: str, said: str, next_: str = "Look at it.", **more: Any) -> Finding:
        """Keep a finding as a round keeps it."""
        city, text = self.city, TEXTS.get(about, "")
        if text:
            account, kind, native_id = about.split("/", 2)
            item, why = (account, kind, native_id), "the test looks"
            (hit, *_) = city.records.versions(item, "this test", include_private=True, reason=why)
            more = {"version_sha256": hit.version_sha256, "account": account} | more
        finding = CHECKS[check].found(about, said, next_, **more)
        privileged = Privileged(city.cabinet, city.settings.privileged_key_file)
        table = Findings(city.vault, city.cabinet, Reading(city.archive), privileged)
        table.put([Hit(finding, text, 1 if text else 0)], NOW)
        return finding

    def heated(self) -> Finding:
        """Something urgent in a comment."""
        return self.found(
            LISTED, COMMENT, "“heated” stands on a list.", spans=(Span(12, 18, "heated"),),
            rule="word-lists/hot#3", weight=Weight.URGENT,
        )  # fmt: skip

    def private(self) -> Finding:
        """Something in a message."""
        return self.found(
            DISGUISE, MESSAGE, "A message says “private word”, and may be a request.",
            spans=(Span(2, 14, "private word"),), private=True,
        )  # fmt: skip

    def meeting(self) -> Finding:
        """Something for counsel alone."""
        said = "Vera Moss answered Otto Reed."
        return self.found(MEETING, GONE, said, privileged=True, links=(COMMENT, MESSAGE))

    def stocked(self) -> None:
        """Something on every page: findings of all kinds, one answered, and entries of registers."""
        watch = self.city.watch
        watch.answer(self.found(LISTED, GONE, "“mistake” stands on a list.").id, "right", "", "Pia Nolan")
        for find in (self.heated, self.private, self.meeting):
            find()
        joan = {"id": "jrivera", "name": "Joan Rivera", "standing": "staff", "known_as": "x:44196397"}
        watch.put("people", joan, "Cleo Park")
        watch.put("people", joan | {"standing": "official"}, "Cleo Park", id_="jrivera", after=1)
