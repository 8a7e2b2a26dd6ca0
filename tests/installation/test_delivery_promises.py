"""What a letter promised of the copies is held to when they are handed over, or a reason is given and read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from correspondence import BY, in_part, letter, production
from paloverde.installation.delivery_gates import Promise, broken, days_promised, promised
from paloverde.requests.delivery import Terms
from paloverde.requests.events import Way
from paloverde.requests.letters import Body, Delivery
from paloverde.requests.sending import Sent

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
UNTIL = datetime(2026, 12, 25, 1, 0, tzinfo=UTC)  # Thursday, December 24, at 5:00 p.m. in the City
LINK = Promise(Delivery(Way.LINK, until=UNTIL), date(2026, 11, 20))
FORTNIGHT = Terms(channel=Way.LINK, to="Rosa Quintero", days=14, downloads=10)


def sent(body: Body) -> Sent:
    one = letter(body)
    return Sent(kind=one.kind, by=BY, at=NOW, way="post", to="", letter=one, documents=())


def told(terms: Terms, promise: Promise | None = LINK, now: datetime = NOW) -> str:
    return " ".join(broken(promise, terms, now))


def test_a_link_that_ends_before_the_letter_said_stands_in_the_way_and_the_mend_is_named() -> None:
    found = told(FORTNIGHT)
    assert "works until Thursday, December 24, 2026, at 5:00 p.m. Pacific time" in found
    assert "made now for 14 days it ends Monday, December 7, 2026, at 12:30 a.m. Pacific time" in found
    assert "give it 32 days, or say why" in found
    assert days_promised(LINK, NOW) == 32
    assert told(msgspec.structs.replace(FORTNIGHT, days=32)) == ""
    assert told(msgspec.structs.replace(FORTNIGHT, days=31)) != ""


def test_the_last_moment_itself_is_in_time() -> None:
    assert days_promised(LINK, UNTIL - timedelta(days=3)) == 3
    assert days_promised(LINK, UNTIL - timedelta(days=3, seconds=1)) == 4
    assert days_promised(LINK, UNTIL) == 0
    assert told(msgspec.structs.replace(FORTNIGHT, days=3), now=UNTIL - timedelta(days=3)) == ""


def test_longer_than_a_link_can_live_only_a_reason_helps() -> None:
    early = UNTIL - timedelta(days=90)
    assert "give it" not in told(FORTNIGHT, now=early)
    assert "say why it goes otherwise" in told(FORTNIGHT, now=early)


@pytest.mark.parametrize("way", [way for way in Way if way is not Way.LINK])
def test_another_way_than_promised_stands_in_the_way_until_it_is_said_why(way: Way) -> None:
    terms = Terms(channel=way, to="Rosa Quintero")
    assert f"promised the copies by a private link, and this goes {way}" in told(terms)
    assert told(msgspec.structs.replace(terms, otherwise=" ")) != ""
    assert told(msgspec.structs.replace(terms, otherwise="She asked for it")) == ""
    assert told(terms, promise=None) == ""


def test_the_newest_letter_that_says_it_is_held_to() -> None:
    disc, none = in_part(delivery=Delivery(Way.DISC)), in_part(delivery=None)
    assert promised([]) is None
    assert promised([sent(none)]) is None
    found = promised([sent(disc), sent(none)])
    assert found is not None
    assert found.delivery.way is Way.DISC
    later = promised([sent(disc), sent(production(delivery=Delivery(Way.LINK)))])
    assert later is not None
    assert later.delivery.way is Way.LINK
