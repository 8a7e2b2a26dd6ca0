"""The steps that the DAGs put in order. Each opens the city, does one thing, and hands on slugs and counts.

A token is read inside the step that needs it, and stays there: the kept one, else that of an Airflow
connection named `paloverde_<slug>`, which IT has put into Airflow or into another secrets backend. Where one
Airflow serves many cities, such a connection would be every city's, and the kept token is the only one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from airflow.sdk import Connection, get_current_context
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowSkipException

from paloverde.errors import ArchiveDamaged, CredentialDead, PersonNeeded
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.orchestration import nights, request_steps
from paloverde.orchestration.airflow_parts import connection_id
from paloverde.orchestration.asking import asked, vacant
from paloverde.orchestration.cities import told_apart
from paloverde.orchestration.city_dags import settings_here, started_by
from paloverde.orchestration.nights import Summary
from paloverde.state.health import Alarm
from paloverde.wording import spoken

log = logging.getLogger(__name__)


def accounts(platform: str) -> list[str]:
    """The registered accounts of one site."""
    return nights.on_platform(_city().accounts(), platform)


def archive(slug: str) -> Summary:
    """One account's night: ask the site, keep what it says, seal it."""
    _name_in_the_grid(slug)
    report = _city().archive_night(slug, _day(), _token(slug))
    log.log(logging.WARNING if report.too_small else logging.INFO, "%s", report.sentence())
    return nights.night_summary(report)


def due(platform: str) -> list[str]:
    """The accounts of one site to be swept now; why the others are not stands in the log."""
    city, found = _city(), []
    for slug in nights.on_platform(city.accounts(), platform):
        why_not = city.sweep_not_due(slug)
        if why_not is None:
            found.append(slug)
        else:
            log.info("%s", why_not)
    return found


def sweep(slug: str) -> Summary:
    """Look for what is new of an account since its last night or sweep, and keep it."""
    _name_in_the_grid(slug)
    city = _city()
    if (why_not := city.sweep_not_due(slug)) is not None:
        raise AirflowSkipException(why_not)
    report = city.sweep(slug, _token(slug))
    log.info("%s", report.sentence())
    return {"account": slug, "new_versions": report.new_versions, "requests": report.requests}


def removals(slug: str) -> Summary:
    """Look directly at what an account's listings no longer show."""
    _name_in_the_grid(slug)
    report = _city().check_removals(slug, _day(), _token(slug))
    log.info("%s", report.sentence())
    return nights.removal_summary(report)


def report(nights_done: Iterable[Any], removals_done: Iterable[Any]) -> None:
    """Say what became of each account, and fail where one did not finish.

    Who was expected is asked of the city again, so that a site whose accounts could not be listed is missed.
    """
    expected = [account.slug for account in _city().asked()]
    archived, looked = _flat(nights_done), _flat(removals_done)
    for line in nights.tell(_day(), expected, archived, looked):
        log.info("%s", line)
    nights.settle(_day(), expected, archived, looked)


def health(slug: str) -> Summary:
    """Renew an account's token where it is due, ask its canary, and fail while somebody must act."""
    _name_in_the_grid(slug)
    checked = _city().check_health(slug, _token(slug))
    for alarm in checked.alarms:
        log.warning("ALARM: %s of %s ends on %s; %s days or less are left.", *_told_of(alarm))
    if checked.trouble is not None:
        raise checked.trouble
    log.info("%s", checked.sentence())
    if checked.is_red and checked.end is not None:
        raise PersonNeeded(f"{checked.sentence()}: {checked.end.todo}.")
    return {"account": slug, "days_left": -1 if checked.days_left is None else checked.days_left}


def fixity() -> Summary:
    """Read stored objects of both copies again, and compare them and the database with the seals."""
    city = open_installation(settings_here(), purpose=Purpose.REPAIR)
    checked = city.check_fixity()
    log.info("%s", checked.sentence())
    if not checked.is_whole:
        raise ArchiveDamaged(checked.sentence())
    return {"checked": checked.checked, "damaged": 0, "overdue": checked.totals.overdue}


def answer() -> Summary:
    """Search the public records for a request, and build a sealed bundle of all that is found, with nothing
    kept back, in `<home>/bundles`.

    What was asked and found is logged in sentences, never in words that somebody posted.
    """
    context, city = get_current_context(), _city()
    question = asked(context["params"], sorted(account.slug for account in city.accounts()))
    log.info("%s", question.sentence())
    actor = started_by()
    found = request_steps.searched(city, question, actor)
    log.info("%s", found.sentence)
    for limit in found.limits:
        log.warning("Limit of this search: %s", limit)
    out = vacant(city.settings.home / "bundles", question.number)
    built = city.bundle(found, question.number, out, actor, lambda line: log.info("%s", line))
    log.info("The sealed bundle is %s, SHA-256 %s.", built.path, built.sha256)
    return {**built.counts, "removed": found.counts.removed, "path": str(built.path), "sha256": built.sha256}


def _city() -> Installation:
    return open_installation(settings_here())


def _day() -> date:
    context = get_current_context()
    run = context["dag_run"]
    asked = context["params"].get("archive_day")
    return nights.night_of(run.logical_date or run.run_after, asked)


def _told_of(alarm: Alarm) -> tuple[str, str, str, int]:
    return alarm.cause, alarm.account, f"{spoken(alarm.ends_on)}", alarm.days


def _token(slug: str) -> str | None:
    """The token from Airflow of an account that has none kept; None where the kept one is to be used."""
    if _city().access.credentials.holds(slug):
        return None
    city, _ = told_apart(get_current_context()["dag"].dag_id)
    if city is not None:
        raise CredentialDead(
            f"The token of {slug} is not set: give it to `paloverde --city {city} accounts token {slug}`."
        )
    name = connection_id(slug)
    try:
        token: str | None = Connection.get(name).password
    except AirflowNotFoundException:
        token = None
    if not token:
        raise CredentialDead(
            f"The token of {slug} is not set: give it to `paloverde accounts token {slug}`, or add an "
            f"Airflow connection named {name} with the token as its password."
        )
    return token


def _name_in_the_grid(slug: str) -> None:
    get_current_context()["account"] = slug  # type: ignore[typeddict-unknown-key] # read by map_index_template


def _flat(handed: Iterable[Any]) -> list[Summary]:
    """The summaries of all sites: Airflow hands on a list, a lone one bare, nothing where a step failed."""
    summaries: list[Summary] = []
    for site in handed:
        summaries += [dict(site)] if isinstance(site, Mapping) else [dict(one) for one in site or () if one]
    return summaries
