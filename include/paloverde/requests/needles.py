"""Redacted words, looked for where they must not stand: in the record itself, in a bundle. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from paloverde.requests.everywhere import Words
from paloverde.requests.review import Span
from paloverde.requests.spans import Cut, words_of
from paloverde.requests.telling import least, run_together
from paloverde.search.hits import Hit

POSTER = ("poster_name", "poster_username", "poster_id")


def poster_needles(hit: Hit) -> tuple[str, ...]:
    """The names of a poster who is not to be known, as far as they say enough to be looked for."""
    return tuple(name for one in POSTER if (name := getattr(hit, one) or "") and is_telling(name))


def is_telling(text: str) -> bool:
    """Whether a text says enough to be looked for outside of its record: a withheld “No” says too little."""
    joined = run_together(text)
    return len(joined) >= least(joined)


def looked_for(words: Iterable[str]) -> tuple[str, ...]:
    """Redacted words as the leak test looks for them, each once."""
    return tuple(sorted({word.strip() for word in words} - {""}))


def said_again(texts: Mapping[str, str], cuts: Mapping[str, Sequence[Cut]]) -> Iterator[Span]:
    """Where the record says redacted words again: a quoted reply, the description of a picture."""
    done: set[tuple[str, int, int]] = set()
    for where, of_text in cuts.items():
        for cut, word in zip(of_text, words_of(texts[where], of_text), strict=True):
            for other, start, end in _places(texts, word):
                covered = any(one.start <= start and end <= one.end for one in cuts.get(other, ()))
                if other != "permalink" and not covered and (other, start, end) not in done:
                    done.add((other, start, end))
                    yield Span(other, start, end, cut.codes[0])


def _places(texts: Mapping[str, str], word: str) -> Iterator[tuple[str, int, int]]:
    if word.strip():
        words = Words(word)
        for where, text in texts.items():
            for start, end in words.places(text):
                yield where, start, end
