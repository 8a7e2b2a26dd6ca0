"""The leak test: no byte of a bundle may hold what was redacted from it, in whatever form.

Redaction happens in the data (`requests.redaction`), so that nothing of it should ever arrive here. This
looks at what was in fact written, at every file and every name before it is sealed, and refuses to seal on a
hit.

Words that also stand in what is released are told before anything is built (`sorted_out`): somebody left them
there, or another record shows them, and a person must know it, and redact them there or accept it. Accepted
words may then be read where that record is shown, and nowhere else. Words that say too little to be looked
for everywhere (shorter than four letters, numbers of less than six digits) are looked for in their own
record; words that every bundle has in its own headings and columns are not looked for in files.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import IO

import msgspec

from paloverde.bundles.leak_forms import (
    Forms,
    Views,
    binary_views_of,
    decoded,
    forms_of,
    is_in_base64,
    octal_unescaped,
    views_of,
    width,
)
from paloverde.bundles.leak_insides import Piece, Unread, pieces_of
from paloverde.bundles.leak_search import LEAST, Strings
from paloverde.errors import Suspicious
from paloverde.requests.asked import QUESTION

_LEAST_WIDTH, _LEAST_DIGITS = 4, 6
_LEAST_INSIDE = 8  # letters from which words are found within longer words, too
_LEAST_IN_PICTURE = 6  # bytes: fewer stand in any large picture or film by chance
_NAMED = 20  # leaks that one message names
_TELLS_QUESTION = ("README.txt", "data/00_cover_letter/", "data/01_index/", "data/05_search_certificate/")
_SEPARATOR = "\n\n"


class Needle(msgspec.Struct, frozen=True, order=True):
    """Words that were redacted from the record with that control number. They are in no message."""

    control: str
    text: str


class Leak(msgspec.Struct, frozen=True, order=True):
    """A file of the bundle that holds words which were redacted from a record."""

    path: str
    control: str


class Standing(msgspec.Struct, frozen=True, order=True):
    """A released record, `within`, that shows words which were redacted from the record `control`."""

    control: str
    within: str

    def sentence(self) -> str:
        if self.control == self.within:
            return f"{self.control} still shows words elsewhere that were redacted from it"
        return f"{self.within} shows words that were redacted from {self.control}"


Accepted = Collection[tuple[str, str]]
Known = Mapping[Needle, Collection[str]]  # records that show words which were redacted from another
Shows = Callable[[str, str], bool]  # whether a file shows a record


class Search:
    """Looks for redacted words in files. `commonplace` is what every bundle says, whose words are not looked
    for. Words may be read where `accepted` has the pair of a control number and a file, and in files that
    `shows` says show a record in which they are `known` to stand. `unseen_accepted` are files that need not
    be looked into.
    """

    def __init__(
        self,
        needles: Iterable[Needle],
        *,
        accepted: Accepted = (),
        commonplace: bytes = b"",
        known: Known | None = None,
        shows: Shows = lambda *_: False,
        unseen_accepted: Collection[str] = (),
    ) -> None:
        self.leaks: set[Leak] = set()
        self.unread: list[str] = []
        self.unseen: list[str] = []
        self._accepted, self._unseen_accepted = accepted, unseen_accepted
        self._known, self._shows = known or {}, shows
        own = [needle for needle in needles if is_telling(needle.text)]
        found = _Finder(own)
        common = set(found.found_in(views_of(commonplace)))
        self._finder = _Finder([needle for needle in own if needle not in common]) if common else found

    def look(self, path: str, file: IO[bytes]) -> None:
        """Look at a file, its name, and all that is packed in it."""
        finder = self._finder
        if not finder:
            return
        self._note(path, finder.found_in(views_of(path.encode())))
        try:
            for piece in pieces_of(path, file, finder.longest):
                for views in _views(piece, with_decoded=finder.has_short):
                    self._note(path, finder.found_in(views, is_text=piece.is_text))
        except Unread as error:
            self.unread.append(f"{path}: {error} could not be looked into for redacted words.")
            self.unseen.append(path)

    def holding(self, bodies: Sequence[tuple[Collection[str], bytes]]) -> set[int]:
        """Which of these texts, by place, hold redacted words: looked at together, and apart on a hit. Each
        comes with the records that were read from it, in which words may be known to stand.
        """
        together = views_of(_SEPARATOR.encode().join(body for _, body in bodies)) if self._finder else None
        found = self._finder.found_in(together) if together else iter(())
        if not bodies or next(found, None) is None:
            return set()
        if len(bodies) == 1:
            controls, body = bodies[0]
            told = self._finder.found_in(views_of(body))
            return {0} if any(not {*self._known.get(one, ())} & {*controls} for one in told) else set()
        half = len(bodies) // 2
        return self.holding(bodies[:half]) | {half + at for at in self.holding(bodies[half:])}

    def refuse(self) -> None:
        """`Suspicious`, naming files and control numbers and never the words, where anything was found or a
        file could not be looked into.
        """
        told = [
            f"{leak.path} (from {leak.control})" for leak in sorted(self.leaks) if not self._is_accepted(leak)
        ]
        if told:
            raise Suspicious(
                f"Nothing was sealed: words that were redacted stand in {_some(told)}. See where they come "
                "from and redact them there too; or whoever signs the review accepts that they are there "
                "(`paloverde review sign … --accept CONTROL=FILE`)."
            )
        unseen = [path for path in self.unseen if path not in self._unseen_accepted]
        if unseen:
            raise Suspicious(
                f"Nothing was sealed: {_some(unseen)} could not be looked into for redacted words. Open it "
                "and look: withhold it in its record, or whoever signs the review accepts that it goes out "
                "(`paloverde review sign … --accept-unread FILE`)."
            )

    def _is_accepted(self, leak: Leak) -> bool:
        """Where the question may be told as it was put, in whatever tells it, too."""
        by_question = (leak.control, QUESTION) in self._accepted and leak.path.startswith(_TELLS_QUESTION)
        return by_question or (leak.control, leak.path) in self._accepted

    def _note(self, path: str, found: Iterable[Needle]) -> None:
        new = (needle for needle in found if Leak(path, needle.control) not in self.leaks)
        self.leaks |= {Leak(path, needle.control) for needle in new if not self._is_shown(path, needle)}

    def _is_shown(self, path: str, needle: Needle) -> bool:
        return any(self._shows(path, control) for control in self._known.get(needle, ()))


def refuse_standing(found: Sequence[Standing]) -> None:
    """`Suspicious`, naming control numbers and never the words, where released records show them."""
    if found:
        raise Suspicious(
            f"Nothing was built: {_some([one.sentence() for one in found])}. Redact them there too; or, "
            "where they are words that anybody says, whoever signs the review accepts it "
            "(`paloverde review sign … --accept CONTROL=CONTROL`)."
        )


def _some(told: Sequence[str]) -> str:
    more = f", and {len(told) - _NAMED:,} more" if len(told) > _NAMED else ""
    return ", ".join(told[:_NAMED]) + more


def _views(piece: Piece, *, with_decoded: bool) -> Iterator[Views]:
    yield views_of(piece.body) if piece.is_text else binary_views_of(piece.body)
    if piece.is_text and with_decoded:
        yield views_of(decoded(piece.body))
    if piece.is_pdf:
        yield binary_views_of(octal_unescaped(piece.body))
        yield binary_views_of(octal_unescaped(piece.body).decode("latin-1").encode())


def is_telling(text: str) -> bool:
    """Whether words say enough to be looked for everywhere."""
    digits_only = all(char.isdigit() for char in text if char.isalnum())
    return width(text) >= (_LEAST_DIGITS if digits_only else _LEAST_WIDTH)


def sorted_out(
    needles: Iterable[Needle], texts: Iterable[tuple[str, Sequence[str]]], accepted: Accepted
) -> tuple[list[Needle], list[Standing], dict[Needle, set[str]]]:
    """The words to look for in every file, where words stand in what is released and nobody accepted it, and
    in which records words are known to stand.

    `texts` are of each released record its control number and its texts. What says too little is looked for
    in its own record alone.
    """
    texts, needles = list(texts), list(needles)
    telling = [needle for needle in needles if is_telling(needle.text)]
    found = {*_elsewhere(telling, texts), *_in_own(needles, texts)}
    told = {Standing(needle.control, within) for needle, within in found}
    known: dict[Needle, set[str]] = defaultdict(set)
    for needle, within in found:
        known[needle].add(within)
    return telling, sorted(one for one in told if (one.control, one.within) not in accepted), dict(known)


def _in_own(needles: list[Needle], texts: list[tuple[str, Sequence[str]]]) -> Iterator[tuple[Needle, str]]:
    """Words that say too little to be looked for everywhere, where their own record still shows them."""
    short: dict[str, list[Needle]] = defaultdict(list)
    for needle in needles:
        if not is_telling(needle.text):
            short[needle.control].append(needle)
    for control, own in texts:
        if control in short:
            body = views_of(_SEPARATOR.join(own).encode("utf-8", "surrogatepass"))
            yield from ((needle, control) for needle in short[control] if _stands(needle.text, body))


def _elsewhere(needles: list[Needle], texts: list[tuple[str, Sequence[str]]]) -> Iterator[tuple[Needle, str]]:
    """In one pass over all texts; where each record's begin is remembered."""
    finder, body, begins = _Finder(needles), bytearray(), list[int]()
    if not finder:
        return
    for _, own in texts:
        begins.append(len(body))
        view = views_of(_SEPARATOR.join(own).encode("utf-8", "surrogatepass")).plain[0]
        body += view + _SEPARATOR.encode()
    for needle, at in finder.places_in_plain(bytes(body)):
        yield needle, texts[bisect_right(begins, at) - 1][0]


def _stands(text: str, views: Views) -> bool:
    forms = [form for form in forms_of(text).plain if form]
    return any(
        not _is_within_word(form, view, at)
        for form in forms
        for view in views.plain
        for at in _all(form, view)
    )


def _all(form: bytes, body: bytes) -> Iterator[int]:
    at = body.find(form)
    while at >= 0:
        yield at
        at = body.find(form, at + 1)


class _Finder:
    """Finds needles in views: all forms of all of them at once."""

    def __init__(self, needles: Sequence[Needle]) -> None:
        self._owners: dict[tuple[str, bytes], set[Needle]] = defaultdict(set)
        by_text: dict[str, list[Needle]] = defaultdict(list)
        for needle in needles:
            by_text[needle.text].append(needle)
        for text, own in by_text.items():
            forms = forms_of(text)
            for view in Forms.__struct_fields__:
                for form in getattr(forms, view):
                    if len(form) >= LEAST:
                        self._owners[view, form].update(own)
        self._strings = {
            view: Strings(form for name, form in self._owners if name == view)
            for view in Forms.__struct_fields__
        }
        self._must_be_words = {text for text in by_text if width(text) < _LEAST_INSIDE}
        self.has_short = any(len(text.encode("utf-8", "surrogatepass")) < _LEAST_INSIDE for text in by_text)
        self.longest = 6 * max((strings.longest for strings in self._strings.values()), default=0)

    def __bool__(self) -> bool:
        return bool(self._owners)

    def found_in(self, views: Views, *, is_text: bool = True) -> Iterator[Needle]:
        """The needles that stand in a piece, each as often as it does."""
        least = LEAST if is_text else _LEAST_IN_PICTURE
        told: tuple[tuple[str, tuple[bytes, ...], Callable[..., bool]], ...] = (
            ("plain", views.plain, self._is_whole),
            ("squeezed", views.squeezed, _anywhere),
            ("lowered", (views.lowered,), _anywhere),
            ("exact", (views.exact,), _is_in_base64),
        )
        for view, bodies, holds in told:
            for body in bodies:
                for form, at in self._strings[view].places(body):
                    if len(form) >= least:
                        owners = self._owners[view, form]
                        yield from (needle for needle in owners if holds(needle, form, body, at))

    def places_in_plain(self, body: bytes) -> Iterator[tuple[Needle, int]]:
        for form, at in self._strings["plain"].places(body):
            for needle in self._owners["plain", form]:
                if self._is_whole(needle, form, body, at):
                    yield needle, at

    def _is_whole(self, needle: Needle, form: bytes, body: bytes, at: int) -> bool:
        return needle.text not in self._must_be_words or not _is_within_word(form, body, at)


def _anywhere(*_: object) -> bool:
    return True


def _is_in_base64(needle: Needle, form: bytes, body: bytes, at: int) -> bool:
    return is_in_base64(needle.text, form, body, at)


def _is_within_word(form: bytes, body: bytes, at: int) -> bool:
    """Whether a letter goes on before or behind: “Ann” in “Annual”."""
    before = body[max(at - 4, 0) : at].decode("utf-8", "ignore")[-1:]
    behind = body[at + len(form) : at + len(form) + 4].decode("utf-8", "ignore")[:1]
    inside = form.decode("utf-8", "ignore")
    return _joined(before, inside[:1]) or _joined(inside[-1:], behind)


def _joined(left: str, right: str) -> bool:
    return left.isalnum() and right.isalnum() and max(left, right) < "\u2e80"
