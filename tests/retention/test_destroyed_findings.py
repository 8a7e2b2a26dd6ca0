"""What was lawfully destroyed is gone from what the watch found, too: its words, and what was said of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from disposing import QUIET, SAID, Later
from sqlalchemy import select

from paloverde.installation import Installation
from paloverde.installation.watching import Watching
from paloverde.retention.disposition import carry_out
from paloverde.state.tables import FINDINGS
from paloverde.watch.book import Book
from paloverde.watch.check import Check, Finding, Span
from paloverde.watch.findings import State
from paloverde.watch.seen import Seen

SITE = "nextdoor-cityofpalmaria"
WORDS = SAID.format("nextdoor", "comment")


def asks(seen: Seen, book: Book) -> Iterator[Finding]:
    start = seen.text.find("¿cuándo?")
    if start >= 0:
        words = seen.text[start : start + 8]
        yield ASKS.in_item(
            seen, f"{seen.poster.name} asks “{words}”.", "Answer.", spans=(Span(start, start + 8, words),)
        )


ASKS = Check("asks", "Asks", 1, ("P-20",), "Looks.", ("clerk",), of_item=asks)


def watch_of(city: Installation) -> Watching:
    return Watching(
        city.settings, city.vault, city.archive, city.cabinet, city.index, city._journal.tell, {"asks": ASKS}
    )


@pytest.mark.slow
def test_a_finding_keeps_nothing_alive(tmp_path: Path, built: Path) -> None:
    later = Later(tmp_path / "home", built)
    watch = watch_of(later.city)
    watch.again(["asks"], watch.now().at.date().replace(year=2020))
    before = watch.findings(account=SITE)
    assert {one.finding.spans[0].words for one in before} == {"¿cuándo?"}
    assert all(one.is_shown for one in before)
    order = later.order(SITE)
    carry_out(later.office, order, "ana", QUIET)
    gone = [one for one in map(watch_of(later.again()).one, (one.id for one in before)) if not one.is_shown]
    assert gone
    for one in gone:
        assert one.state is State.ENDED
        assert one.finding.said == "What this was about was lawfully destroyed, and its words with it."
        assert one.finding.spans == ()
    with later.city.vault.books.connect() as connection:
        names = {one.id for one in gone}
        bodies = connection.execute(select(FINDINGS.c.body).where(FINDINGS.c.id.in_(names))).scalars()
        assert set(bodies) == {""}
    left = watch_of(later.again()).findings(account=SITE)
    assert {one.id for one in left} == {one.id for one in before} - names
    assert all(one.is_shown for one in left)
