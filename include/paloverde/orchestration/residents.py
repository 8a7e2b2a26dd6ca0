"""Who signs in at an Airflow that serves many cities.

`cleo` of Palma Ria signs in as `palmaria/cleo`, and is found in her own city's users file. Those at IT who
keep the machines for all cities, and auditors, sign in by their name alone: their users file lies in the
folder of the cities, they see every city's DAGs, and no city's records.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from paloverde.desk.people import FOR_ALL_CITIES, People, Person, people_of, people_of_all
from paloverde.orchestration.cities import City
from paloverde.settings import load, load_cities
from paloverde.settings.cities import FOLDER


class Residents:
    """Finds people by the name that they sign in with. Airflow notes them by it, city and all."""

    def __init__(self, of_all: People, by_city: Mapping[str, People]) -> None:
        self._of_all, self._by_city = of_all, by_city

    def find(self, name: str) -> Person | None:
        people, username = self._there(name)
        return _as_signed_in(name, people.find(username)) if people else None

    def check(self, name: str, password: str) -> Person | None:
        people, username = self._there(name)
        if people is None:  # as long as for a city that there is
            self._of_all.check("", password)
            return None
        return _as_signed_in(name, people.check(username, password))

    def _there(self, name: str) -> tuple[People | None, str]:
        city, username = city_and_username(name)
        return (self._by_city.get(city), username) if city else (self._of_all, username)


def residents() -> People | Residents:
    """The people of this installation: of its one city, or of all its cities."""
    if FOLDER not in os.environ:
        return people_of(load(os.environ))
    by_city = {name: people_of(settings) for name, settings in load_cities(os.environ).items()}
    return Residents(people_of_all(Path(os.environ[FOLDER])), by_city)


def city_and_username(name: str) -> tuple[City, str]:
    """What somebody signed in as, taken apart."""
    city, _, username = name.rpartition("/")
    return city or None, username


def name_in(city: City, username: str) -> str:
    """What somebody of a city signs in as."""
    return f"{city}/{username}" if city else username


def _as_signed_in(name: str, person: Person | None) -> Person | None:
    if person is None or ("/" not in name and person.role not in FOR_ALL_CITIES):
        return None
    return replace(person, username=name)
