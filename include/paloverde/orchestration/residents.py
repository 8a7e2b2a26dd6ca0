"""Who signs in at an Airflow that serves many cities.

`cleo` of Palma Ria signs in as `palmaria/cleo`, and is found in her own city's users file. Those at IT who
keep the machines for all cities, and auditors, sign in by their name alone: their users file lies in the
folder of the cities, they see every city's DAGs, and no city's records.

A password that somebody changes is theirs in that file alone, and their city's ledger tells of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping

from msgspec.structs import replace

from paloverde.desk.own_password import change_password
from paloverde.desk.passwords import Choice
from paloverde.desk.people import FOR_ALL_CITIES, People, Person, people_of, people_of_all
from paloverde.installation import Installation, Purpose, open_installation
from paloverde.installation.opening import nothing_is_here
from paloverde.orchestration.cities import City, served
from paloverde.settings import Settings, load, load_cities, load_city
from paloverde.settings.cities import FOLDER, folder


class Residents:
    """Finds people by the name that they sign in with. Airflow notes them by it, city and all.

    `still` gives the cities that are served now: with a city that is taken away its people go at once.
    """

    def __init__(
        self, of_all: People, by_city: Mapping[str, People], still: Callable[[], Collection[City]]
    ) -> None:
        self._of_all, self._by_city, self._still = of_all, by_city, still

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
        if city is None:
            return self._of_all, username
        return (self._by_city.get(city) if city in self._still() else None), username


def residents() -> People | Residents:
    """The people of this installation: of its one city, or of all its cities."""
    if FOLDER not in os.environ:
        return people_of(load(os.environ))
    by_city = {name: people_of(settings) for name, settings in load_cities(os.environ).items()}
    return Residents(people_of_all(folder(os.environ)), by_city, served)


def opening(city: City) -> Callable[[], Installation]:
    """Opens a city's installation for Airflow's web server: a page that is read begins no archive."""
    return lambda: open_installation(_settings(city), purpose=Purpose.WORK)


def change_of(person: Person, choice: Choice) -> Person:
    """Give somebody, as they signed in, the password of their choice; `Unfit` where it is not taken."""
    city, username = city_and_username(person.username)
    theirs = replace(person, username=username)
    if city is None and FOLDER in os.environ:  # no archive is concerned, and no agency's name
        people = people_of_all(folder(os.environ))
        changed = change_password(people, theirs, choice, None, None)
    else:
        settings = _settings(city)
        archive = None if nothing_is_here(settings) else opening(city)()  # the first opening tells who is in
        changed = change_password(people_of(settings), theirs, choice, settings, archive)
    return replace(changed, username=person.username)


def _settings(city: City) -> Settings:
    return load_city(city, os.environ) if city else load(os.environ)


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
