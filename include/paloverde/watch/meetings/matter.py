"""Whether a conversation looks to be about what a body decides: by the words registered for it. Pure.

Words decide nothing. They say where to look first, and a conversation without them is told as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from paloverde.watch.check import Span, Weight
from paloverde.watch.registers.bodies import Body, terms_in
from paloverde.watch.seen import Seen
from paloverde.wording import several


class Matter(NamedTuple):
    """Which words of the bodies' subjects stand in a conversation. `spans` are those of the item itself."""

    said: str
    weight: Weight
    spans: tuple[Span, ...] = ()


def matter(bodies: Sequence[Body], about: Seen | None, around: Iterable[Seen]) -> Matter:
    """What the words of a conversation say of its subject."""
    names = several(tuple(dict.fromkeys(body.name for body in bodies)))
    terms = tuple(dict.fromkeys(term for body in bodies for term in body.terms))
    if not terms:
        said = (
            f"No words are registered for the subjects of {names}, so nothing says whether it is about them."
        )
        return Matter(said, Weight.ADVICE)
    own = terms_in(about.text, terms) if about is not None else ()
    found = [*own, *(span for seen in around for span in terms_in(seen.text, terms))]
    if not found:
        said = f"No word registered for the subjects of {names} stands there: it may lie outside of them."
        return Matter(said, Weight.ADVICE)
    words = dict.fromkeys(" ".join(span.words.split()).casefold() for span in found)
    quoted = several(tuple(f"“{word}”" for word in words))
    return Matter(f"It speaks of {quoted}, registered for the subjects of {names}.", Weight.WARNING, own)
