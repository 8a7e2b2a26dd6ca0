"""Several listings one after another."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from paloverde.errors import Unreachable
from paloverde.platforms.conversation import Response, Said
from paloverde.platforms.graph.pages import Reads
from paloverde.platforms.graph.walk import Ask, Walked, walk

_PATIENCE = 3  # listings in a row that cannot be reached before the site counts as down

Saying = Generator[Said, Response | None, None]


def every(asks: Iterable[Ask], reads: Reads) -> Saying:
    """Walks many listings. One out of reach is a gap; several in a row: the site is down."""
    failures = 0
    for ask in asks:
        walked: Walked = yield from walk(ask, reads)
        failures = failures + 1 if isinstance(walked.trouble, Unreachable) else 0
        if failures >= _PATIENCE and walked.trouble is not None:
            raise walked.trouble
