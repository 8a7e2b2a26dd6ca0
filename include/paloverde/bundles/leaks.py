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

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import IO

import msgspec

from paloverde.bundles.leak_finder import Finder, Needle, is_telling
from paloverde.bundles.leak_forms import Views, binary_views_of, decoded, octal_unescaped, views_of
from paloverde.bundles.leak_insides import Piece, Unread, pieces_of
from paloverde.bundles.leak_standing import Accepted, Known, some_of
from paloverde.errors import Suspicious
from paloverde.requests.asked import QUESTION
from paloverde.steps import Step

_TELLS_QUESTION = ("README.txt", "data/00_cover_letter/", "data/01_index/", "data/05_search_certificate/")
_SEPARATOR = b"\n\n"


class Leak(msgspec.Struct, frozen=True, order=True):
    """A file of the bundle that holds words which were redacted from a record."""

    path: str
    control: str


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
        found = Finder(own)
        common = set(found.found_in(views_of(commonplace)))
        self._finder = Finder([needle for needle in own if needle not in common]) if common else found

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
        together = views_of(_SEPARATOR.join(body for _, body in bodies)) if self._finder else None
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
                f"Nothing was sealed: words that were redacted stand in {some_of(told)}. See where they come "
                "from and redact them there too; or whoever signs the review accepts that they are there "
                f"({Step.ACCEPT.of('CONTROL', 'FILE')})."
            )
        unseen = [path for path in self.unseen if path not in self._unseen_accepted]
        if unseen:
            raise Suspicious(
                f"Nothing was sealed: {some_of(unseen)} could not be looked into for redacted words. Open it "
                "and look: withhold it in its record, or whoever signs the review accepts that it goes out "
                f"({Step.ACCEPT_UNREAD.of()})."
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


def _views(piece: Piece, *, with_decoded: bool) -> Iterator[Views]:
    yield views_of(piece.body) if piece.is_text else binary_views_of(piece.body)
    if piece.is_text and with_decoded:
        yield views_of(decoded(piece.body))
    if piece.is_pdf:
        yield binary_views_of(octal_unescaped(piece.body))
        yield binary_views_of(octal_unescaped(piece.body).decode("latin-1").encode())
