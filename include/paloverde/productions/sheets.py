"""What the pages of a document say: a record as a reader needs it, a file as what it is, a slip as a slip.

Nothing here depends on what a Bates number is, only on how many digits it has: pages are counted before
numbers are given.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from paloverde.bundles.articles import kept_back
from paloverde.bundles.pages import visible
from paloverde.bundles.pdf.fonts import Fonts
from paloverde.bundles.pdf.glyphs import pieces
from paloverde.bundles.pdf.printed import posted
from paloverde.bundles.pdf.words import paragraphs, primary
from paloverde.bundles.wording import Versions, count_label, origin, poster_missing, remarks, spoken_time
from paloverde.productions.document import Document, RecType, Treatment
from paloverde.productions.fields import words_of
from paloverde.requests.redaction import Given
from paloverde.wording import some

_NAMES = {
    RecType.DM: "Private message",
    RecType.REACTIONSET: "Reactions",
    RecType.SUBSCRIBERLIST: "Subscribers",
    RecType.PERSONALDEVICE: "Record from a personal device",
    RecType.FORWARDED: "Forwarded message",
    RecType.OTHER: "Record",
    RecType.MEDIA: "File of a record",
}


class Sheet(msgspec.Struct, frozen=True):
    """What stands on the pages of a document, as text; what is empty is left out."""

    title: str
    who: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    text: str
    language: str | None
    facts: tuple[tuple[str, str], ...]
    is_file: bool = False
    alt: str = ""

    def texts(self) -> Iterator[str]:
        """Every text of it."""
        yield from (self.title, *self.remarks, self.text, self.alt)
        yield from (value for _, value in (*self.who, *self.facts))


def sheet_of(document: Document) -> Sheet:
    """The pages of a document."""
    title = f"{document.begin}: {name_of(document.rectype)}"
    if document.treatment is Treatment.WITHHELD:
        told = f"Withheld: {', '.join(document.privileges) or 'privileged'}. See the privilege log."
        return Sheet(
            title, tuple(_known(_whence(document))), (told,), "", None, tuple(_known(_place(document)))
        )
    words = words_of(document)
    if document.file is not None:
        return Sheet(
            title, tuple(_known(_of_file(document))), tuple(_painted(document)), words, None,
            tuple(_known(_place(document))), is_file=True, alt=words or "No description of it was given.",
        )  # fmt: skip
    hit = document.hit
    alone = Versions((hit,), (1,))
    return Sheet(
        title, tuple(_known(_who(document))), (*kept_back(document.record), *remarks(hit, alone)),
        words or "(no text)", hit.language if words else None, tuple(_known(_facts(document))),
    )  # fmt: skip


def name_of(kind: RecType) -> str:
    """What a document is, in words."""
    return _NAMES.get(kind) or kind.value.capitalize()


def as_data(sheet: Sheet, fonts: Fonts, *, picture: str = "", instead: str = "") -> dict[str, object]:
    """A sheet as the template takes it; of a file the name of its picture, or what stands in its place."""
    alt = visible(sheet.alt)
    return {
        "title": pieces(sheet.title, fonts),
        "who": _pairs(sheet.who, fonts),
        "remarks": [pieces(remark, fonts) for remark in sheet.remarks],
        "text": paragraphs(sheet.text, fonts),
        "language": primary(sheet.language),
        "facts": _pairs(sheet.facts, fonts),
        "file": {"picture": picture, "instead": pieces(instead, fonts), "alt": alt}
        if sheet.is_file
        else None,
    }


def _pairs(pairs: tuple[tuple[str, str], ...], fonts: Fonts) -> list[tuple[object, object]]:
    return [(pieces(name, fonts), pieces(value, fonts)) for name, value in pairs]


def _known(pairs: Iterator[tuple[str, str | None]]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in pairs if value)


def _whence(document: Document) -> Iterator[tuple[str, str | None]]:
    yield "Account", f"{document.hit.account} ({document.hit.platform})"
    yield "Posted", posted(document.hit.posted_at)


def _who(document: Document) -> Iterator[tuple[str, str | None]]:
    hit = document.hit
    yield "Account", f"{hit.account} ({hit.platform})"
    yield (
        "From",
        ", ".join(dict.fromkeys(filter(None, (hit.poster_name, hit.poster_username, hit.poster_id)))),
    )
    yield "To", "; ".join(document.recipients)
    yield "Posted", posted(hit.posted_at)


def _of_file(document: Document) -> Iterator[tuple[str, str | None]]:
    kept, file = document.hit.media[document.file.number if document.file else 0], document.file
    yield "Belongs to", document.parent
    yield "What it is", (kept.type or "file").capitalize()
    size = file.size if file and file.size is not None else kept.size
    yield "Size", some(size, "byte") if size is not None else None
    yield "SHA-256", file.sha256 if file else None
    yield "Description", None if words_of(document) else "No description of it was given."


def _painted(document: Document) -> Iterator[str]:
    file = document.file
    if file is not None and file.given is Given.PAINTED:
        yield f"Parts of this picture are painted over: {', '.join(file.codes)}."


def _place(document: Document) -> Iterator[tuple[str, str | None]]:
    """Where it stands in the production."""
    if document.is_record:
        yield "Belongs to", document.parent
    yield "Family", f"{document.family[0]} to {document.family[1]}"
    yield "Control number", document.control
    yield "Demands", ", ".join(document.requests)


def _facts(document: Document) -> Iterator[tuple[str, str | None]]:
    hit = document.hit
    if document.versions > 1:
        yield "Version", f"{document.version} of {document.versions} in this production"
    yield "Not known of the poster", poster_missing(hit)
    yield "Edited", spoken_time(hit.edited_at) if hit.edited_at else None
    yield "Archived", spoken_time(hit.observed_at)
    yield "How it came", origin(hit)
    yield "Reply to", hit.parent_id
    yield "Thread", hit.thread_id
    yield count_label(hit), None if hit.count is None else f"{hit.count:,}"
    yield "Identifier", hit.native_id
    yield "Address at the site", hit.permalink
    yield "Files", _files(document)
    yield "Also held as", "; ".join(f"{one.account} {one.kind} {one.native_id}" for one in document.also)
    yield from _place(document)


def _files(document: Document) -> str:
    """How many files follow as documents of their own, and why others do not."""
    given = [file for file in document.record.files if file.given is not Given.WITHHELD and file.sha256]
    told = [some(len(given), "file follows", "files follow")] if given else []
    lost = [kept.not_captured or "not kept" for kept in document.hit.media if not kept.sha256]
    return "; ".join([*told, *(f"one is not here: {reason.rstrip('.')}" for reason in lost)])
