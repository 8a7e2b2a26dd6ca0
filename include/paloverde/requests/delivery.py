"""What is about to be handed over, in numbers and names, and who agreed to exactly that. Pure.

Papers of the series `deliveries`, under the number of the request: a proposal of how it goes, an agreement of
a second person (rulebook R-21), and what was handed over by it. An agreement names the hash of the summary
that the person saw; where anything of it is otherwise by now it no longer counts. It counts once.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from paloverde.archive.layout import name_of
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.requests.events import Document, Way
from paloverde.requests.in_words import accepted_in
from paloverde.requests.letters import Delivery
from paloverde.requests.review import Verdict
from paloverde.retention.hold_orders import CLERK, COUNSEL
from paloverde.retention.holds import By
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.steps import Step
from paloverde.wording import at_time, ended, some

SERIES = "deliveries"
MOST_DAYS, MOST_DOWNLOADS = 60, 100  # that a link may have
_LEAST_NAMED = 12  # letters of the hash of a summary that say which one was seen
_OFFICE = (CLERK, COUNSEL)
_AGREEING = (*_OFFICE, "approver")


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How a bundle is to be handed over, to whom; a link's days and downloads (0 for every other way).

    `note` is what the one who agrees should know. `otherwise` says why it goes otherwise than the letter told
    the requester; empty where it goes as promised.
    """

    channel: Way
    to: str
    days: int = 0
    downloads: int = 0
    note: str = ""
    otherwise: str = ""

    def sentences(self) -> Iterator[str]:
        """How it goes, as whoever agrees reads it."""
        if self.channel is Way.LINK:
            yield f"The link works for {some(self.days, 'day')} and {_downloads(self.downloads)}."
        if self.otherwise:
            yield f"It goes otherwise than the letter says: {ended(self.otherwise)}"
        if self.note:
            yield f"To whoever agrees: {ended(self.note)}"


class Inside(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a bundle, counted in the bundle itself. `withheld` are slips in place of one, `statutes`
    tell in how many records something is kept back under each; `pictures` and `files` are distinct files.
    """

    records: int
    accounts: dict[str, int]
    kinds: dict[str, int]
    redacted: int
    withheld: int
    statutes: dict[str, int]
    private: int
    pictures: int
    files: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be sent. Its hash is what a second person agrees to.

    `letter` is the determination's kind and day, `letter_sha256` its exact words. `before` is how often the
    bundle went out already. `refusals` say what stands in the way; nothing can be agreed to while any does.
    """

    number: str
    terms: Terms
    instalment: int
    bundle: Document
    size: int
    inside: Inside
    letter: str
    letter_sha256: str
    prepared_by: str
    prepared_at: datetime
    signed_by: str
    decisions_sha256: str
    before: int
    accepted: tuple[tuple[str, str], ...] = ()  # by the signer, as `Produced` has them
    unread: tuple[str, ...] = ()
    refusals: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """SHA-256 of all of it, in lower-case hexadecimal."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()

    def sentences(self) -> Iterator[str]:
        """The same to read aloud, before a second person agrees."""
        terms, inside = self.terms, self.inside
        yield f"{self.number}, instalment {self.instalment}: {terms.channel} to {terms.to or 'nobody named'}."
        yield from terms.sentences()
        yield f"File: {self.bundle.name}, {self.size:,} bytes, SHA-256 {self.bundle.sha256}."
        yield f"In it: {some(inside.records, 'record version', 'record versions')}"
        yield from (f"  account {name}: {number:,}" for name, number in inside.accounts.items())
        yield from (f"  kind {name}: {number:,}" for name, number in inside.kinds.items())
        yield f"  with redactions: {inside.redacted:,}; withheld whole, a slip in place: {inside.withheld:,}"
        yield from (f"  kept back under {law}: in {number:,}" for law, number in inside.statutes.items())
        yield (
            f"  private messages and subscribers: {inside.private:,}"
            if inside.private
            else ("  private messages and subscribers: none")
        )
        yield f"  pictures: {inside.pictures:,}; other files: {inside.files:,}"
        yield f"Letter: {self.letter or 'none was sent yet'}."
        yield f"Put together by {self.prepared_by}, {at_time(self.prepared_at)}."
        yield f"Review signed by {self.signed_by or 'nobody'}."
        yield from accepted_in(self.accepted, self.unread, self.number)
        if self.before:
            yield f"This bundle went out {some(self.before, 'time', 'times')} before."
        yield from (f"IN THE WAY: {refusal}" for refusal in self.refusals)


class Proposed(msgspec.Struct, frozen=True, kw_only=True, tag_field="act", tag="proposed"):
    """Somebody of the office has chosen how the bundle of that SHA-256 goes."""

    by: By
    at: datetime
    terms: Terms
    sha256: str


class Agreed(msgspec.Struct, frozen=True, kw_only=True, tag_field="act", tag="agreed"):
    """A second person looked at this summary and agrees."""

    by: By
    at: datetime
    summary: Summary
    summary_sha256: str


class Delivered(msgspec.Struct, frozen=True, kw_only=True, tag_field="act", tag="delivered"):
    """The bundle was handed over as agreed: `agreement` is the number of the agreement's paper. `link` is the
    SHA-256 of a link's secret; empty for every other way.
    """

    by: By
    at: datetime
    agreement: int
    summary_sha256: str
    sha256: str
    channel: Way
    to: str
    link: str = ""
    note: str = ""


Act = Proposed | Agreed | Delivered


def inside(rows: Iterable[Mapping[str, str]], pictures: int, files: int) -> Inside:
    """What a bundle's own index says: one row a record, columns as `bundles.tables` writes them."""
    accounts, kinds, verdicts, statutes = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    redacted = 0
    for row in rows:
        accounts[row["account"]] += 1
        kinds[row["kind"]] += 1
        verdicts[row["verdict"]] += 1
        under = {law.strip() for law in row["redacted_under"].split(";")} - {""}
        statutes.update(under)
        redacted += bool(under) and row["verdict"] != Verdict.EXEMPT.value
    return Inside(
        records=verdicts.total(),
        accounts=dict(sorted(accounts.items())),
        kinds=dict(sorted(kinds.items())),
        redacted=redacted,
        withheld=verdicts[Verdict.EXEMPT.value],
        statutes=dict(sorted(statutes.items())),
        private=sum(kinds[kind] for kind in PRIVATE_KINDS),
        pictures=pictures,
        files=files,
    )


def file_of(number: str, instalment: int, build: int = 1) -> str:
    """The name under which an instalment's bundle reaches the requester: each has its own, and so has one
    that was put together again in place of another.
    """
    return f"{name_of(number)}-{instalment}{f'-again-{build}' if build > 1 else ''}.zip"


def as_delivery(terms: Terms) -> Delivery:
    """The terms as the gates of the web ask for them."""
    return Delivery(terms.channel, terms.to)


def refuse_terms(terms: Terms) -> None:
    """`BadQuestion` where a link would live too long, or open too often or never."""
    if terms.channel is not Way.LINK:
        return
    if not 1 <= terms.days <= MOST_DAYS:
        raise BadQuestion(f"A link works for 1 to {MOST_DAYS} days: {terms.days} is not among them.")
    if not 1 <= terms.downloads <= MOST_DOWNLOADS:
        raise BadQuestion(f"A link opens 1 to {MOST_DOWNLOADS} times: {terms.downloads} is not among them.")


def refuse_agreement(
    summary: Summary, seen: str, by: By, prepared_by: By, proposal: Proposed | None = None
) -> None:
    """Raise where that person may not agree to what would go out, or has seen something else."""
    if by.role not in _AGREEING:
        raise PersonNeeded(f"{by.name} is {by.role}: agreeing needs {' or '.join(_AGREEING)}.")
    if by.is_same_person(prepared_by):
        raise PersonNeeded(
            f"{by.name} put this bundle together: somebody else has to agree that it goes out."
        )
    if proposal is not None:
        _refuse_unproposed(summary, by, proposal)
    if summary.refusals:
        raise PersonNeeded(f"{summary.number} may not go out yet. {' '.join(summary.refusals)}")
    if len(seen) < _LEAST_NAMED or not summary.sha256.startswith(seen.lower()):
        raise BadQuestion(
            f"What you looked at ({seen[:16] or 'nothing'}…) is not what would go out now "
            f"({summary.sha256[:16]}…): look at it again with {Step.DELIVERY.of(summary.number)}, and agree "
            "to exactly what it shows."
        )


def _refuse_unproposed(summary: Summary, by: By, proposal: Proposed) -> None:
    """Where somebody proposed how it goes, it goes so, and by somebody else's agreement."""
    if (proposal.terms, proposal.sha256) != (summary.terms, summary.bundle.sha256):
        raise BadQuestion(
            f"This is not what would go out now: {proposal.by.name} proposed otherwise. Look at it with "
            f"{Step.DELIVERY.of(summary.number)}, and agree to exactly what it shows."
        )
    if by.is_same_person(proposal.by):
        raise PersonNeeded(f"{by.name} proposed that it goes so: somebody else has to agree.")


def refuse_role(by: By) -> None:
    """`PersonNeeded` where somebody of that role delivers nothing."""
    if by.role not in _OFFICE:
        raise PersonNeeded(f"{by.name} is {by.role}: the clerk's office or counsel hands records over.")


def standing_proposal(acts: Sequence[Act]) -> Proposed | None:
    """The newest proposal, as long as nothing was handed over since."""
    last = next((act for act in reversed(acts) if not isinstance(act, Agreed)), None)
    return last if isinstance(last, Proposed) else None


def agreement(acts: Sequence[Act], number: str, channel: Way) -> tuple[int, Agreed]:
    """The newest agreement by that channel that nothing was handed over by yet, and its paper's number."""
    used = {act.agreement for act in acts if isinstance(act, Delivered)}
    for at, act in reversed(list(enumerate(acts, 1))):
        if isinstance(act, Agreed) and act.summary.terms.channel is channel and at not in used:
            return at, act
    raise PersonNeeded(
        f"Nobody has agreed that {number} goes out {channel}, or it went out by that already: a second "
        f"person looks with {Step.DELIVERY.of(number)} and agrees with {Step.AGREE.of(number)}."
    )


def refuse_changed(agreed: Agreed, now: Summary) -> None:
    """`PersonNeeded` where what would go out is no longer what the second person saw, naming what changed."""
    if agreed.summary_sha256 == now.sha256:
        return
    names = [name for name in now.__struct_fields__ if getattr(agreed.summary, name) != getattr(now, name)]
    changed = ", ".join(name.replace("_", " ") for name in names) or "the paper itself"
    way = f" {' '.join(now.refusals)}" if now.refusals else ""
    raise PersonNeeded(
        f"What {agreed.by.name} agreed to has changed since ({changed}), and the agreement no longer counts: "
        f"look at it and agree again.{way}"
    )


def _downloads(number: int) -> str:
    return f"opens {some(number, 'time', 'times')} at most"
