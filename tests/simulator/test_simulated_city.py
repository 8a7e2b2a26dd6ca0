from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from paloverde.simulator import truth
from paloverde.simulator.city import City
from paloverde.simulator.clock import Clock
from paloverde.simulator.media import mp4, png
from paloverde.simulator.sites import SITES, build

DAY = datetime(2026, 11, 21, 6, tzinfo=UTC)


def told(city: City) -> list[object]:
    return [truth.accounts(city), *(truth.listed(presence) for presence in city.presences.values())]


def test_the_same_seed_gives_the_same_city() -> None:
    assert told(build(5, DAY)) == told(build(5, DAY))


def test_another_seed_gives_another_city() -> None:
    one, other = told(build(5, DAY)), told(build(6, DAY))
    assert one[0] != other[0]
    assert one[1] != other[1]


@pytest.mark.parametrize("name", SITES)
def test_the_city_has_the_numbers_it_promises(name: str) -> None:
    presence, promised = build(5, DAY).presences[name], SITES[name].numbers
    assert len(presence.posts) == 61  # sixty, and one scheduled
    assert len(presence.comments) == 400
    assert len(presence.conversations) == promised.conversations
    assert sum(len(thread.messages) for thread in presence.conversations.values()) == promised.messages
    assert len(presence.followers) == promised.followers


@pytest.mark.parametrize("name", SITES)
def test_ids_never_repeat(name: str) -> None:
    presence = build(5, DAY, scale=10).presences[name]
    everything = list(presence.everything())
    assert len({item.id for item in everything}) == len(everything)


def test_x_ids_are_beyond_what_a_float_can_hold() -> None:
    presence = build(5, DAY).presences["x"]
    assert all(int(item.id) > 2**53 for item in presence.everything())


@pytest.mark.parametrize("name", SITES)
def test_street_sweeping_is_spoken_of_as_a_phrase_and_with_words_between(name: str) -> None:
    said = [item.text.lower() for item in build(1, DAY).presences[name].everything()]
    assert sum("street sweeping" in text for text in said) >= 5
    apart = [
        text for text in said if "street" in text and "sweeping" in text and "street sweeping" not in text
    ]
    assert len(apart) >= 3


@pytest.mark.parametrize("letters", ["ñ", "ع", "公", "す", "🌵"])
def test_texts_come_in_many_scripts(letters: str) -> None:
    ranges = {"ع": ("\u0600", "\u06ff"), "公": ("\u4e00", "\u9fff"), "す": ("\u3040", "\u309f")}
    low, high = ranges.get(letters, (letters, letters))
    said = "".join(item.text for item in build(1, DAY).presences["facebook"].everything())
    assert any(low <= letter <= high for letter in said)


@pytest.mark.parametrize("name", SITES)
def test_nobody_speaks_after_the_moment_or_before_what_they_answer(name: str) -> None:
    presence = build(5, DAY).presences[name]
    for item in presence.everything():
        assert item.at <= DAY or item.stream == "scheduled"
        assert item.parent is None or item.parent.at <= item.at


@pytest.mark.slow
def test_a_hundred_thousand_records_come_quickly() -> None:
    started = time.process_time()
    city = build(5, DAY, scale=110)
    took = time.process_time() - started
    for name, presence in city.presences.items():
        promised = SITES[name].numbers.scaled(110)
        least = promised.posts + promised.comments + promised.messages + promised.followers
        assert len(presence.items) + len(presence.followers) >= least
    assert len(city.presences["facebook"].items) + len(city.presences["facebook"].followers) >= 100_000
    assert took < 20, f"two sites of 100,000 records took {took:.1f} s of processor time"


def test_a_standing_clock_moves_only_when_told() -> None:
    clock = Clock(DAY)
    assert clock.now() == DAY
    assert clock.move(3600) == DAY + timedelta(hours=1)
    assert clock.set(DAY) == clock.now() == DAY


def test_a_clock_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Clock(datetime(2026, 11, 20))  # noqa: DTZ001  the mistake itself


def test_pictures_and_films_are_real_and_repeatable() -> None:
    assert png("a.png").startswith(b"\x89PNG\r\n\x1a\n")
    assert png("a.png") == png("a.png") != png("b.png")
    assert mp4("a.mp4")[4:8] == b"ftyp"
