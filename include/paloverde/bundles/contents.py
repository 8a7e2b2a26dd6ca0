"""What goes into a bundle, and which words of it are not to be found anywhere in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from paloverde.archive.layout import name_of
from paloverde.bundles.enclosed import Enclosed
from paloverde.bundles.leak_finder import Needle
from paloverde.bundles.pages import volumes
from paloverde.bundles.program import program
from paloverde.bundles.proofs import Proofs
from paloverde.bundles.verify import PAYLOAD
from paloverde.requests.redaction import File, Given, Released
from paloverde.requests.review import Verdict
from paloverde.search.answer import Answer
from paloverde.search.hits import COLUMNS, Hit
from paloverde.search.scope import Scope

_OF_ALL = ("account", "platform", "kind", "visibility", "provenance")  # said of every record alike
_SHOWING = (f"{PAYLOAD}01_index/", f"{PAYLOAD}02_records/")
_TEMPLATES = Path(__file__).parent / "templates"


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into a bundle beside the answer. `records` are what is released, None for every hit as it is.

    `scopes` are those of the searches that the answer joins; empty where it is one search's.
    `painted` are redacted pictures on disk, by their hash. `accepted` are pairs of a control number and where
    (a control number, a file) words that were redacted from it may be read all the same; `unread_accepted`
    are files that may go out though they cannot be looked into. `with_pdf` adds records and index as PDF,
    with fonts of `fonts_folder`, too; a character that no font has is refused unless `by_name`. `file` is the
    name under which the bundle is handed over, where that is not the bundle's own.
    """

    records: Sequence[Released] | None = None
    enclosed: Enclosed = Enclosed()
    proofs: Proofs = Proofs()
    painted: Mapping[str, Path] = {}
    accepted: Collection[tuple[str, str]] = frozenset()
    unread_accepted: Collection[str] = frozenset()
    scopes: Sequence[Scope] = ()
    with_pdf: bool = False
    fonts_folder: Path | None = None
    by_name: bool = False
    file: str = ""


def control_number(name: str, number: int) -> str:
    """The control number of a record in a bundle: PRA-2026-0042-000001."""
    return f"{name_of(name)}-{number:06d}"


def handed_whole(hits: Sequence[Hit], name: str) -> list[Released]:
    """Every hit as it is, with nothing kept back."""
    return [
        Released(
            control=control_number(name, number),
            hit=hit,
            verdict=Verdict.RESPONSIVE,
            files=tuple(
                File(at, Given.WHOLE, kept.sha256, kept.sha256)
                for at, kept in enumerate(hit.media)
                if kept.sha256
            ),
        )
        for number, hit in enumerate(hits, 1)
    ]


def needles_of(records: Sequence[Released]) -> list[Needle]:
    """The redacted words; the ids of records that are not to be found at their sites, unless another version
    of the same is given; the hashes of files that are withheld or painted over.
    """
    given = {record.hit.native_id for record in records}
    return [
        Needle(record.control, text)
        for record in records
        for text in (
            *record.needles,
            *({record.hidden_id} - given - {""}),
            *(file.source for file in record.files if file.given is not Given.WHOLE),
        )
    ]


def texts_of(records: Sequence[Released]) -> Iterator[tuple[str, list[str]]]:
    """Every text of each released record, and what it says of its media; a slip holds nothing of its own."""
    for record in records:
        if record.is_withheld:
            continue
        flat = msgspec.to_builtins(record.hit)
        for name in _OF_ALL:
            del flat[name]
        media = [value for kept in flat["media"] for value in kept.values()]
        removed = list((flat["removed"] or {}).values())
        yield (
            record.control,
            [one for one in (*flat.values(), *media, *removed) if isinstance(one, str) and one],
        )


def shown_by(records: Sequence[Released]) -> Callable[[str, str], bool]:
    """Whether a file of the bundle shows a record: the index and the tables show all, a page those on it."""
    page_of = {
        record.control: volume.path
        for volume in volumes(len(records))
        for record in records[volume.first - 1 : volume.last]
    }
    pages = {volume.path for volume in volumes(len(records))}

    def shows(path: str, control: str) -> bool:
        if path in pages:
            return path == page_of.get(control)
        return path.startswith(_SHOWING)

    return shows


def commonplace(answer: Answer, records: Sequence[Released] = (), agency: str = "") -> bytes:
    """What every bundle of these accounts says, whatever its records say: names of sites, kinds and laws."""
    told = {one for record in records for one in (record.hit.platform, record.hit.kind)}
    told |= {one for record in records for one in (record.hit.visibility, record.hit.provenance) if one}
    told |= {one for record in records for each in record.redactions for one in (each.label, each.statute)}
    pages = [file.read_bytes() for file in sorted(_TEMPLATES.glob("*"))]
    names = (" ".join(answer.searched.accounts), *COLUMNS, agency, *sorted(told))
    return b"\n".join([*pages, program(), *map(str.encode, names)])
