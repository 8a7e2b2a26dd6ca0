"""Nights, gaps and tokens of an account in the words of the desk."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from paloverde.archive.gaps import LIMIT, NIGHT_MISSED, OF_IMPORT, KnownGap
from paloverde.archive.registry import OTHER
from paloverde.archive.seal import BrokenOff, RunKind
from paloverde.capture.health import Standing
from paloverde.desk.showing import name
from paloverde.installation import Installation
from paloverde.installation.history import Told, token_kept
from paloverde.records import Account, archive_day
from paloverde.wording import at_time, some, spoken

_KINDS = {
    RunKind.NIGHT: "Night",
    RunKind.REMOVAL_CHECK: "Check for removals",
    RunKind.SWEEP: "Look between two nights",
    RunKind.IMPORT: "Import",
    RunKind.HIDING: "Hiding at the site",
    RunKind.DISPOSITION: "Lawful destruction",
    RunKind.REINSTATEMENT: "Destruction undone",
}
_ENDS = {
    BrokenOff.NO: "",
    BrokenOff.LIMIT: "it stopped at the site’s limit",
    BrokenOff.TROUBLE: "it broke off",
}
_COUNTS = {"candidates": "no longer listed", "known": "known before", "twice": "handed in twice"}
_LONGEST = 600  # characters of a cause
NOT_MEASURED = "not measured: nothing of the last 30 days was posted after its first night"
_UNREAD = "unread pieces"  # what `archive.gaps` calls pieces that could not be made records


class RunTold(NamedTuple):
    """A sealed run in words."""

    sequence: int
    kind: str
    day: date
    started_at: datetime
    minutes: str
    came: str
    outcome: str


class GapTold(NamedTuple):
    """A gap in words: what it touches, why, and how it is filled."""

    what: str
    touches: str
    met: str
    cause: str
    filled: str
    how: str


def run_told(run: Told) -> RunTold:
    """A run as a line of a table."""
    took = max(0, round((run.ended_at - run.started_at).total_seconds() / 60))
    came = ", ".join(
        f"{number:,} {_COUNTS.get(key, key.replace('_', ' '))}"
        for key, number in run.counts.items()
        if number
    )
    told = [_ENDS[run.broken_off], some(run.gaps, "gap") if run.gaps else ""]
    return RunTold(
        run.sequence,
        _KINDS[run.kind],
        run.day,
        run.started_at,
        some(took, "minute") if took else "under a minute",
        came or "nothing new",
        ", ".join(part for part in told if part) or "complete",
    )


def gap_told(gap: KnownGap) -> GapTold:
    """A gap as a section of a page."""
    met = spoken(gap.first_day)
    if gap.last_day != gap.first_day:
        met += f" to {spoken(gap.last_day)}, in {some(gap.times, 'run')}"
    filled = f"{spoken(gap.filled_day)}, by run {gap.filled_by:,}" if gap.filled_day else ""
    how = "" if filled else _how(gap)
    return GapTold(_what(gap), _touches(gap), met, name(gap.cause, _LONGEST), filled, how)


def health_words(one: Standing) -> str:
    """What the site said when it was last asked whether it opens the account to the archive."""
    if one.canary is None:
        return "Its token was never checked."
    when, said = at_time(one.canary.asked_at), name(one.canary.said, _LONGEST).rstrip(".")
    if one.canary.alive:
        return f"Its token works: it was checked on {when} ({said})."
    since = f" It last worked on {at_time(one.canary.alive_at)}." if one.canary.alive_at else ""
    return f"The site refused its token on {when}: {said}.{since}"


def access_words(one: Standing) -> str:
    """How long the archive can still ask the site about the account."""
    if one.is_dead:
        return "It has ended: the site refuses the token."
    if one.end is None or one.days_left is None:
        return "No day is known on which it ends."
    how = "ended" if one.days_left < 0 else "ends"
    left = f", in {some(one.days_left, 'day')}" if one.days_left > 0 else ""
    return f"It {how} on {spoken(one.end.day)}{left}: {one.end.cause}."


def days_left(one: Standing) -> str:
    """The days until a person must act on an account's access, in words."""
    if one.is_dead or (one.days_left is not None and one.days_left < 0):
        return "ended"
    return "no end is known" if one.days_left is None else f"{one.days_left:,}"


def token_words(city: Installation, account: Account) -> list[str]:
    """What is known of an account's token, in sentences without a secret."""
    kept = token_kept(city.vault.books, account.slug)
    if kept is None:
        return ["No token is kept. IT hands one in on this page, or gives it to Airflow as a connection."]
    told = [f"A token is kept since {at_time(kept.put_at)}."]
    if kept.renewed_at:
        told.append(f"It was last renewed on {at_time(kept.renewed_at)}.")
    return [*told, f"{city.access.renewal_words(account)}."]


def actions(city: Installation, account: Account, *, is_retired: bool) -> list[tuple[str, str]]:
    """What IT may do about an account: the end of each page's address, and the words of its link."""
    if is_retired:
        return [("change", "Archive it again")]
    own = [("change", "Change it"), ("import", "Import files"), ("retire", "No longer archive it")]
    if account.platform == OTHER:
        return own
    kept = token_kept(city.vault.books, account.slug) is not None
    asked = [
        ("token", "Replace its token" if kept else "Hand in its token"),
        ("health", "Check its access"),
        ("night", "Archive a day"),
        ("sweep", "Look for what is new"),
        ("removals", "Check for removals"),
    ]
    return asked + own


def _what(gap: KnownGap) -> str:
    if gap.what == NIGHT_MISSED:
        return "A night without a run"
    named = (gap.stream or gap.what).replace("_", " ")
    named = f"import, {named}" if gap.what == OF_IMPORT else named
    told = f"{named[0].upper()}{named[1:]}"
    return name(f"{told} of {gap.of}" if gap.of else told, 200)


def _touches(gap: KnownGap) -> str:
    """Which records may be missing, of which time."""
    kind = "everything posted and taken away again" if gap.what == NIGHT_MISSED else _plural(gap.kind)
    if gap.what == NIGHT_MISSED:
        return f"{kind} on {spoken(gap.first_day)}"
    if gap.since is None and gap.until is None:
        return f"{kind} of any time"
    since = f"from {spoken(archive_day(gap.since))}" if gap.since else "from the first"
    return f"{kind} {since}{f' to {spoken(archive_day(gap.until))}' if gap.until else ''}"


def _plural(kind: str) -> str:
    named = kind.replace("_", " ")
    if named in ("", "other"):
        return "records of any kind"
    return f"{named[:-1]}ies" if named.endswith("y") else f"{named}s"


def _how(gap: KnownGap) -> str:
    import_ = "“Import files” on the account’s page"
    if gap.what == NIGHT_MISSED:
        return (
            "IT may have this day archived (“Archive a day” on the account’s page): that takes in what the "
            "site still shows. What was posted and taken away again meanwhile cannot be had any more."
        )
    if gap.what == OF_IMPORT:
        return f"Only another import fills it: hand in the same files again with more, by {import_}."
    if gap.what == LIMIT:
        return (
            "No night can: the site gives no more than that. The account’s own download from the site may "
            f"have it, which IT takes in by {import_}."
        )
    if gap.what == _UNREAD:
        return (
            "The pieces are kept as they came, and no search finds them. They need a program that "
            "understands them: IT tells whoever maintains it."
        )
    return (
        "The next night asks again by itself. What the site gives no longer comes with the account’s own "
        f"download from the site, which IT takes in by {import_}."
    )
