"""How cities are told apart in Airflow: one city's DAG is `nightly_archive`, and where an installation serves
many, each has a set of its own, such as `palmaria.nightly_archive`.
"""

from __future__ import annotations

import os
from typing import Any

from paloverde.settings import value_of
from paloverde.settings.cities import environ_of, names

City = str | None  # None: the one city of an installation that serves no other


def served() -> tuple[City, ...]:
    """The cities of this installation, in order."""
    return names(os.environ) or (None,)


def serves_many() -> bool:
    """Whether cities go by names here, even if there is but one yet."""
    return served() != (None,)


def dag_id_of(dag: str, city: City) -> str:
    """What a city's DAG is called."""
    return f"{city}.{dag}" if city else dag


def told_apart(dag_id: str) -> tuple[City, str]:
    """The city of a DAG, and the DAG by its own name."""
    city, _, dag = dag_id.rpartition(".")
    return city or None, dag


def known_in(city: City, in_full: str) -> str:
    """How a city knows whom Airflow names: `Cleo Park (palmaria/cleo)` is Palma Ria's `Cleo Park (cleo)`.

    Whoever is of no city, or of another, is not taken for somebody of this one who has the same name.
    """
    if city is None:
        return in_full
    name, is_ours, username = in_full.rpartition(f" ({city}/")
    return f"{name} ({username}" if is_ours else f"{in_full}, not of {city}"


def setting_of(name: str, city: City) -> Any:
    """One setting of a city by itself, as a DAG is read: no secret is opened for it."""
    return value_of(name, environ_of(city, os.environ) if city else os.environ)
