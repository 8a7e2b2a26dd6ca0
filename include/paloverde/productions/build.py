"""Building a production: counted, numbered, then written volume by volume, and sealed by a signed list.

    OUT/VOL001.zip  VOL002.zip …      volumes (see volume.py)
    OUT/REPORT.pdf  REPORT.json       what was produced, and what is not there or not known
    OUT/HASHES.txt  HASHES.json       SHA-256 of every file, and the City's signature over that list
    OUT/.unfinished/                  until it is built and filed

The same plan gives the same bytes. Numbers are reserved once all pages are counted, before anything is
written. Who is interrupted calls again, and goes on after the last whole volume (`resuming`).
"""

from __future__ import annotations

import shutil
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from functools import partial
from itertools import chain, count, groupby, islice, repeat
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from paloverde.archive.reader import Archive
from paloverde.archive.signing import Signer
from paloverde.bundles.box import digest_of
from paloverde.bundles.pdf import press
from paloverde.errors import BadQuestion, BadSetting
from paloverde.productions.bates import Reach
from paloverde.productions.document import Document, Production
from paloverde.productions.hashes import HASHES, write_hashes
from paloverde.productions.looking import Looking, records_of
from paloverde.productions.natives import Exact, Natives
from paloverde.productions.numbering import Item, numbered
from paloverde.productions.pages import Page, Pages
from paloverde.productions.plan import Form, Plan
from paloverde.productions.report import Report, write_report
from paloverde.productions.resuming import Done, State, Unfinished, fingerprint_of, is_begun, opened
from paloverde.productions.tally import summed
from paloverde.productions.volume import filling
from paloverde.productions.writing import Ready, Writing
from paloverde.wording import some

Progress = Callable[[str], None]
File = Callable[["Built"], None]
_TOLD_EACH, _CHATS_EACH = 2_000, 500  # documents, and files of chats, between two lines of progress
_One = TypeVar("_One")


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """A production on disk. `hashes` is the SHA-256 of the signed list of all files; `unread` are files that
    could not be looked into for what is kept back, and were accepted.
    """

    folder: Path
    report: Report
    hashes: str
    key: str
    unread: tuple[str, ...] = ()


def build(
    plan: Plan,
    archive: Archive,
    signer: Signer,
    out: Path,
    *,
    progress: Progress = lambda _: None,
    file: File = lambda _: None,
) -> Built:
    """Build a production into the folder `out`, or go on with one that was begun there.

    `file` is told when everything lies there: who is interrupted before it was told, or while, goes on, too.
    Raises `BadQuestion` where it would hold nothing, `BadSetting` where `out` holds one already, cannot be
    written, or something changed since it was begun, or no font has a character; `ArchiveDamaged` where bytes
    are not what the archive says, `Suspicious` where what is kept back stands in what would be produced.
    """
    if (out / HASHES).exists() and not is_begun(out):
        raise BadSetting(f"{out} holds a whole production already, and none is overwritten: name another.")
    with opened(out) as begun, press() as pool:
        progress("Looking the records through.")
        fingerprint = fingerprint_of(plan)
        before = begun.state(fingerprint)
        looking = Looking(plan)
        shutil.rmtree(begun.folder / "files", ignore_errors=True)  # half of one may be left
        with closing(Exact(begun.folder / "exact")) as exact:
            progress("Reading what each record was read from, byte for byte.")
            exact.fill(archive, records_of(plan), plan.accounts, looking.search)
            work = _Work(plan, begun, looking, exact, pool, progress)
            counts = work.counts(fingerprint)
            state = _still_its_own(plan, before) if before else work.reserved(fingerprint, counts)
            work.write(state, counts, Natives(archive, exact, begun.folder / "files", plan.kept.painted))
        progress("Writing the report and the list of all files.")
        report = _report(plan, state)
        write_report(report, out, fonts_folder=plan.fonts_folder)
        write_hashes(out, [volume.file for volume in state.done], signer)
        built = _built(out, state, report, signer)
        file(built)
        shutil.rmtree(begun.folder)
    progress(f"Built {some(report.tally.documents, 'document')} in {some(len(state.done), 'volume')}.")
    return built


def _still_its_own(plan: Plan, state: State) -> State:
    """The state of a build that was begun; `BadSetting` where its numbers were burnt since."""
    if plan.reserve(state.pages) != state.first:
        raise BadSetting(
            f"The numbers from {plan.bates.number(state.first)} on, which the begun volumes bear, were burnt "
            "since: it was built or signed anew meanwhile. Build it into an empty folder; it has other "
            "numbers there."
        )
    return state


def _built(out: Path, state: State, report: Report, signer: Signer) -> Built:
    return Built(
        folder=out, report=report, hashes=digest_of(out / HASHES), key=signer.public_key,
        unread=tuple(state.unread),
    )  # fmt: skip


class _Work:
    """One production while it is built."""

    def __init__(
        self,
        plan: Plan,
        begun: Unfinished,
        looking: Looking,
        exact: Exact,
        pool: Executor,
        progress: Progress,
    ) -> None:
        self._plan, self._begun, self._looking, self._exact = plan, begun, looking, exact
        self._pool, self._progress = pool, progress

    def counts(self, fingerprint: str) -> array[int]:
        """The pages of every document; of what is produced without pages one number each."""
        known = self._begun.counts(fingerprint)
        if known is not None:
            return known
        documents = self._numbered(repeat(1), 1)
        if Form.PAGES in self._plan.forms:
            pages = self._pages(self._plan.production).counted(self._pool, documents)
        else:
            pages = (1 for _ in documents)
        counts = array("I", self._told(pages, "counted"))
        if not counts:
            raise BadQuestion(
                "Nothing would be produced: no record was decided to be produced. Finish the review first."
            )
        self._begun.keep_counts(fingerprint, counts)
        return counts

    def reserved(self, fingerprint: str, counts: array[int]) -> State:
        """The state of a production that has its numbers."""
        pages = sum(counts)
        first = self._plan.reserve(pages)
        state = State(fingerprint=fingerprint, production=self._plan.production, pages=pages, first=first)
        self._begun.keep(state)
        return state

    def write(self, state: State, counts: array[int], natives: Natives) -> None:
        """Write the volumes that are not there yet."""
        documents = islice(self._numbered(iter(counts), state.first), state.documents, None)
        ready = self._told(self._ready(documents, state.production, natives), "written", state.documents)
        families = (list(family) for _, family in groupby(ready, lambda one: one.document.family))
        for _, fitting in groupby(families, _Fitting(self._plan)):
            name = f"VOL{len(state.done) + 1:03d}"
            state.begun, unread = name, len(self._looking.search.unseen)
            self._begun.keep(state)
            state.done.append(self._volume(name, fitting, state.production, natives))
            state.begun = ""
            state.unread += self._looking.search.unseen[unread:]
            self._begun.keep(state)
            self._progress(
                f"{name} is whole: {state.documents:,} of {some(len(counts), 'document')} written."
            )

    def _numbered(self, pages: Iterator[int], first: int) -> Iterator[Document]:
        """All documents in order, the first of them on the page `first`."""
        plan = self._plan
        families = ([self._given(item) for item in family] for family in plan.families())
        yield from chain.from_iterable(
            numbered(families, plan.facts, plan.bates, lambda *_: next(pages), first)
        )

    def _given(self, item: Item) -> Item:
        record = self._exact.given(item.record)
        return item if record is item.record else msgspec.structs.replace(item, record=record)

    def _pages(self, production: Production) -> Pages:
        plan = self._plan
        return Pages(production, plan.bates, plan.facts.confidentiality, plan.fonts_folder, plan.by_name)

    def _ready(
        self, documents: Iterable[Document], production: Production, natives: Natives
    ) -> Iterator[Ready]:
        """Each document with its native file and its pages, some of them ahead of whoever writes them."""
        pages = (Page(document, natives.take(document)) for document in documents)
        if Form.PAGES not in self._plan.forms:
            yield from (Ready(page.document, page.native) for page in pages)
            return
        for page, image in self._pages(production).set(self._pool, pages, self._begun.folder / "set"):
            yield Ready(page.document, page.native, image)

    def _told(self, ones: Iterable[_One], done: str, before: int = 0) -> Iterator[_One]:
        """The same, with a line of progress now and then."""
        for number, one in enumerate(ones, before + 1):
            yield one
            if number % _TOLD_EACH == 0:
                self._progress(f"{some(number, 'document is', 'documents are')} {done}.")

    def _volume(
        self, name: str, families: Iterable[Sequence[Ready]], production: Production, natives: Natives
    ) -> Done:
        first = last = ""
        target = self._begun.out / f"{name}.zip"
        with filling(target, name, partial(self._look, name, count(1))) as volume:
            writing = Writing(volume, production, self._plan.forms, natives)
            for ready in chain.from_iterable(families):
                self._looking.begun(ready.document)
                writing.add(ready)
                first, last = first or ready.document.begin, ready.document.end
            self._progress(f"{name} has all its documents: its chats and its web archive are written.")
            tally = writing.close()
        tally.files, tally.bytes_ = len(volume.files) + 1, volume.size
        tally.larger = volume.size > self._plan.most_bytes
        return Done(
            name=name, file=target.name, sha256=digest_of(target), size=target.stat().st_size,
            first=first, last=last, tally=tally,
        )  # fmt: skip

    def _look(self, name: str, chats: Iterator[int], path: str, file: IO[bytes]) -> None:
        """Look a file through, with a line of progress where many or large ones come after the documents."""
        self._looking.look(name, path, file)
        if path.startswith("RSMF/") and (number := next(chats)) % _CHATS_EACH == 0:
            self._progress(f"{name}: {some(number, 'file of chats is', 'files of chats are')} written.")
        elif path.startswith(("DATA/", "WACZ/")):
            self._progress(f"{name}: {path} is written.")


class _Fitting:
    """Tells of each family the place of the volume that it goes into: as many as its size lets in."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._place = self._weight = self._documents = 0

    def __call__(self, family: Sequence[Ready]) -> int:
        plan, own = self._plan, sum(ready.weight(self._plan.forms) for ready in family)
        is_full = self._weight + own > plan.most_bytes or self._documents + len(family) > plan.most_documents
        if self._documents and is_full:
            self._place, self._weight, self._documents = self._place + 1, 0, 0
        self._weight += own
        self._documents += len(family)
        return self._place


def _report(plan: Plan, state: State) -> Report:
    reach = Reach(state.first, state.first + state.pages - 1)
    return Report(
        production=state.production,
        first=plan.bates.number(reach.first),
        last=plan.bates.number(reach.last),
        tally=summed(volume.tally for volume in state.done),
        volumes=tuple(state.done),
        forms=tuple(sorted(plan.forms)),
        confidentiality=plan.facts.confidentiality,
        limits=plan.limits,
    )
