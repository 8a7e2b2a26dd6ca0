"""How often one person may do what costs much: in all their browsers together, and nobody else waits for it."""

from __future__ import annotations

import pytest

from desk.desks import Desks, served, text_of
from paloverde.desk.app import desk_app
from paloverde.desk.paces import PER_WINDOW, WINDOW_SECONDS, Paces, TooFast
from paloverde.desk.people import Role
from requesthall import RequestHall


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_searching_is_slowed_down_for_one_person_and_for_nobody_else(hall: RequestHall) -> None:
    clock = Clock()
    paces = Paces(clock, per_window={**PER_WINDOW, "search": 2})
    with served(Desks(hall.city, paces=paces)) as desks:
        client, other, stranger = (desks.client(who) for who in (Role.CLERK, Role.CLERK, Role.AUDITOR))
        assert client.get("/search?q=pool").status_code == 200
        assert other.get("/search?q=pool").status_code == 200
        for one in (client, other):
            slowed = one.get("/search?q=pool")
            assert slowed.status_code == 429
            assert slowed.headers["retry-after"] == "60"
            assert "Wait 60 seconds, then try again." in text_of(slowed)
        assert stranger.get("/search?q=pool").status_code == 200
        clock.now += WINDOW_SECONDS
        assert client.get("/search?q=pool").status_code == 200


@pytest.mark.parametrize("framed", [False, True])
def test_a_desk_behind_either_door_has_the_limits(hall: RequestHall, framed: bool) -> None:
    door = Desks(hall.city).app.state.desk.door
    door.framed = framed
    paces = desk_app(lambda: hall.city, door, ()).state.desk.paces
    for what, most in PER_WINDOW.items():
        for _ in range(most):
            paces.take("cleo", what)
        with pytest.raises(TooFast):
            paces.take("cleo", what)
        paces.take("omar", what)
