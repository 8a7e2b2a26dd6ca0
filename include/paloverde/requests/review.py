"""What a person decided about a found record: responsive or not, exempt or not, and where. Pure data.

A decision is about one version of one item; the same decision is offered for the same words elsewhere.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """Whether a record is handed over."""

    RESPONSIVE = "responsive"
    NOT_RESPONSIVE = "not responsive"
    EXEMPT_IN_PART = "exempt in part"  # handed over with redactions (Gov. Code 7922.525(b))
    EXEMPT = "exempt"  # withheld whole


class Exempted(msgspec.Struct, frozen=True):
    """An exemption that somebody claims: its code in `exemptions.toml`, and the facts that it needs."""

    code: str
    facts: dict[str, str] = {}


class Span(msgspec.Struct, frozen=True, order=True):
    """Characters `start` to `end` of one text of a record that are redacted under `code`.

    `where` names the text: `text`, `poster_name`, `poster_username`, `poster_id`, `permalink`, or
    `media.<number>.alt_text` (numbered from 0, as the record lists its media).
    """

    where: str
    start: int
    end: int
    code: str


class Region(msgspec.Struct, frozen=True, order=True):
    """A rectangle of a picture that is redacted under `code`; pixels of the kept file, from the left top."""

    sha256: str
    left: int
    top: int
    width: int
    height: int
    code: str


class Spared(msgspec.Struct, frozen=True, order=True):
    """A suggestion (`detectors.Suggestion`) that a person looked at and left: these characters may be handed
    over as far as `code` goes. `version` is that of the record.
    """

    version: tuple[str, str, str, str]
    where: str
    start: int
    end: int
    what: str
    code: str


# gc=False: nothing in it can lead back to it, and a review reads ten thousand at once.
class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one person decided about one version of one item in one request.

    `withheld_media` are the hashes of files that are withheld whole. `decided_by` and `title` stand in the
    letter where anything is withheld (Gov. Code 7922.540).
    """

    account: str
    kind: str
    native_id: str
    version_sha256: str
    verdict: Verdict
    exempted: tuple[Exempted, ...] = ()
    spans: tuple[Span, ...] = ()
    regions: tuple[Region, ...] = ()
    withheld_media: tuple[str, ...] = ()
    note: str = ""
    decided_by: str
    title: str = ""
    decided_at: datetime

    @property
    def version(self) -> tuple[str, str, str, str]:
        return self.account, self.kind, self.native_id, self.version_sha256
