"""A set of DAGs for each city: its tasks open the city that their DAG is named for, and no other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from airflow.sdk import DAG, get_current_context

from paloverde.orchestration.cities import City, dag_id_of, known_in, served, serves_many, told_apart
from paloverde.settings import Settings, load, load_city

Schedule = Any  # what Airflow takes for a DAG's schedule


def each_city(
    dag_id: str, *, tags: Iterable[str], schedule: Schedule | Callable[[City], Schedule], **given: Any
) -> Callable[[Callable[[City], None]], Callable[[City], None]]:
    """Make a DAG for each city: what is decorated puts its tasks into it, and is told whose it is.

    `schedule` may be a function of the city, where a setting decides it.
    """

    def make(fill: Callable[[City], None]) -> Callable[[City], None]:
        for city in served():
            named = [*tags, city] if city else list(tags)
            when = schedule(city) if callable(schedule) else schedule
            with DAG(dag_id_of(dag_id, city), tags=named, schedule=when, **given) as made:
                made.fileloc = fill.__code__.co_filename  # Airflow would take this module for the DAG's
                fill(city)
        return fill

    return make


def settings_here() -> Settings:
    """In a task: the settings of the city that its DAG is named for."""
    if not serves_many():
        return load(os.environ)
    city, _ = told_apart(get_current_context()["dag"].dag_id)
    if city is None:
        raise LookupError("This DAG is no city's.")
    return load_city(city, os.environ)


def started_by() -> str:
    """In a task: who started the run, as the city's ledger names them; the run, where nobody did."""
    context = get_current_context()
    run, (city, _) = context["dag_run"], told_apart(context["dag"].dag_id)
    return known_in(city, run.triggering_user_name) if run.triggering_user_name else f"the run {run.run_id}"
