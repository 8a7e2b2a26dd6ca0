"""What a night does, told without Airflow: its day, what each step hands on, what the report says.

Between the steps go only slugs and counts; never a token, never a word that somebody posted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from paloverde.capture.looking import RemovalReport
from paloverde.capture.night import NightReport
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.records import Account, archive_day
from paloverde.wording import some

Summary = dict[str, str | int]


def night_of(moment: datetime, asked: str | None = None) -> date:
    """The archive day of a run: the Pacific day that had just ended at `moment`, unless one is `asked` for.

    The schedule is fixed in UTC (09:15, which is 01:15 or 02:15 in California), so that no night is run twice
    or left out when the clocks change. Raises BadQuestion for a day that is none, or has not ended yet.
    """
    ended = archive_day(moment) - timedelta(days=1)
    if not asked:
        return ended
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        raise BadQuestion(f"{asked!r} is not a day: write it as 2026-03-08.") from None
    if day > ended + timedelta(days=1):
        raise BadQuestion(f"{day} has not come yet: ask for {ended} or an earlier day.")
    return day


def on_platform(accounts: Iterable[Account], platform: str) -> list[str]:
    """The slugs of one site's accounts, in order."""
    return sorted(account.slug for account in accounts if account.platform == platform)


def night_summary(report: NightReport) -> Summary:
    """What a night hands on to the report: counts and the outcome's name."""
    return {
        "account": report.account,
        "outcome": report.outcome,
        "records": report.records,
        "new_versions": report.new_versions,
        "gaps": len(report.gaps),
        "candidates": report.candidates,
    }


def removal_summary(report: RemovalReport) -> Summary:
    """What a look for removals hands on: counts."""
    return {
        "account": report.account,
        "removed": len(report.removed),
        "restored": len(report.restored),
        "pending": len(report.pending),
        "alerts": len(report.alerts),
    }


def tell(
    day: date, expected: Iterable[str], nights: Iterable[Summary], removals: Iterable[Summary]
) -> list[str]:
    """The night in plain words, one line per registered account, whatever became of it."""
    by_night = {str(summary["account"]): summary for summary in nights}
    by_removal = {str(summary["account"]): summary for summary in removals}
    return [_line(day, slug, by_night.get(slug), by_removal.get(slug)) for slug in sorted(expected)]


def settle(
    day: date, expected: Iterable[str], nights: Iterable[Summary], removals: Iterable[Summary]
) -> None:
    """Raise PersonNeeded where an account's night or its look for removals did not end, or is degraded.

    A night without a single registered account is not a success either.
    """
    wanted, nights = sorted(expected), list(nights)
    if not wanted:
        raise PersonNeeded("No account is registered: register one with `paloverde accounts add`.")
    archived = {summary["account"] for summary in nights}
    looked = {summary["account"] for summary in removals}
    unfinished = [slug for slug in wanted if slug not in archived or slug not in looked]
    small = sorted(str(summary["account"]) for summary in nights if summary["outcome"] == "degraded")
    if small and not unfinished:
        raise PersonNeeded(
            f"The night of {day} is degraded: {', '.join(small)} brought implausibly little; the log of the "
            "account's archive task says what; look at its page, then clear that task."
        )
    if unfinished:
        raise PersonNeeded(
            f"The night of {day} is not whole: {', '.join(unfinished)} did not finish; "
            "open the red task of that account, mend what its log says, and clear it."
        )


def _line(day: date, slug: str, night: Mapping[str, Any] | None, removal: Mapping[str, Any] | None) -> str:
    if night is None:
        return f"{slug}: {day} was NOT archived; the log of its archive task says why."
    told = (
        f"{slug}: {day} {night['outcome']}, {night['records']} records, "
        f"{some(night['new_versions'], 'new version')}, {some(night['gaps'], 'gap')}, "
        f"{night['candidates']} items to look at again"
    )
    if removal is None:
        return f"{told}; removed items were NOT looked for, see the log of its removals task."
    return (
        f"{told}; {removal['removed']} removed, {removal['restored']} restored, "
        f"{removal['pending']} not yet certain.{_warning(removal['alerts'])}"
    )


def _warning(alerts: int) -> str:
    """What was deleted on an official's account before anybody was consulted (policy V.E.4(d))."""
    if not alerts:
        return ""
    return (
        f" WARNING: {alerts} deleted on this official's account, and no ticket says that the City Manager "
        "and the City Attorney were consulted before; `paloverde removed list --alerts` names them."
    )
