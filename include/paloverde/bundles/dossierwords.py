"""A dossier in words, for the page and for the command line: headings, and facts under each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from paloverde.bundles.wording import CITYS_OWN, SITES_OWN
from paloverde.imports.removedform import Around, Evidence, PastVersion, in_pacific
from paloverde.records import PACIFIC
from paloverde.retention.dossier import Alerted, Cited, Dossier, FiledPaper, Noted, Settled, settlement
from paloverde.retention.guidelines import GUIDELINES
from paloverde.wording import some, spoken

_REASONS = {
    "API_NOT_EXPOSED": "the site does not give it",
    "WITHHELD": "the site left it out of its answer",
    "DELETED_ACCOUNT": "the poster's account is deleted",
    "ANONYMISED": "the site makes posters anonymous",
    "NOT_CAPTURED_IN_TIME": "it was not captured in time",
}
# How the site's answers leave it; who it was, a person settles.
_GONE = {
    "city": "the account's own {kind} was deleted, by somebody with access to the account or by the site",
    "author": "deleted by its author",
    "platform": "taken down or withheld by the site",
    "privacy": "no longer shown, since who may see it was changed",
    "undetermined": "gone from the site, cause not determined",
}
_HIDDEN = "hidden by the page or by its own word filter"
_HIDDEN_HERE = "hidden by the City through this archive, which the site confirmed"
# Who or what removed it, as a person settles it.
CAUSES = {
    "city": "somebody who acts for the account",
    "author": "its author",
    "platform": "the site",
    "privacy": "a change of who may see it",
}
_RELATIONS = {
    "root": "The post or conversation that the thread hangs under",
    "parent": "What it answers",
    "reply": "Answers it",
    "beside": "Said beside it",
}
Fact = tuple[str, str]


class Section(msgspec.Struct, frozen=True):
    """A heading and the facts under it."""

    title: str
    facts: list[Fact]


def sections(dossier: Dossier, files: Mapping[str, str], today: date) -> list[Section]:
    """Everything of a dossier. `files` are the paths of its pictures and attachments by SHA-256.

    `today` (Pacific) says whether the time for which it is held has passed.
    """
    row = dossier.row
    return [
        Section("What was removed", list(_content(row, files))),
        Section("When", list(_times(row))),
        Section("Who posted it", list(_poster(row))),
        Section("Why it is gone", list(_cause(dossier))),
        Section("What shows it", [_evidence(one) for one in dossier.evidence]),
        Section("Every version that was seen", list(_versions(dossier.versions))),
        Section("The thread around it", list(_thread(dossier))),
        Section("What people have added", [_paper(one) for one in dossier.papers]),
        Section("How long it is kept", [_kept(dossier, today)]),
    ]


def title_of(dossier: Dossier) -> str:
    """One line that names a dossier."""
    return f"{dossier.item.kind.value} {dossier.item.native_id} of {dossier.item.account}"


def _kept(dossier: Dossier, today: date) -> Fact:
    """Until when, and why."""
    until = spoken(dossier.retain_until)
    told = f"{until}: two calendar years after its removal was confirmed (policy V.B.7)"
    if dossier.retain_until < today:
        return "Was held until", f"{told}; it stays until an order of destruction takes it"
    return "Kept until", f"{told}; nothing that is filed later makes it shorter"


def until_in_words(until: date, today: date) -> str:
    """Until when something is held, also where that has passed."""
    return f"{'was held' if until < today else 'kept'} until {spoken(until)}"


def gone_in_words(kind: str, cause: str, confirmed_by: str) -> str:
    """What the site's answers show: hidden, or gone and how. Never more than that."""
    if confirmed_by == SITES_OWN:
        return _HIDDEN
    if confirmed_by == CITYS_OWN:
        return _HIDDEN_HERE
    return _GONE.get(cause, cause).format(kind=kind)


def removed_by(settled: Settled) -> str:
    """Who or what removed it, as a person settled it."""
    who = f" ({settled.removed_by})" if settled.removed_by else ""
    return f"removed by {CAUSES.get(settled.cause, settled.cause)}{who}"


def settled_in_words(papers: Sequence[FiledPaper]) -> str:
    """What a person settled last, with the name and the day; empty where nobody has."""
    filed = settlement(papers)
    if filed is None or not isinstance(filed.paper, Settled):
        return ""
    day = spoken(filed.filed_at.astimezone(PACIFIC))
    anew = " anew" if filed.paper.corrects else ""
    return f"{removed_by(filed.paper)}, as {filed.filed_by} settled it{anew} on {day}: {filed.paper.because}"


def moment(at: datetime | None) -> str:
    """A time with its weekday, in the City and in UTC."""
    if at is None:
        return "not known"
    return f"{in_pacific(at)}; {at.astimezone(UTC):%A, %B %-d, %Y, %H:%M:%S} UTC"


def _content(row: Mapping[str, Any], files: Mapping[str, str]) -> Iterator[Fact]:
    yield "Text", row["text"] or "(no text)"
    for medium in row["media"] or ():
        yield f"Attached {medium['type'] or 'file'}", _medium(medium, files)
    yield "Account", f"{row['account']} ({row['platform']})"
    yield "Kind", row["kind"]
    yield "Identifier on the site", row["native_id"]
    yield "Address on the site", row["permalink"] or "the site gives none"
    yield "Who could see it when it was last seen", row["visibility"] or "not known"
    yield "SHA-256 of what the site sent", row["payload_sha256"]
    yield "The site's answer", f"{row['exchange_key']}, byte {row['exchange_offset']}"


def _medium(medium: Mapping[str, Any], files: Mapping[str, str]) -> str:
    told = f". Its description: {medium['alt_text']}" if medium["alt_text"] else ""
    if medium["sha256"] is None:
        return f"not in the archive: {medium['not_captured'] or 'no reason was noted'}{told}"
    return f"{files.get(medium['sha256'], 'kept')} (SHA-256 {medium['sha256']}){told}"


def _times(row: Mapping[str, Any]) -> Iterator[Fact]:
    posted = row["posted_at"]
    yield "Posted", moment(posted) if posted else "the site gives no time"
    yield "Posted, as the site says", row["posted_text"] or "the site gives no text of the time"
    if row["edited_at"]:
        yield "Edited, as the site says", moment(row["edited_at"])
    yield "Last seen there", moment(row["last_seen_at"])
    if row["first_absent_at"]:
        yield "First missed", moment(row["first_absent_at"])
    yield "Removed, as far as known", moment(row["removed_at"])
    yield "Removal confirmed", moment(row["confirmed_at"])


def _poster(row: Mapping[str, Any]) -> Iterator[Fact]:
    for name, term in (("name", "Display name"), ("username", "User name"), ("id", "Identifier on the site")):
        reason = row[f"poster_{name}_missing"]
        yield term, row[f"poster_{name}"] or f"not known: {_REASONS.get(reason, reason)} ({reason})"


def _cause(dossier: Dossier) -> Iterator[Fact]:
    row, settled = dossier.row, settled_in_words(dossier.papers)
    shown = gone_in_words(dossier.item.kind.value, row["cause"], row["confirmed_by"])
    yield "What the site's answers show", f"{shown} ({row['cause_reason']})" if row["cause_reason"] else shown
    yield "Confirmed by", row["confirmed_by"]
    if settled:
        yield "What a person settled", settled
    elif row["cause"] == "undetermined":
        yield "Not settled yet", "nobody has settled who removed it; it is held all the same"
    if dossier.others:
        yield "Removed more than once", f"{dossier.others} more of this item: it had come back in between"


def _evidence(one: Evidence) -> Fact:
    run = f"; sealed run {one.sequence}" if one.sequence is not None else ""
    place = f"; its bytes: {one.exchange_key}, byte {one.exchange_offset}" if one.exchange_key else ""
    return one.what.capitalize(), f"{one.said} ({moment(one.at)}{run}{place})"


def _versions(versions: list[PastVersion]) -> Iterator[Fact]:
    for number, one in enumerate(versions, 1):
        edited = f", edited {moment(one.edited_at)}" if one.edited_at else ""
        files = f" [{some(len(one.media), 'file')}: {', '.join(one.media)}]" if one.media else ""
        seen = f"{number}. Seen {moment(one.observed_at)}{edited}"
        yield seen, f"{one.text or '(no text)'}{files}"


def _thread(dossier: Dossier) -> Iterator[Fact]:
    for one in dossier.thread:
        yield _RELATIONS.get(one.relation, one.relation), _around(one)
    if dossier.row["thread_rest"]:
        yield "And more", f"{dossier.row['thread_rest']:,} more of the thread are in the archive"


def _around(one: Around) -> str:
    if one.missing:
        return f"{one.native_id}: {one.missing}"
    who = one.poster_name or one.poster_username or one.poster_id or "unknown"
    when = moment(one.posted_at) if one.posted_at else "no time given"
    return f"{one.kind} {one.native_id} by {who}, {when}: {one.text or '(no text)'}"


def _paper(filed: FiledPaper) -> Fact:
    return f"{filed.number}. {moment(filed.filed_at)}, {filed.filed_by}", " ".join(_words(filed))


def _words(filed: FiledPaper) -> Iterator[str]:
    match filed.paper:
        case Settled() as settled:
            yield _settled(settled)
            if settled.evidence_sha256:
                yield f"Evidence: {settled.evidence_name}, SHA-256 {settled.evidence_sha256}."
        case Cited() as cited:
            yield from _cited(cited)
        case Noted(note):
            yield f"Note: {note}"
        case Alerted(_, why):
            yield f"ALERT, deleted without consultation (policy V.E.4(d)): {why}."


def _settled(settled: Settled) -> str:
    because = settled.because.rstrip(".")
    if settled.corrects:
        return (
            f"Settled anew, because {because}: {removed_by(settled)}. It corrects entry {settled.corrects}."
        )
    return f"Cause settled: {removed_by(settled)}; {because}."


def _cited(cited: Cited) -> Iterator[str]:
    for letter in cited.guidelines:
        yield f"Guideline V.B.4({letter}): {GUIDELINES[letter].clause}."
    yield f"Decided by {cited.reviewer}." if cited.reviewer else f"A rule of the site acted: {cited.rule}."
    if cited.removed_by:
        yield f"Removed by {cited.removed_by}."
    if cited.counsel_consulted:
        on = f" on {spoken(cited.counsel_on)}" if cited.counsel_on else ""
        by = f", by {cited.counsel_by}" if cited.counsel_by else ""
        yield f"Counsel was consulted{on}{by}."
    else:
        yield "Counsel was not consulted."
    if cited.policy_sha256:
        yield f"Policy in force: SHA-256 {cited.policy_sha256}."
