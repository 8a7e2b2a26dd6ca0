"""What stands in the way of a response to a records request, looked for before anything is built.

To look through thousands of records takes long: what came of it is kept for as long as nothing that it
follows from has changed. Nothing is ever built by what is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec
from sqlalchemy import func, select

from paloverde.archive.vault import Vault
from paloverde.bundles.combined import refuse_unsearched
from paloverde.bundles.printable import without_a_font
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.installation.claiming import come_to
from paloverde.installation.gathered import Gathered, in_the_way
from paloverde.installation.letters import Draft, Letters
from paloverde.installation.preview import Preview, preview_of
from paloverde.installation.remembered import Remembered, follows, stands
from paloverde.installation.requests import Requests
from paloverde.installation.reviews import Reviews, version_of
from paloverde.records import archive_day
from paloverde.requests.costs import Sheet, wrongs
from paloverde.requests.letters import Determination
from paloverde.requests.releasing import released_all, still_said
from paloverde.requests.reviewed import Reviewed
from paloverde.retention.holds import By
from paloverde.search.hits import Hit
from paloverde.settings import Settings
from paloverde.state.tables import RUNS

_CHECKED = "response"  # the name of what is kept of a look
# What is looked through while somebody waits: seals for the certificate, records for redacted words.
_MOST_RUNS, _MOST_RECORDS = 400, 500


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a response is wanted. `with_log` releases the withholding log, too. `by_name` prints a character
    that no font has by its name, in place of refusing it.
    """

    with_log: bool = False
    sheet: Sheet = Sheet()
    by_name: bool = False


class Checked(msgspec.Struct, frozen=True):
    """What was found in the way of a response, however it is wanted: `unprinted` are the characters that no
    font has. `lacks` says why nothing can be looked for; there is no preview then.
    """

    preview: Preview | None = None
    unprinted: str = ""
    lacks: str = ""


class Telling(Protocol):
    """How far work is: in words, and the share (0 to 1) that is behind."""

    def __call__(self, words: str, share: float | None = None) -> None: ...


def _silent(words: str, share: float | None = None) -> None:
    del words, share


class Checks:
    """Looks for what stands in the way of the responses of one installation."""

    def __init__(
        self, settings: Settings, vault: Vault, requests: Requests, reviews: Reviews, letters: Letters
    ) -> None:
        self._settings, self._vault = settings, vault
        self._requests, self._reviews, self._letters = requests, reviews, letters
        self._remembered = Remembered(settings.home / "found")

    def preview(self, number: str, by: By, wish: Wish | None = None) -> Preview:
        """What the response would be, and everything that stands in its way. Nothing is built.

        `BadQuestion` where nothing was searched yet, or the same file is given in two ways.
        """
        known = self.known(number, wish)
        return known or self._wished(self.check(number, by), wish or Wish())

    def known(self, number: str, wish: Wish | None = None) -> Preview | None:
        """The same, where it was looked for before and all stands that it follows from; else None."""
        checked = self._remembered.get(number, _CHECKED, self._basis(number), Checked)
        return self._wished(checked, wish or Wish()) if checked is not None else None

    def are_long(self, number: str) -> bool:
        """Whether it must be looked for anew, and that takes longer than somebody should wait for a page."""
        with self._vault.books.connect() as connection:
            runs = connection.execute(select(func.count()).select_from(RUNS)).scalar() or 0
        if runs <= _MOST_RUNS and len(self._reviews.get(number).versions) <= _MOST_RECORDS:
            return False
        return self._remembered.get(number, _CHECKED, self._basis(number), Checked) is None

    def check(self, number: str, by: By, progress: Telling = _silent) -> Checked:
        """Look for everything that stands in the way as everything stands now, and keep what comes of it."""
        basis = self._basis(number)
        try:
            checked = self._checked(number, by, progress)
        except PersonNeeded as error:
            checked = Checked(lacks=str(error))
        self._remembered.keep(number, _CHECKED, basis, checked)
        return checked

    def gathered(self, number: str, found: Iterable[Hit]) -> Gathered:
        """Everything that a response is made of, where these records were found."""
        request, review = self._requests.get(number), self._reviews.get(number)
        hits = {version_of(hit): hit for hit in found}
        pairs = review.pairs(hits)
        released = released_all(pairs)
        reviewed = come_to(review, hits, released) if review.versions else None
        letter = self._letter(number, reviewed)
        return Gathered(request, review, hits, pairs, released, reviewed, letter)

    def refusals(self, found: Gathered, wish: Wish) -> list[str]:
        """Everything that stands in the way, each as a sentence that says what to do."""
        told = [*self._in_the_way(found), *self._wished_wrong(wish)]
        return told + ([] if wish.by_name else [*filter(None, [self._without_a_font(found)])])

    # Inside

    def _basis(self, number: str) -> str:
        """What a look follows from; besides the papers and the archive, the day and the settings."""
        settings, day = self._settings, archive_day(self._vault.clock())
        told = (settings.agency_name, settings.records_office, settings.delivery_address)
        files = sorted(settings.fonts_folder.iterdir()) if settings.fonts_folder else ()
        fonts = [(file.name, (stat := file.stat()).st_size, stat.st_mtime_ns) for file in files]
        return follows(stands(self._vault.books, number), day, told, fonts)

    def _checked(self, number: str, by: By, progress: Telling) -> Checked:
        refuse_unsearched(self._requests.get(number).searches)
        progress("What was found is read.", 0.0)
        found = self.gathered(number, self._requests.found(number, by.actor).values())
        progress("Redacted words are looked for wherever they may still stand.", 0.3)
        refusals = self._in_the_way(found)
        progress("Characters that cannot be printed are looked for.", 0.7)
        return Checked(preview=preview_of(number, found, refusals), unprinted=self._without_a_font(found))

    def _letter(self, number: str, reviewed: Reviewed | None) -> Draft | None:
        """The determination that was sent last, as its lints see it now."""
        letters = [one.letter for one in self._letters.sent(number)]
        sent = [letter for letter in letters if isinstance(letter.body, Determination)]
        return self._letters.linted(sent[-1], reviewed) if sent else None

    def _in_the_way(self, found: Gathered) -> list[str]:
        """What stands in the way however it is wanted, each as a sentence that says what to do."""
        return list(in_the_way(found, still_said(found.released)))

    def _wished_wrong(self, wish: Wish) -> Iterator[str]:
        """What is wrong with how it is wanted."""
        return wrongs(wish.sheet, archive_day(self._vault.clock()))

    def _wished(self, checked: Checked, wish: Wish) -> Preview:
        """A look at a response with what is said of how it is wanted."""
        if checked.preview is None:
            raise BadQuestion(checked.lacks)
        more = [*self._wished_wrong(wish), *([] if wish.by_name else filter(None, [checked.unprinted]))]
        return msgspec.structs.replace(checked.preview, refusals=(*checked.preview.refusals, *more))

    def _without_a_font(self, found: Gathered) -> str:
        """What cannot be printed of the records, the letter and the certificate."""
        certificate = self._letters.certificate(found.request.number, released=True, reviewed=found.reviewed)
        papers = [certificate, *([found.letter.written.paper] if found.letter else [])]
        return without_a_font(found.released, papers, self._settings.fonts_folder)
