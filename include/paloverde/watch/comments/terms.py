"""Where the words, phrases and linked sites of lists stand in a text.

Words are whole and folded as a search folds them: capitals and accents do not count, and “gin” is not in
“engine”. A disguise is seen through only as far as it cannot be an honest word:

- stretched letters (three or more of one: no word of English or Spanish has them): “giiiin”;
- letters written apart, four or more and nothing else between blanks: “g i n s”;
- signs and digits for inner letters of a word of four or more letters: “g!ns”, “g*ns”.

Letters of another script that only look alike are not seen through. Names after an @ and words inside web
addresses are left alone; a linked site is compared with the list's sites.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from paloverde.platforms.hosts import host_of
from paloverde.search.words import Token, addresses
from paloverde.watch.words import ascii_words, cut

O = TypeVar("O")  # noqa: E741 - whose term it is: a list, a side of an election
Place = tuple[int, int]
LEAST_DISGUISED = 4  # letters of a word that is looked for in disguise
_LETTER = r"[^\W\d_]"
_STRETCHED = re.compile(r"(.)\1{2,}")
_APART = re.compile(rf"(?<![^\W_]){_LETTER}(?:[ .\-_*]{{1,2}}{_LETTER}(?![^\W_])){{3,79}}+")
_MASKED = re.compile(
    rf"(?<![^\W_@#]){_LETTER}{{1,40}}+(?:[*@$!|0-9]{{1,4}}+{_LETTER}{{1,40}}+){{1,40}}+(?![^\W_])"
)
# What may be a disguise, or a linked site, in an ASCII text of small letters: cheap, and never too little.
_ODD = re.compile(
    r"([a-z])\1\1|[a-z][*@$!|0-9]{1,4}[a-z]|\b[a-z][ .\-_*]{1,2}[a-z][ .\-_*]{1,2}[a-z]\b|[a-z]\.[a-z]"
)
_MASKS = {
    "@": "a", "4": "a", "$": "s", "5": "s", "!": "il", "|": "il", "1": "il", "0": "o", "3": "e", "7": "t",
    "8": "b", "9": "g",
}  # fmt: skip
_LONGEST_HOST = 253  # characters of a name of the network (RFC 1035)


class Occurrence(NamedTuple, Generic[O]):
    """A term that stands in a text. `of` is whose it is."""

    of: O
    term: str
    start: int
    end: int


class Terms(Generic[O]):
    """Terms of several owners, looked for at once."""

    def __init__(self, owned: Iterable[tuple[O, Sequence[str], Sequence[str]]]) -> None:
        """`owned`: an owner, its words and phrases, and its linked sites."""
        self._by_first: dict[str, list[tuple[tuple[str, ...], O, str]]] = {}
        self._single: dict[str, list[tuple[O, str]]] = {}  # words that are looked for in disguise
        self._sites: dict[str, list[tuple[O, str]]] = {}
        for of, words, sites in owned:
            for term in words:
                self._take(of, term)
            for site in sites:
                self._sites.setdefault(site.strip().lower(), []).append((of, site))
        self._by_length: dict[int, list[str]] = {}
        for word in self._single:
            self._by_length.setdefault(len(word), []).append(word)

    def __bool__(self) -> bool:
        return bool(self._by_first or self._sites)

    def places(self, text: str) -> list[Occurrence[O]]:
        """Every term that stands in a text, in order; of one owner none inside another."""
        if not text or not self or (text.isascii() and not self._may_stand_in(text)):
            return []
        linked = addresses(text)
        found = [*self._words(text, linked), *self._in_links(text, linked)]
        if self._single:
            found += self._disguised(text, linked)
        return _outermost(found)

    def _may_stand_in(self, text: str) -> bool:
        """Whether an ASCII text is worth cutting into words: nearly none is, and this costs a tenth."""
        return not self._by_first.keys().isdisjoint(ascii_words(text)) or bool(_ODD.search(text.lower()))

    def _take(self, of: O, term: str) -> None:
        folded = tuple(token.folded for token in _pieces(term))
        if not folded:
            return
        self._by_first.setdefault(folded[0], []).append((folded, of, term))
        if len(folded) == 1 and len(folded[0]) >= LEAST_DISGUISED and folded[0].isalpha():
            self._single.setdefault(folded[0], []).append((of, term))

    def _words(self, text: str, linked: Sequence[Place]) -> Iterator[Occurrence[O]]:
        there = _pieces(text)
        for at, token in enumerate(there):
            for folded, of, term in self._by_first.get(_plain(token, self._by_first), ()):
                run = there[at : at + len(folded)]
                if len(run) == len(folded) and all(map(_is, run, folded)):
                    start, end = run[0].start, run[-1].end
                    if not _inside(start, linked):
                        yield Occurrence(of, term, start, end)

    def _in_links(self, text: str, linked: Sequence[Place]) -> Iterator[Occurrence[O]]:
        for start, end in linked if self._sites else ():
            for site in sites_above(host_of(text[start:end])):
                for of, term in self._sites.get(site, ()):
                    yield Occurrence(of, term, start, end)

    def _disguised(self, text: str, linked: Sequence[Place]) -> Iterator[Occurrence[O]]:
        for match in _APART.finditer(text):
            word = "".join(char for char in match[0].lower() if char.isalpha())
            yield from self._of(word, match.span(), linked)
        for match in _MASKED.finditer(text):
            masked = match[0].lower()
            for word in self._by_length.get(len(masked), ()):
                if all(map(_stands_for, masked, word)):
                    yield from self._of(word, match.span(), linked)

    def _of(self, word: str, place: Place, linked: Sequence[Place]) -> Iterator[Occurrence[O]]:
        if not _inside(place[0], linked):
            for of, term in self._single.get(word, ()):
                yield Occurrence(of, term, *place)


def sites_above(host: str) -> Iterator[str]:
    """A host and what it is a part of: a.b.example, b.example, example; nothing of what is too long."""
    labels = host.split(".") if len(host) <= _LONGEST_HOST else []
    return (".".join(labels[at:]) for at in range(len(labels)))


def _pieces(text: str) -> list[Token]:
    """The words of a text, each once: a run that is cut stands there in its pieces. No name after an @."""
    return [token for token in cut(text) if token.length == 1 and token.sign != "@"]


def _plain(token: Token, known: Iterable[str]) -> str:
    """A word as the lists know it: a stretched one with one of each stretched letter, or with two."""
    if token.folded in known or not _STRETCHED.search(token.folded):
        return token.folded
    return next((form for form in _unstretched(token.folded) if form in known), token.folded)


def _is(token: Token, folded: str) -> bool:
    return token.folded == folded or (
        _STRETCHED.search(token.folded) is not None and folded in _unstretched(token.folded)
    )


def _unstretched(word: str) -> tuple[str, str]:
    return _STRETCHED.sub(r"\1", word), _STRETCHED.sub(r"\1\1", word)


def _stands_for(char: str, letter: str) -> bool:
    return char in (letter, "*") or letter in _MASKS.get(char, "")


def _inside(at: int, places: Sequence[Place]) -> bool:
    return any(start <= at < end for start, end in places)


def _outermost(found: Iterable[Occurrence[O]]) -> list[Occurrence[O]]:
    kept: list[Occurrence[O]] = []
    ends: dict[int, int] = {}  # by owner
    for one in sorted(set(found), key=lambda one: (one.start, -one.end)):
        if one.start >= ends.get(id(one.of), 0):
            ends[id(one.of)] = one.end
            kept.append(one)
    return kept
