"""What the DAGs do for records requests: watch their deadlines, and search for one by the form."""

from __future__ import annotations

import logging

from paloverde.desk.people import people_of
from paloverde.errors import PersonNeeded
from paloverde.installation import Installation, open_installation
from paloverde.orchestration.asking import Asked
from paloverde.orchestration.city_dags import settings_here
from paloverde.orchestration.nights import Summary
from paloverde.retention.holds import By
from paloverde.search.answer import Answer
from paloverde.search.scope import Within

log = logging.getLogger(__name__)


def watch() -> Summary:
    """Warn of what is due in every open request, see to their holds; red while anything is overdue."""
    requests = open_installation(settings_here()).requests
    found = requests.watch()
    for one in found:
        log.warning("%s", one.told)
    if not found:
        log.info("No open request is near a date.")
    for number in requests.settle_holds():
        log.warning("%s: its hold did not follow its file, and does now.", number)
    late = [one for one in found if one.is_overdue]
    if late:
        raise PersonNeeded(" ".join(one.told for one in late))
    return {"warnings": len(found)}


def searched(city: Installation, asked: Asked, who: str) -> Answer:
    """The answer to what the form asks for. Of a request that was taken in the search is filed, and held for,
    by the person who has filled in the form (`who`, as Airflow notes it); `PersonNeeded` where that is nobody
    who may.
    """
    bounds: Within = {
        "accounts": asked.accounts, "kinds": asked.kinds, "since": asked.first, "until": asked.last
    }  # fmt: skip
    if asked.number not in city.requests.numbers():
        log.warning(
            "%s was not taken in with `paloverde request receive`: this search stands in no request's file, "
            "and nothing is held for it.", asked.number,
        )  # fmt: skip
        return city.search(asked.words, who, **bounds)
    people = people_of(city.settings).all()
    person = next((one for one in people if one.in_full == who), None)
    if person is None:
        raise PersonNeeded(f"{who} is nobody who signs in here: let the clerk fill in the form.")
    by = By(person.name, person.role.value, f"Airflow ({person.username})", person.username)
    answer, _ = city.requests.search(asked.number, asked.words, by, **bounds)
    log.info("The search stands in the file of %s. %s", asked.number, city.requests.at_hand(asked.number))
    return answer
