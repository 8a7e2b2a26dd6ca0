"""From reviewed records in families to numbered documents, in one pass. Pure.

A record comes before its files; a family keeps its numbers together. What is privileged whole takes a page: a
slip that says so, where others of its family are produced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from paloverde.productions.bates import Bates
from paloverde.productions.document import Document, Elsewhere, Ending, Run, Treatment
from paloverde.records import Kind
from paloverde.requests.redaction import File, Given, Released
from paloverde.search.hits import Hit

Version = tuple[str, str, str, str]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A reviewed record, as it goes into a production; `control` is its number in the review."""

    control: str
    record: Released
    version_key: Version
    is_root: bool
    treatment: Treatment
    privileges: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    also: tuple[Elsewhere, ...] = ()
    version: int = 1
    versions: int = 1


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What documents are told beside their records: by account, by run, by item, by conversation."""

    matter: str
    hold: str = ""
    confidentiality: str = ""
    custodians: Mapping[str, tuple[str, ...]] = {}
    account_ids: Mapping[str, str] = {}
    runs: Mapping[int, Run] = {}
    endings: Mapping[tuple[str, str, str], Ending] = {}
    recipients: Mapping[tuple[str, str], tuple[str, ...]] = {}  # by account and conversation


Pages = Callable[[Item, File | None], int]  # how many pages a record, or a file of it, takes


def produced_files(item: Item) -> list[File]:
    """The files of a record that are documents of their own: those that are given, whole or painted over."""
    if item.treatment is Treatment.WITHHELD:
        return []
    return [file for file in item.record.files if file.given is not Given.WITHHELD and file.sha256]


def numbered(
    families: Iterable[Sequence[Item]], facts: Facts, bates: Bates, pages: Pages, first: int
) -> Iterator[list[Document]]:
    """The documents of each family, with the Bates numbers from page `first` on."""
    for family in families:
        documents = list(_family(family, facts, bates, pages, first))
        if documents:
            first = bates.page(documents[-1].end) + 1
            yield _together(documents)


def _family(
    family: Sequence[Item], facts: Facts, bates: Bates, pages: Pages, first: int
) -> Iterator[Document]:
    root = ""
    for item in family:
        own: str = ""
        for file in (None, *produced_files(item)):
            count = pages(item, file)
            document = _document(item, file, facts, bates, first, count)
            own = own or document.begin
            root = root or (own if item.is_root else "")
            parent = own if file is not None else root
            yield msgspec.structs.replace(document, parent="" if parent == document.begin else parent)
            first += count


def _document(item: Item, file: File | None, facts: Facts, bates: Bates, first: int, count: int) -> Document:
    hit = item.record.hit
    begin, end = bates.number(first), bates.number(first + count - 1)
    account, kind, native_id, _ = item.version_key
    return Document(
        control=item.control,
        begin=begin,
        end=end,
        pages=count,
        family=(begin, end),
        record=item.record,
        file=file,
        treatment=item.treatment,
        privileges=item.privileges,
        matter=facts.matter,
        hold=facts.hold,
        requests=item.requests,
        custodians=facts.custodians.get(account, ()),
        account_id=facts.account_ids.get(account, ""),
        recipients=_recipients(hit, facts),
        run=facts.runs.get(hit.sequence, Run(hit.sequence, "", "")),
        also=item.also,
        ending=facts.endings.get((account, kind, native_id)),
        version=item.version,
        versions=item.versions,
        confidentiality=facts.confidentiality,
    )


def _recipients(hit: Hit, facts: Facts) -> tuple[str, ...]:
    """Who else took part in a conversation, as far as it is known; else the City's account, where somebody
    else wrote to it.
    """
    writer = (hit.poster_name, hit.poster_username, hit.poster_id)
    found = facts.recipients.get((hit.account, hit.thread_id or ""), ())
    others = tuple(name for name in found if name not in writer)
    own = facts.account_ids.get(hit.account)
    is_incoming = hit.kind == Kind.MESSAGE.value and hit.poster_id not in (None, own)
    return others or ((hit.account,) if is_incoming else ())


def _together(documents: list[Document]) -> list[Document]:
    """The family's reach and the number of its members, which are known when its last is numbered."""
    reach = documents[0].begin, documents[-1].end
    attached: dict[str, int] = {}
    for document in documents:
        if document.parent:
            attached[document.parent] = attached.get(document.parent, 0) + 1
    return [
        msgspec.structs.replace(document, family=reach, attached=attached.get(document.begin, 0))
        for document in documents
    ]
