"""Which password is taken: long enough without what is guessed first.

NIST SP 800-63B-4 (3.1.1.2) asks for fifteen characters and a list of what is refused, and for no rule of
composition. Refusing each password that holds a word of the list would refuse good sentences; so a word of it
may stand there, and counts for nothing. Neither does what is repeated, nor a row of keys. Pure.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import groupby
from pathlib import Path

import msgspec

from paloverde.desk.people import LONGEST_PASSWORD, SHORTEST_PASSWORD, Person
from paloverde.errors import BadSetting
from paloverde.wording import some

_TABLE = Path(__file__).with_name("guessed.toml")
_SHORTEST_WORD = 4  # letters: "of" and "li" stand in too many others
_ROW = 4  # keys or letters in a row
_LETTERS = re.compile(r"[^\W_]+")
_SHORTEST_PIECE = 3  # characters of what is repeated; shorter ones come twice in many words
_LONGEST_PIECE = 64  # characters of what is repeated
_DISGUISES = str.maketrans("@4301!5$7", "aaeoiisst")  # p@l0verd3; one letter for one, so that places stay
_REPEATS = "what is repeated"


class Unfit(BadSetting):
    """A password that is not taken. `args` is the sentence that says why, without the password."""


class Guessed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is guessed first: words, and rows that are gone along either way, each under what it is called."""

    words: dict[str, tuple[str, ...]]
    rows: dict[str, tuple[str, ...]]


class Choice(msgspec.Struct, frozen=True):
    """What somebody types to change their password."""

    current: str
    new: str
    again: str

    def __repr__(self) -> str:
        return "Choice(…)"


@cache
def guessed() -> Guessed:
    """The table."""
    return msgspec.convert(tomllib.loads(_TABLE.read_text(encoding="utf-8")), Guessed)


def refuse_unfit(choice: Choice) -> None:
    """`Unfit` where what was typed is no new password."""
    if choice.new != choice.again:
        raise Unfit("The new password was typed in two ways. Type the same one into both fields.")
    if choice.new == choice.current:
        raise Unfit("This is the password that you have. Choose another one.")


def refuse_guessed(password: str, person: Person, agency: str) -> None:
    """`Unfit` where the password of that person of that agency is too short without what is guessed first, or
    too long.
    """
    if reason := why_not(password, guessed().words | _context(person, agency)):
        raise Unfit(reason)


def why_not(password: str, words: Mapping[str, Iterable[str]]) -> str:
    """Why a password is not taken, as a sentence; empty where it is. `words` are by what they are called."""
    if len(password) < SHORTEST_PASSWORD:
        has = some(len(password), "character")
        return f"The new password has {has}; it needs at least {SHORTEST_PASSWORD}. A few words will do."
    if len(password) > LONGEST_PASSWORD:
        return f"The new password is too long: {some(LONGEST_PASSWORD, 'character')} are the most."
    found = {kind: places for kind, places in _worthless(password, words) if places}
    left = len(password) - len(set().union(*found.values()))
    if left >= SHORTEST_PASSWORD:
        return ""
    return (
        f"What others guess first does not count: {', '.join(found)}. Without it the new password has "
        f"{some(left, 'character')}; it needs at least {SHORTEST_PASSWORD}. Add a few words of your own."
    )


def _context(person: Person, agency: str) -> dict[str, tuple[str, ...]]:
    """The words that anybody would try for this person here."""
    theirs = (*_words(person.name), *_words(person.username))
    return {"your name or username": theirs, "the City’s name": tuple(_words(agency))}


def _words(name: str) -> Iterator[str]:
    """Each word of a name, and neighbours written as one: palma, palmaria, cityofpalmaria."""
    parts = [part.group() for part in _LETTERS.finditer(name)]
    for first in range(len(parts)):
        for last in range(first, len(parts)):
            yield "".join(parts[first : last + 1])


def _worthless(password: str, words: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, set[int]]]:
    """The places of a password that count for nothing, by why."""
    plain = _plain(password)
    for kind, known in words.items():
        wanted = {word for word in map(_plain, known) if len(word) >= _SHORTEST_WORD}
        yield kind, {place for word in wanted for place in _places(plain, word)}
    for kind, rows in guessed().rows.items():
        yield kind, set(_in_a_row(plain, [*rows, *(row[::-1] for row in rows)]))
    yield _REPEATS, set(_repeated(plain))


def _places(plain: str, word: str) -> Iterator[int]:
    for text, sought in ((plain, word), (plain.translate(_DISGUISES), word.translate(_DISGUISES))):
        for one in re.finditer(f"(?={re.escape(sought)})", text):
            yield from range(one.start(), one.start() + len(word))


def _in_a_row(plain: str, rows: Iterable[str]) -> Iterator[int]:
    lines = list(rows)
    for start in range(len(plain) - _ROW + 1):
        if any(plain[start : start + _ROW] in line for line in lines):
            yield from range(start, start + _ROW)


def _repeated(plain: str) -> Iterator[int]:
    """What says once more what stands before it, to its last letter: one or two characters that come three
    times and more, or a longer piece that comes twice. "bookkeeper" and "banana" are words.
    """
    for length in range(1, min(_LONGEST_PIECE, len(plain)) + 1):
        again = [plain[place] == plain[place - length] for place in range(length, len(plain))]
        begins = length
        for same, run in groupby(again):
            ends = begins + len(list(run))
            if same and ends - begins >= (2 * length if length < _SHORTEST_PIECE else length):
                yield from range(begins, ends)
            begins = ends


def _plain(text: str) -> str:
    """Small letters without accents, one for each character, so that places stay."""
    return "".join(unicodedata.normalize("NFKD", one)[0].lower()[0] for one in text)
