"""The dossier of a removed item: the object that was locked when its removal was confirmed, and every paper
that people have added since (policy V.B.7; rulebook P-44..P-46).

The object is never changed: what the site itself stated stays beside what a person settled later. The day
until which it is kept is the object's, whatever is filed later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select

from paloverde.archive.layout import name_of
from paloverde.archive.papers import Cabinet, Filed
from paloverde.archive.reader import Archive
from paloverde.archive.seal import Part, Role
from paloverde.errors import BadQuestion
from paloverde.imports.removedform import Around, Evidence, PastVersion
from paloverde.records import Kind
from paloverde.retention.destroyed import destroyed
from paloverde.retention.facts import ItemId
from paloverde.state.tables import ITEMS, PARTS
from paloverde.steps import Step

SERIES = "removals"
POLICIES = "policies"
POLICY = "social media policy"  # the one subject of that series
_LONGEST = 200  # characters of a subject, as the table of papers has it
_LIGHT = (
    "account", "kind", "native_id", "visibility", "permalink", "removed_at", "confirmed_at", "cause",
    "retain_until", "confirmed_by", "posted_at",
)  # fmt: skip
_SHOWN = ("text", "poster_name", "poster_username", "poster_id")
_MOST_WORDS = 300  # characters of a text that a list of removals may show
_AHEAD = 8  # objects that are fetched at once
_PIECE = 64


class RemovalFact(NamedTuple):
    """One confirmed removal. `cause` is what the object says: the site's statement. `words` are the first of
    the text, by which a list names it, and `poster` is who said them: "" where the site does not say, or
    where they were not read.
    """

    item: ItemId
    removed_at: datetime
    confirmed_at: datetime
    cause: str
    retain_until: date
    visibility: str | None
    permalink: str | None
    confirmed_by: str = ""
    posted_at: datetime | None = None
    words: str = ""
    poster: str = ""


class Settled(msgspec.Struct, frozen=True, tag="settled", tag_field="paper"):
    """A person settled the cause of a removal, and by what. `corrects` is the number of the paper that said
    something else before, 0 where it is the first.
    """

    cause: str
    because: str
    removed_by: str = ""
    evidence_name: str = ""
    evidence_sha256: str = ""
    corrects: int = 0


class Cited(msgspec.Struct, frozen=True, tag="cited", tag_field="paper"):
    """Under which guidelines it was removed, by whom, and whether counsel was consulted: never what was said.

    `reviewer` is the person who decided; `rule` the site's rule that acted by itself. `policy_sha256` is the
    text of the policy then in force.
    """

    guidelines: tuple[str, ...]
    reviewer: str = ""
    rule: str = ""
    removed_by: str = ""
    counsel_consulted: bool = False
    counsel_on: date | None = None
    counsel_by: str = ""  # who consulted counsel
    policy_sha256: str = ""


class Noted(msgspec.Struct, frozen=True, tag="noted", tag_field="paper"):
    """Whatever else somebody has to say of it."""

    note: str


class Alerted(msgspec.Struct, frozen=True, tag="alerted", tag_field="paper"):
    """It was deleted on an official's account, and no consultation before that was on record (V.E.4(d))."""

    confirmed_at: datetime  # of which removal of the item
    why: str


Paper = Settled | Cited | Noted | Alerted


class FiledPaper(msgspec.Struct, frozen=True):
    """A paper of a dossier, and who filed it when."""

    number: int
    filed_at: datetime
    filed_by: str
    paper: Paper


class Dossier(msgspec.Struct, frozen=True):
    """All that is known of one removal of an item. `row` is the object, column by column."""

    item: ItemId
    row: dict[str, Any]
    evidence: list[Evidence]
    versions: list[PastVersion]
    thread: list[Around]
    papers: list[FiledPaper]
    others: int  # further removals of the same item: it had come back in between

    @property
    def retain_until(self) -> date:
        until: date = self.row["retain_until"]
        return until

    @property
    def fact(self) -> RemovalFact:
        """What a list says of it."""
        return fact_of(self.row)

    @property
    def settled(self) -> Settled | None:
        """What a person settled last."""
        filed = settlement(self.papers)
        return filed.paper if filed is not None and isinstance(filed.paper, Settled) else None

    @property
    def cause(self) -> str:
        """The cause as it stands: settled by a person, or else the site's own statement."""
        return self.settled.cause if self.settled else str(self.row["cause"])


def subject_of(item: ItemId) -> str:
    """The subject of an item's papers: `<account>/<kind>/<native id>`, its end a hash where that is long.

    Two items never share one: only shortened subjects are of full length.
    """
    whole = f"{item.account}/{item.kind.value}/{item.native_id}"
    if len(whole) < _LONGEST:
        return whole
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{whole[: _LONGEST - len(digest) - 1]}~{digest}"


def item_named(archive: Archive, text: str) -> ItemId:
    """The item that somebody names as ACCOUNT/KIND/ID, or by its id alone where only one has it.

    Raises `BadQuestion`.
    """
    account, _, rest = text.partition("/")
    kind, _, native_id = rest.partition("/")
    if native_id and kind in Kind.__members__.values():
        return ItemId(account, Kind(kind), native_id)
    query = select(ITEMS.c.account, ITEMS.c.kind, ITEMS.c.native_id).where(ITEMS.c.native_id == text)
    with archive.books.connect() as connection:
        found = [ItemId(row.account, Kind(row.kind), row.native_id) for row in connection.execute(query)]
    found = found or [one.item for one in destroyed(archive, text)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(subject_of(item) for item in found)
        raise BadQuestion(f"Several items have the id {text}: say which one, {names}.")
    raise BadQuestion(f"No item is named {text!r}: write ACCOUNT/KIND/ID, as {Step.REMOVED} does.")


def removals_of(
    archive: Archive,
    account: str = "",
    *,
    since: date | None = None,
    items: Iterable[ItemId] | None = None,
    with_words: bool = False,
) -> Iterator[RemovalFact]:
    """Every confirmed removal of an account (of all where none is named), or only those of these items.

    Light: of each object only the columns that say what, when, why and until when; a few are fetched ahead.
    `since` bounds the archive day of the check that confirmed it. `with_words`: who said what, too.
    """
    if items is None:
        accounts = [account] if account else []
        parts = iter([sealed.part for sealed in archive.parts(Role.REMOVED, accounts, since=since)])
    else:
        parts = (part for item in items for part in _parts_of(archive, item))
    wanted = None if items is None else set(items)
    with ThreadPoolExecutor(_AHEAD) as pool:
        while some := list(islice(parts, _PIECE)):
            for facts in pool.map(partial(facts_in, archive, with_words=with_words), some):
                yield from (fact for fact in facts if wanted is None or fact.item in wanted)


def facts_in(archive: Archive, part: Part, *, with_words: bool = False) -> list[RemovalFact]:
    """The removals that one object holds."""
    columns = (*_LIGHT, *_SHOWN) if with_words else _LIGHT
    return [fact_of(row) for row in archive.table(part, columns).to_pylist()]


def fact_of(row: dict[str, Any]) -> RemovalFact:
    """What a list says of a removal, from a row of its object."""
    item = ItemId(row["account"], Kind(row["kind"]), row["native_id"])
    words = (row.get("text") or "")[:_MOST_WORDS]
    poster = next((row[name] for name in _SHOWN[1:] if row.get(name)), "")
    return RemovalFact(item, **{name: row[name] for name in _LIGHT[3:]}, words=words, poster=poster)


def read_dossiers(archive: Archive, cabinet: Cabinet, item: ItemId) -> list[Dossier]:
    """The dossier of each removal of an item, oldest first; none where it was never found removed."""
    rows = [row for part in _parts_of(archive, item) for row in _rows(archive, part, item)]
    rows.sort(key=lambda row: row["confirmed_at"])
    papers = papers_of(cabinet, item)
    return [_dossier(item, row, papers, len(rows) - 1) for row in rows]


def papers_of(cabinet: Cabinet, item: ItemId) -> list[FiledPaper]:
    """What people have added to an item's dossier, oldest first."""
    return [_paper(cabinet, filed) for filed in cabinet.history(SERIES, subject_of(item))]


def with_papers(cabinet: Cabinet) -> dict[str, list[FiledPaper]]:
    """The papers of every dossier that has any, by subject."""
    return {
        last.subject: [_paper(cabinet, filed) for filed in cabinet.history(SERIES, last.subject)]
        for last in cabinet.newest(SERIES)
    }


def cause_of(fact: RemovalFact, papers: Sequence[FiledPaper]) -> str:
    """The cause of a removal as it stands."""
    filed = settlement(papers)
    return filed.paper.cause if filed is not None and isinstance(filed.paper, Settled) else fact.cause


def settlement(papers: Sequence[FiledPaper]) -> FiledPaper | None:
    """The paper by which a person settled the cause last, and so who did and when."""
    return next((one for one in reversed(papers) if isinstance(one.paper, Settled)), None)


def _paper(cabinet: Cabinet, filed: Filed) -> FiledPaper:
    paper: Paper = msgspec.json.decode(cabinet.bytes_of(filed), type=Paper)
    return FiledPaper(filed.number, filed.filed_at, filed.filed_by, paper)


def _parts_of(archive: Archive, item: ItemId) -> list[Part]:
    """The objects that may be of an item: by the name of its id in the key."""
    query = select(PARTS.c.key, PARTS.c.version_id, PARTS.c.sha256, PARTS.c.size, PARTS.c.rows).where(
        PARTS.c.role == Role.REMOVED.value,
        PARTS.c.account == item.account,
        PARTS.c.key.contains(f"/{name_of(item.native_id)}-", autoescape=True),
    )
    with archive.books.connect() as connection:
        found = connection.execute(query.order_by(PARTS.c.sequence, PARTS.c.key)).all()
    return [Part(Role.REMOVED, *row) for row in found]


def _rows(archive: Archive, part: Part, item: ItemId) -> Iterator[dict[str, Any]]:
    for row in archive.table(part).to_pylist():
        if (row["account"], row["kind"], row["native_id"]) == (item.account, item.kind, item.native_id):
            yield row


def _dossier(item: ItemId, row: dict[str, Any], papers: list[FiledPaper], others: int) -> Dossier:
    return Dossier(
        item=item,
        row=row,
        evidence=msgspec.convert(row["evidence"] or [], list[Evidence]),
        versions=msgspec.convert(row["versions"] or [], list[PastVersion]),
        thread=msgspec.convert(row["thread"] or [], list[Around]),
        papers=papers,
        others=others,
    )
