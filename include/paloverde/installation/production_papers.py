"""The papers of a production: declaration, chain of custody, letters, privilege log, list of hashes.

Each is made of what the archive, its ledger and the built volumes say, and is drawn as tagged PDF or as a
page; that it was made is noted in the ledger. Nothing is signed, sent or filed here. Drafts and the privilege
log are for counsel alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from paloverde.archive.ledger import Ledger
from paloverde.archive.papers import Cabinet
from paloverde.archive.reader import Archive
from paloverde.archive.vault import Vault
from paloverde.bundles.paperpage import paper_page
from paloverde.bundles.pdf import paper_pdf
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.installation.production_evidence import Laid, ProductionEvidence, within
from paloverde.installation.productions import Productions
from paloverde.installation.volumes import Volumes
from paloverde.productions.order import Served
from paloverde.productions.papers.custody import Chain, Place, chain_of_custody
from paloverde.productions.papers.declaration import declaration
from paloverde.productions.papers.evidence import Piece, claimed_of
from paloverde.productions.papers.hash_list import Listed, as_csv, hash_list
from paloverde.productions.papers.letter import Notice, Sent, clawback_letter, production_letter
from paloverde.productions.papers.privilege import privilege_log
from paloverde.productions.privilege_log import Row
from paloverde.records import archive_day
from paloverde.requests.paper import Grid, Paper
from paloverde.retention.hold_orders import CLERK, COUNSEL
from paloverde.retention.holds import By
from paloverde.settings import Settings
from paloverde.steps import Step

FORMS = ("pdf", "html")
_PLACES = 500  # documents in the table of a chain of custody
_CELLS = 12_000  # of all tables of a PDF: setting them takes 50 KB of memory each


class Drafted(NamedTuple):
    """A paper that was made of a production, and what it is, as the ledger names it. `beside` is the CSV that
    stands beside a list of hashes.
    """

    number: str
    what: str
    paper: Paper
    beside: bytes = b""


class ProductionPapers:
    """Makes the papers of the productions of one installation. `tell` is the journal's."""

    def __init__(
        self,
        settings: Settings,
        vault: Vault,
        archive: Archive,
        ledger: Ledger,
        cabinet: Cabinet,
        productions: Productions,
        volumes: Volumes,
        tell: Callable[..., None],
    ) -> None:
        self._settings, self._vault, self._tell = settings, vault, tell
        self._productions, self._volumes = productions, volumes
        self._evidence = ProductionEvidence(vault, archive, ledger, cabinet, productions, volumes)

    def declaration(self, number: str, by: By, folder: Path, grounds: Sequence[str]) -> Drafted:
        """The draft of the custodian's declaration on these grounds, of the volumes in `folder`.

        `PersonNeeded` where it is not counsel who asks; `BadQuestion` where there is no such ground, nothing
        is built, or `folder` has other volumes; so of each paper here.
        """
        _refuse_role(by, "the draft of a declaration", COUNSEL)
        laid = self._evidence.laid(number, by, folder)
        made = declaration(grounds, self._evidence.evidence(laid, self._evidence.told(laid, laid.pieces)))
        return Drafted(number, f"declaration ({', '.join(dict.fromkeys(grounds))})", made)

    def custody(self, number: str, by: By, folder: Path, bates: tuple[str, str] | None = None) -> Drafted:
        """The chain of custody of a production, or of the documents from one Bates number to another."""
        _refuse_role(by, "a chain of custody", CLERK, COUNSEL)
        laid = self._evidence.laid(number, by, folder)
        pieces = _within(laid, bates) if bates else laid.pieces
        made = chain_of_custody(self._chain(laid, pieces))
        return Drafted(number, f"chain of custody of {_about(pieces)}", made)

    def letter(self, number: str, by: By, folder: Path, to: str = "") -> Drafted:
        """The draft of the letter that goes with the volumes."""
        _refuse_role(by, "the draft of a letter", COUNSEL)
        laid = self._evidence.laid(number, by, folder)
        evidence = self._evidence.evidence(laid, self._evidence.told(laid, laid.pieces))
        served = laid.docket.last(Served)
        demands = dict.fromkeys(demand.number for demand in laid.docket.terms.demands if demand.number)
        sent = Sent(
            day=self._today(), to=to or (served.to if served else ""), privileges=laid.privileges,
            answered={one: sum(one in piece.requests for piece in laid.pieces) for one in demands},
        )  # fmt: skip
        return Drafted(number, "letter", production_letter(evidence, sent))

    def claim(self, number: str, by: By, to: str = "") -> Drafted:
        """The draft of the letter that claims back what was clawed back; `BadQuestion` where nothing was."""
        _refuse_role(by, "the draft of a letter", COUNSEL)
        docket = self._productions.get(number)
        claimed, served = claimed_of(docket), docket.last(Served)
        if not claimed:
            raise BadQuestion(f"Nothing of {number} was claimed back: counsel notes that first.")
        notice = Notice(
            day=self._today(), to=to or (served.to if served else ""), claimed=claimed,
            served_on=served.served_on if served else None,
        )  # fmt: skip
        agency = self._settings.agency_name
        return Drafted(
            number, "claim of privilege", clawback_letter(number, docket.terms.matter, agency, notice)
        )

    def hashes(self, number: str, by: By, folder: Path) -> Drafted:
        """The list of hashes of a production, with the CSV of every file beside it."""
        _refuse_role(by, "a list of hashes", CLERK, COUNSEL)
        laid = self._evidence.laid(number, by, folder)
        listed = as_csv(laid.files)
        made = hash_list(laid.report, laid.signed, laid.files, hashlib.sha256(listed).hexdigest())
        return Drafted(number, "hash list", made, listed)

    def log(self, number: str, by: By, folder: Path | None = None) -> Drafted:
        """The privilege log; a draft as long as its review is not signed, or without the numbers of the
        volumes in `folder`.
        """
        rows = self.log_rows(number, by, folder)
        docket, review = self._productions.get(number), self._productions.review(number)
        lacking = "" if folder is not None else "the Bates numbers are not in it."
        if review.signature is None:
            lacking = "nobody has signed the review as it is now."
        made = privilege_log(number, docket.terms.matter, self._settings.agency_name, rows, lacking=lacking)
        return Drafted(number, "privilege log", made)

    def log_rows(self, number: str, by: By, folder: Path | None = None) -> list[Row]:
        """The same as rows, for the CSV."""
        _refuse_role(by, "a privilege log", COUNSEL)
        return self._volumes.log(number, by, folder)

    def drawn(self, drafted: Drafted, form: str, by: By) -> bytes:
        """A paper as one of `FORMS`, noted in the ledger before anybody has it. `BadQuestion` where it is too
        long for a PDF.
        """
        agency, made_at = self._settings.agency_name, self._vault.clock()
        if form == "html":
            body = paper_page(drafted.paper, agency=agency, made_at=made_at)
        elif form == "pdf":
            _refuse_a_longer(drafted.paper)
            body = paper_pdf(
                drafted.paper, agency=agency, made_at=made_at, fonts_folder=self._settings.fonts_folder,
                by_name=True,
            )  # fmt: skip
        else:
            raise BadQuestion(f"A paper is drawn as {' or '.join(FORMS)}, not as {form!r}.")
        about = {"production": drafted.number, "draft": drafted.what, "form": form.upper()}
        about["sha256"] = hashlib.sha256(body).hexdigest()
        self._tell("production paper made", by.actor, **about)
        return body

    # Inside

    def _today(self) -> date:
        return archive_day(self._vault.clock())

    def _chain(self, laid: Laid, pieces: Sequence[Piece]) -> Chain:
        told = self._evidence.told(laid, pieces)
        found, natives = told.found, {one.begin: one for one in laid.files if one.is_native}
        places = [_place(one, natives.get(one.begin)) for one in pieces[:_PLACES]]
        return Chain(
            production=laid.report.production, about=_about(pieces), documents=len(pieces),
            places=tuple(places), runs=len(told.seals), named=len(found.named),
            captured=tuple(found.captured), checked=tuple(found.checked), checks=found.checks,
            compared=told.checked, held=tuple(found.held), hold=laid.docket.terms.hold,
            handled=tuple(found.handled), looks=found.looks, looks_at_all=found.looks_at_all,
            entries=found.entries, head=told.head, claimed=claimed_of(laid.docket),
        )  # fmt: skip


def _place(one: Piece, native: Listed | None) -> Place:
    return Place(
        begin=one.begin, end=one.end, what=one.what, account=one.account, run=one.run,
        sha256=native.sha256 if native else "",
        is_same=native is not None and native.sha256 == native.archived,
    )  # fmt: skip


def _about(pieces: Sequence[Piece]) -> str:
    if len(pieces) == 1:
        return f"document {pieces[0].begin}"
    return f"documents {pieces[0].begin} to {pieces[-1].end}"


def _within(laid: Laid, bates: tuple[str, str]) -> list[Piece]:
    """The documents that have a page between two numbers."""
    reach, page = within(laid.docket, *bates), laid.docket.terms.bates.page
    return [one for one in laid.pieces if page(one.begin) <= reach.last and reach.first <= page(one.end)]


def _refuse_a_longer(paper: Paper) -> None:
    cells = sum(len(grid.rows) * len(grid.headings) for grid in paper.blocks if isinstance(grid, Grid))
    if cells > _CELLS:
        raise BadQuestion(
            f"“{paper.title}” has tables of {cells:,} cells, and a PDF holds {_CELLS:,} at most: take it as "
            "HTML, which a browser prints."
        )


def _refuse_role(by: By, what: str, *may: str) -> None:
    if by.role not in may:
        raise PersonNeeded(
            f"{by.name} has the role {by.role}, and {what} is for {' or '.join(may)}. Ask somebody who is; "
            f"{Step.USERS} shows who has which role."
        )
