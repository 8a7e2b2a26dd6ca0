"""What is handed out: the bundle of a search, and the response to a records request.

A response is built from the file of its request alone: the searches again, through the run up to which each
was made; the review as a second person signed it; the letter that was sent. What stands in its way is told
all at once (`preview`), and nothing is built while anything does. Built is not released: a second person
looks at what would go out and signs off exactly these bytes (`paloverde request`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from paloverde.archive.layout import bundle_key
from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.vault import Vault
from paloverde.bundles.build import BuiltBundle, Progress, build_bundle
from paloverde.bundles.combined import combined
from paloverde.bundles.contents import Contents, handed_whole
from paloverde.bundles.covered import runs_told
from paloverde.bundles.enclosed import Enclosed
from paloverde.bundles.proofs import Proofs, proofs_of
from paloverde.errors import PersonNeeded
from paloverde.installation.claiming import come_to
from paloverde.installation.journal import private_or_not
from paloverde.installation.letters import Draft, Letters
from paloverde.installation.requests import Requests
from paloverde.installation.reviews import Reviews
from paloverde.records import archive_day
from paloverde.requests.asked import Asked
from paloverde.requests.costs import Sheet, cost_sheet, wrongs
from paloverde.requests.events import Document, Produced
from paloverde.requests.letters import Counts, Determination, Letter
from paloverde.requests.lifecycle import out_of_place
from paloverde.requests.pictures import painted_over
from paloverde.requests.redaction import Given, Painted, Released
from paloverde.requests.releasing import Pair, pictures_to_paint, released_all
from paloverde.requests.request import Request
from paloverde.requests.review import Verdict
from paloverde.requests.review_state import review_state, untold
from paloverde.requests.reviewed import Reviewed
from paloverde.requests.reviewing import Review, Version
from paloverde.requests.withholding import Audience, Entry, as_csv, as_paper, log
from paloverde.requests.wording import some
from paloverde.retention.holds import By
from paloverde.search.answer import Answer
from paloverde.search.counts import by_name
from paloverde.search.hits import Hit
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.settings import Settings

SERIES = "bundles"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a response is wanted. `with_log` releases the withholding log, too. `by_name` prints a character
    that no font has by its name, in place of refusing it.
    """

    with_log: bool = False
    sheet: Sheet = Sheet()
    by_name: bool = False


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be handed out, in numbers and names, and what stands in its way."""

    number: str
    counts: dict[str, int]
    accounts: dict[str, int]
    exemptions: dict[str, int]  # by statute, in how many records
    responsible: tuple[tuple[str, str], ...]
    signed_by: str
    letter: str
    refusals: tuple[str, ...]

    def sentences(self) -> Iterator[str]:
        """The same to read aloud, before a second person agrees."""
        yield f"Response to {self.number}: " + ", ".join(f"{n:,} {what}" for what, n in self.counts.items())
        yield from (f"Account {account}: {n:,} records" for account, n in self.accounts.items())
        yield from (f"Kept back under {statute}: in {n:,} records" for statute, n in self.exemptions.items())
        yield from (f"Responsible for what is kept back: {name}, {title}" for name, title in self.responsible)
        yield f"Review signed by: {self.signed_by or 'nobody yet'}"
        yield f"Cover letter: {self.letter or 'none was sent yet'}"
        yield from (f"IN THE WAY: {refusal}" for refusal in self.refusals)


class _Response(NamedTuple):
    """Everything that a response is made of."""

    request: Request
    answer: Answer
    review: Review
    hits: Mapping[Version, Hit]
    pairs: list[Pair]
    reviewed: Reviewed | None
    letter: Draft | None

    @property
    def asked(self) -> Asked:
        return Asked(self.reviewed.unsaid if self.reviewed else ())

    @property
    def questions(self) -> list[str]:
        return [event.question for event in self.request.searches]

    @property
    def told(self) -> Answer:
        """The answer as it may be told beside what is kept back."""
        return self.asked.answer(self.answer, self.questions)

    @property
    def is_told_in_letter(self) -> bool:
        """Whether the letter tells a search in words that touch what is redacted."""
        body = self.letter.letter.body if self.letter else None
        said = " ".join(body.searches) if isinstance(body, Determination) else ""
        return self.asked.is_told_in(said, self.questions)

    @property
    def accepted(self) -> tuple[tuple[str, str], ...]:
        """What may be read although it is redacted elsewhere, as whoever signed the review accepted it."""
        return self.review.signature.accepted if self.review.signature else ()

    @property
    def unread(self) -> tuple[str, ...]:
        """Files that may go out though they cannot be looked into, as the same person accepted it."""
        return self.review.signature.unread if self.review.signature else ()


class Responses:
    """The bundles of one installation."""

    def __init__(
        self,
        settings: Settings,
        vault: Vault,
        archive: Archive,
        cabinet: Cabinet,
        requests: Requests,
        reviews: Reviews,
        letters: Letters,
    ) -> None:
        self._settings, self._vault, self._archive, self._cabinet = settings, vault, archive, cabinet
        self._requests, self._reviews, self._letters = requests, reviews, letters

    def whole(
        self,
        answer: Answer,
        name: str,
        out: Path,
        actor: str,
        progress: Progress,
        *,
        with_pdf: bool = False,
    ) -> BuiltBundle:
        """Build the bundle of an answer with nothing kept back, and keep a locked copy of it."""
        records = handed_whole(answer.hits, name)
        contents = Contents(
            records=records,
            proofs=self._proofs(answer, records),
            with_pdf=with_pdf,
            fonts_folder=self._settings.fonts_folder,
            by_name=True,
        )
        return self._built(answer, name, out, actor, progress, contents)

    def preview(self, number: str, by: By, wish: Wish | None = None) -> Preview:
        """What the response would be, and everything that stands in its way. Nothing is built."""
        found = self._gathered(number, by)
        released = released_all(found.pairs)
        withheld = sum(record.is_withheld for record in released)
        kept_back = [record for record in released if record.is_redacted]
        files = [file.given for record in released for file in record.files]
        statutes = [statute for one in kept_back for statute in {each.statute for each in one.redactions}]
        counts = {
            "records found": len(found.answer.hits),
            "handed over": len(released) - withheld,
            "with redactions": len(kept_back) - withheld,
            "withheld whole": withheld,
            "not responsive": found.review.counts[Verdict.NOT_RESPONSIVE],
            "private": sum(record.hit.kind in PRIVATE_KINDS for record in released if not record.is_withheld),
            "pictures and files": files.count(Given.WHOLE),
            "pictures painted over": files.count(Given.PAINTED),
            "pictures and files withheld": files.count(Given.WITHHELD),
        }
        signature = found.review.signature
        return Preview(
            number=number,
            counts=counts,
            accounts=by_name(record.hit.account for record in released if not record.is_withheld),
            exemptions=by_name(statutes),
            responsible=tuple(found.review.responsible),
            signed_by=signature.by.name if signature else "",
            letter=found.letter.written.paper.title if found.letter else "",
            refusals=tuple(self._refusals(found, wish or Wish())),
        )

    def build(
        self, number: str, out: Path, by: By, progress: Progress, wish: Wish | None = None
    ) -> BuiltBundle:
        """Build the response of a request at `out`, keep a locked copy, and file it as its next instalment.

        `PersonNeeded` names everything that stands in the way; `Suspicious` where redacted words would be in
        it. Nothing is filed then.
        """
        wish = wish or Wish()
        found = self._gathered(number, by)
        refusals = list(self._refusals(found, wish))
        if refusals:
            raise PersonNeeded(f"The response to {number} was not built. {' '.join(refusals)}")
        with tempfile.TemporaryDirectory() as folder:
            painted = self._painted(found.pairs, Path(folder))
            sizes = {source: Painted(file.name, file.stat().st_size) for source, file in painted.items()}
            records = released_all(found.pairs, sizes)
            contents = Contents(
                records=records,
                enclosed=self._enclosed(found, records, wish),
                proofs=self._proofs(found.answer, records),
                painted={file.name: file for file in painted.values()},
                accepted=frozenset(found.accepted),
                unread_accepted=frozenset(found.unread),
                scopes=tuple(dict.fromkeys(event.scope for event in found.request.searches)),
                with_pdf=True,
                fonts_folder=self._settings.fonts_folder,
                by_name=wish.by_name,
            )
            built = self._built(
                found.told, number, out, by.actor, progress, contents, f"{by.name}, {by.role}"
            )
        self._requests.file(number, self._produced(found, built, by))
        return built

    # Inside

    def _gathered(self, number: str, by: By) -> _Response:
        request, review = self._requests.get(number), self._reviews.get(number)
        answer = combined([self._requests.answer(event, by) for event in request.searches])
        hits = {(*hit.item, hit.version_sha256): hit for hit in answer.hits}
        reviewed = come_to(review, hits) if review.versions else None
        letter = self._letter(number, reviewed)
        return _Response(request, answer, review, hits, review.pairs(hits), reviewed, letter)

    def _letter(self, number: str, reviewed: Reviewed | None) -> Draft | None:
        """The determination that was sent last, as its lints see it now."""
        letters = [one.letter for one in self._letters.sent(number)]
        sent = [letter for letter in letters if isinstance(letter.body, Determination)]
        return self._letters.linted(sent[-1], reviewed) if sent else None

    def _refusals(self, found: _Response, wish: Wish) -> Iterator[str]:
        """Everything that stands in the way, each as a sentence that says what to do."""
        review = found.review
        if told := out_of_place(found.request, Produced):
            yield told
        unseen = len(found.hits.keys() - set(review.versions))
        if unseen:
            told = some(unseen, "found record is", "found records are")
            yield f"{told} not under review: `paloverde review gather` takes them in."
        if review.undecided:
            told = some(len(review.undecided), "record is", "records are")
            yield f"{told} not decided yet: {review.named(review.undecided)}."
        elif review.versions and review.signature is None:
            yield "Nobody has signed the review as it stands: a second person looks at it and signs."
        if found.letter is None:
            yield "No determination was sent, so there is no cover letter: first `paloverde letter send`."
        else:
            yield from (f"The letter lacks something: {finding}" for finding in found.letter.findings)
            yield from _untold(found.letter.letter, found)
        if found.is_told_in_letter:
            yield "The letter tells a search in words that are redacted now: send another."
        yield from wrongs(wish.sheet, archive_day(self._vault.clock()))
        left = self._reviews.left(review, found.hits)
        for one in left:
            if (one.redacted_in, one.control) not in found.accepted:
                yield f"{one.control} ({one.where}) still says words that are redacted in {one.redacted_in}."

    def _enclosed(self, found: _Response, records: Sequence[Released], wish: Wish) -> Enclosed:
        number, agency = found.request.number, self._settings.agency_name
        day = archive_day(self._vault.clock())
        is_none = not any(pair.decision.verdict is not Verdict.NOT_RESPONSIVE for pair in found.pairs)
        by_control = {record.control: record for record in records}
        entries = [
            Entry(hit=pair.hit, decision=pair.decision, released=by_control[pair.control])
            for pair in found.pairs
            if pair.control in by_control
        ]
        rows = log(number, entries, Audience.RELEASE) if wish.with_log else []
        return Enclosed(
            letter=found.letter.written.paper if found.letter else None,
            log=as_paper(rows, number, agency, Audience.RELEASE) if wish.with_log else None,
            log_csv=as_csv(rows) if wish.with_log else b"",
            certificate=self._letters.certificate(
                number, none=is_none, released=True, reviewed=found.reviewed
            ),
            costs=cost_sheet(wish.sheet, number, agency, day),
        )

    def _painted(self, pairs: Sequence[Pair], folder: Path) -> dict[str, Path]:
        """The redacted pictures on disk, named by their own hash, by the hash of the archived file."""
        made: dict[str, Path] = {}
        for source, regions in pictures_to_paint(pair.decision for pair in pairs).items():
            picture = painted_over(self._archive.media(source), regions)
            made[source] = folder / picture.sha256
            made[source].write_bytes(picture.body)
        return made

    def _proofs(self, answer: Answer, records: Sequence[Released]) -> Proofs:
        return proofs_of(self._vault, [run.seal for run in runs_told(self._archive, answer, records)])

    def _built(
        self,
        answer: Answer,
        name: str,
        out: Path,
        actor: str,
        progress: Progress,
        contents: Contents,
        stated: str = "",
    ) -> BuiltBundle:
        """`stated` is who built it in words for the requester, where the ledger says more."""
        vault = self._vault
        built = build_bundle(
            answer,
            self._archive,
            vault.signer,
            name=name,
            agency=self._settings.agency_name,
            now=vault.clock(),
            out=out,
            actor=stated or actor,
            progress=progress,
            contents=contents,
        )
        about = {"name": name, "sha256": built.sha256, "records": str(built.counts["records"])}
        about["scope"] = private_or_not(answer.scope.include_private)
        key_of = partial(bundle_key, name)
        self._cabinet.file(SERIES, name, out, what="bundle built", actor=actor, about=about, key_of=key_of)
        return built

    def _produced(self, found: _Response, built: BuiltBundle, by: By) -> Produced:
        return Produced(
            by=by,
            at=self._vault.clock(),
            instalment=len(found.request.all(Produced)) + 1,
            bundle=Document(built.path.name, built.sha256),
            records=built.counts["records"],
            decisions_sha256=found.review.decisions_sha256,
            accepted=found.accepted,
            unread=built.unread,
            pages=built.pages,
        )


def _untold(letter: Letter, found: _Response) -> Iterator[str]:
    """Where the cover letter says something else than the review from which the bundle would be built."""
    if found.reviewed is None or not isinstance(letter.body, Determination):
        return
    codes, named = {claim.code for claim in letter.claims}, [one.name for one in letter.deniers]
    yield from untold(letter.body.outcome, codes, named, review_state(found.review))
    told, counts = letter.counts, found.reviewed.counts
    if told not in (Counts(), counts):
        yield f"The letter says “{told.sentence()}” The review says “{counts.sentence()}” Send another."
