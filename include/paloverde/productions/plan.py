"""What a production is built from: everything that is decided before the first volume is written. Pure data.

Whoever makes the plan (`installation.productions`) reads it from papers and the archive; `build` asks nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from paloverde.productions.bates import Bates
from paloverde.productions.document import Production
from paloverde.productions.numbering import Facts, Item
from paloverde.requests.redaction import Released

Families = Callable[[], Iterable[Sequence[Item]]]
LARGEST, SMALLEST = 4_000_000_000, 1_000_000  # bytes of a volume: the usual disc, and what holds a picture
DOCUMENTS = 25_000  # in one volume, so that what must be known of all of them stays in little memory


class Form(StrEnum):
    """A form that an order may want beside natives, texts and the list of files, which are always there."""

    DAT = "dat"
    PAGES = "pages"  # a tagged PDF for each document, and the Opticon file that names them
    EDRM = "edrm"
    TABLES = "tables"
    RSMF = "rsmf"
    WACZ = "wacz"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What must not be read anywhere in a volume but where somebody accepted it.

    The words themselves are in the items (`Released.needles`). `records` are those that are kept back with
    their whole family: they have no item, and their words are looked for all the same. `accepted` are pairs
    of a control number and where its words may stand: a control number, or a file with its volume
    (VOL001/DATA/VOL001.csv). `unread` are files that may go out though they cannot be looked into; `painted`
    are redacted pictures on disk, by their SHA-256.
    """

    records: Sequence[Released] = ()
    accepted: Collection[tuple[str, str]] = frozenset()
    unread: Collection[str] = frozenset()
    painted: Mapping[str, Path] = {}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A production as it is to be built.

    `families` gives the reviewed records, family by family in the order of their numbers, and the same again
    at every call: the build goes over them several times and never holds them all. `reserve` is given the
    number of pages and returns the number of the first, which from then on nobody else gets; it is called
    before anything is written, and again by whoever goes on: the numbers may have been burnt meanwhile.
    `accounts` are those of the records, `limits` what the search could not reach and what is not known, a
    sentence each. `most_bytes` is the size that a volume has at most before packing, unless one family alone
    is larger.
    """

    production: Production
    families: Families
    facts: Facts
    bates: Bates
    reserve: Callable[[int], int]
    accounts: tuple[str, ...] = ()
    forms: frozenset[Form] = frozenset(Form)
    most_bytes: int = LARGEST
    most_documents: int = DOCUMENTS
    kept: Kept = Kept()
    limits: tuple[str, ...] = ()
    fonts_folder: Path | None = None
    by_name: bool = False  # a character that no font has is printed by its name instead of refused
