"""A document of a production: one version of one record, or one file that a record carries. Pure data.

Every form (load file, pages, RSMF, WACZ, PDF, tables) is written from the same documents, in the order of
their Bates numbers: families stand together, a post before its comments, a record before its files, all by
time. What is privileged was taken out before (`requests.redaction`): no writer sees it.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from paloverde.records import Kind, Provenance
from paloverde.requests.redaction import File, Released
from paloverde.search.hits import Hit


class RecType(StrEnum):
    """What a document is, as load files say it (rulebook 6.4)."""

    POST = "POST"
    STORY = "STORY"
    COMMENT = "COMMENT"
    REPLY = "REPLY"
    DM = "DM"
    REACTIONSET = "REACTIONSET"
    SUBSCRIBERLIST = "SUBSCRIBERLIST"
    PROFILE = "PROFILE"
    MEDIA = "MEDIA"
    PERSONALDEVICE = "PERSONALDEVICE"
    FORWARDED = "FORWARDED"
    OTHER = "OTHER"


class Treatment(StrEnum):
    """How a document is produced."""

    WHOLE = "produced"
    REDACTED = "redacted"
    WITHHELD = "withheld"  # a slip stands in its place, because others of its family are produced


class Run(msgspec.Struct, frozen=True):
    """The sealed run that archived a record: its number, the SHA-256 of its seal, and the software."""

    sequence: int
    seal: str
    code_version: str
    api_version: str = ""


class Elsewhere(msgspec.Struct, frozen=True, order=True):
    """A record that says the same and is not produced again: a duplicate, by its place in the archive."""

    account: str
    kind: str
    native_id: str
    version_sha256: str
    provenance: str = ""


class Ending(msgspec.Struct, frozen=True):
    """What is known of a removal, beside what the hit says: who removed it and under which guidelines."""

    removed_by: str = ""
    guidelines: tuple[str, ...] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One document, numbered.

    `begin` and `end` are the Bates numbers of its first and last page, `family` those of the first and the
    last page of its family. `parent` is the first page of the document that it belongs to ("" for the first
    of a family, or where that is not produced). `record` is what is produced of the record (of a file: of
    the record that carries it); `file` the file that the document is, None for a record. `requests` are the
    numbers of the demands that it answers (CCP 2031.280(a)). `recipients` are who else took part in a private
    conversation. `versions` are how many versions of the item are produced, this one the `version`th.
    """

    control: str  # its number in the review before production: never changes, repeats in no production
    begin: str
    end: str
    pages: int
    family: tuple[str, str]
    parent: str = ""
    attached: int = 0  # documents that belong to this one
    record: Released
    file: File | None = None
    treatment: Treatment
    privileges: tuple[str, ...] = ()  # codes of what is kept back
    volume: str = ""
    matter: str
    hold: str = ""
    requests: tuple[str, ...] = ()
    custodians: tuple[str, ...] = ()
    account_id: str = ""  # as the site knows the account
    recipients: tuple[str, ...] = ()
    run: Run
    also: tuple[Elsewhere, ...] = ()
    ending: Ending | None = None
    version: int = 1
    versions: int = 1
    confidentiality: str = ""

    @property
    def hit(self) -> Hit:
        return self.record.hit

    @property
    def is_record(self) -> bool:
        return self.file is None

    @property
    def rectype(self) -> RecType:
        """What it is; how it came goes before what it was at its site."""
        if self.file is not None:
            return RecType.MEDIA
        return _CAME.get(self.hit.provenance or "") or _type_of(self.hit)


class Production(msgspec.Struct, frozen=True, kw_only=True):
    """What all documents of a production have in common. `root` and `stamped_at` are the root of the ledger's
    newest signed head that counts their runs, and the time that a timestamping service put under it.
    """

    name: str
    matter: str
    agency: str
    made_at: datetime
    since: date | None = None
    until: date | None = None
    root: str = ""
    stamped_at: datetime | None = None
    software: str = ""


_CAME = {
    Provenance.FORWARDED.value: RecType.FORWARDED,
    Provenance.PERSONAL_DEVICE.value: RecType.PERSONALDEVICE,
}
_TYPES = {
    Kind.POST.value: RecType.POST,
    Kind.STORY.value: RecType.STORY,
    Kind.MESSAGE.value: RecType.DM,
    Kind.CONVERSATION.value: RecType.DM,
    Kind.REACTION.value: RecType.REACTIONSET,
    Kind.SUBSCRIBER.value: RecType.SUBSCRIBERLIST,
    Kind.SUBSCRIBER_COUNT.value: RecType.SUBSCRIBERLIST,
    Kind.PROFILE.value: RecType.PROFILE,
}


def _type_of(hit: Hit) -> RecType:
    """A comment on a comment is a reply."""
    if hit.kind == Kind.COMMENT.value:
        is_reply = hit.parent_id is not None and hit.parent_id != hit.thread_id
        return RecType.REPLY if is_reply else RecType.COMMENT
    return _TYPES.get(hit.kind, RecType.OTHER)
