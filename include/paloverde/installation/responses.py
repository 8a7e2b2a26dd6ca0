"""What is handed out: the bundle of a search, and the response to a records request.

A response is built from the file of its request alone: the searches again, through the run up to which each
was made; the review as a second person signed it; the letter that was sent. What stands in its way is told
all at once (`preview`), and nothing is built while anything does. Built is not released: a second person
looks at what would go out and agrees to exactly these bytes (`paloverde deliver`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

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
from paloverde.bundles.scratch import scratch
from paloverde.errors import PersonNeeded
from paloverde.installation.gathered import Gathered
from paloverde.installation.journal import private_or_not
from paloverde.installation.letters import Letters
from paloverde.installation.preview import Preview
from paloverde.installation.requests import Requests
from paloverde.installation.response_checks import Checks, Wish
from paloverde.installation.reviews import Reviews
from paloverde.records import archive_day
from paloverde.requests.costs import cost_sheet
from paloverde.requests.delivery import file_of
from paloverde.requests.events import Document, Produced
from paloverde.requests.pictures import painted_over
from paloverde.requests.redaction import Painted, Released
from paloverde.requests.releasing import Pair, pictures_to_paint, released_all
from paloverde.requests.review import Verdict
from paloverde.requests.withholding import Audience, Entry, as_csv, as_paper, log
from paloverde.retention.holds import By
from paloverde.search.answer import Answer
from paloverde.settings import Settings

SERIES = "bundles"


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
        self.checks = Checks(settings, vault, requests, reviews, letters)

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
        """What the response would be, and everything that stands in its way. Nothing is built.

        `BadQuestion` where nothing was searched yet, or the same file is given in two ways.
        """
        return self.checks.preview(number, by, wish or Wish())

    def build(
        self, number: str, out: Path, by: By, progress: Progress, wish: Wish | None = None
    ) -> BuiltBundle:
        """Build the response of a request at `out`, keep a locked copy, and file it as its next
        instalment, or in place of the one that was not released yet.

        `PersonNeeded` names everything that stands in the way; `Suspicious` where redacted words would be in
        it. Nothing is filed then.
        """
        wish, answer = wish or Wish(), self._answer(number, by)
        found = self.checks.gathered(number, answer.hits)
        refusals = self.checks.refusals(found, wish)
        if refusals:
            raise PersonNeeded(f"The response to {number} was not built. {' '.join(refusals)}")
        with scratch() as folder:
            painted = self._painted(found.pairs, folder)
            sizes = {source: Painted(file.name, file.stat().st_size) for source, file in painted.items()}
            records = released_all(found.pairs, sizes)
            contents = Contents(
                records=records,
                enclosed=self._enclosed(found, records, wish),
                proofs=self._proofs(answer, records),
                painted={file.name: file for file in painted.values()},
                accepted=frozenset(found.accepted),
                unread_accepted=frozenset(found.unread),
                scopes=tuple(dict.fromkeys(event.scope for event in found.request.searches)),
                with_pdf=True,
                fonts_folder=self._settings.fonts_folder,
                by_name=wish.by_name,
                file=file_of(
                    number, found.request.next_instalment
                ),  # the same made again is the same, byte for byte
            )
            built = self._built(
                found.told(answer), number, out, by.actor, progress, contents, f"{by.name}, {by.role}"
            )
        self._requests.file(number, self._produced(found, built, by))
        return built

    # Inside

    def _answer(self, number: str, by: By) -> Answer:
        """What the searches of a request find, complete, from sealed parts."""
        return combined([self._requests.answer(event, by) for event in self._requests.get(number).searches])

    def _enclosed(self, found: Gathered, records: Sequence[Released], wish: Wish) -> Enclosed:
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

    def _produced(self, found: Gathered, built: BuiltBundle, by: By) -> Produced:
        request = found.request
        instalment, before = request.next_instalment, request.last(Produced)
        is_again = before is not None and before.instalment == instalment
        return Produced(
            by=by,
            at=self._vault.clock(),
            instalment=instalment,
            bundle=Document(
                file_of(request.number, instalment, request.build_of(built.sha256)), built.sha256
            ),
            records=built.counts["records"],
            decisions_sha256=found.review.decisions_sha256,
            accepted=found.accepted,
            unread=built.unread,
            pages=built.pages,
            replaces=before.bundle.sha256 if before is not None and is_again else "",
        )
