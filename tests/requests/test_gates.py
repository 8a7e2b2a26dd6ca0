"""What bars the web, and what does not."""

from __future__ import annotations

from datetime import date

import pytest

from paloverde.requests.events import Way
from paloverde.requests.gates import Exposed, web_delivery_refusals
from paloverde.requests.letters import Delivery

DAY = date(2026, 11, 20)
HOME = Exposed("EX-HOME", 2)


@pytest.mark.parametrize("way", [Way.POSTED, Way.LINK])
def test_an_officials_home_bars_posting_and_links(way: Way) -> None:
    barred = web_delivery_refusals(Delivery(way), [HOME], 0, DAY)
    assert [one.cite for one in barred] == ["Gov. Code 7928.205"]
    assert barred[0].says.startswith("2 records show what ")


@pytest.mark.parametrize("way", [Way.EMAIL, Way.DISC, Way.LETTER, Way.COUNTER, Way.INSPECTION])
def test_a_copy_goes_out_another_way_all_the_same(way: Way) -> None:
    assert web_delivery_refusals(Delivery(way), [HOME], 3, DAY) == []


def test_written_permission_lifts_the_bar() -> None:
    permitted = Exposed("EX-HOME", 2, "Council Member Vega, in writing, June 1, 2026")
    assert web_delivery_refusals(Delivery(Way.POSTED), [permitted], 0, DAY) == []


def test_what_was_redacted_or_bars_no_web_is_no_bar() -> None:
    assert web_delivery_refusals(Delivery(Way.POSTED), [Exposed("EX-HOME", 0)], 0, DAY) == []
    assert web_delivery_refusals(Delivery(Way.POSTED), [Exposed("EX-PRIV", 4)], 0, DAY) == []


def test_the_bar_holds_from_the_day_of_its_law() -> None:
    assert web_delivery_refusals(Delivery(Way.POSTED), [HOME], 0, date(2024, 12, 31)) == []


def test_private_messages_are_not_posted_for_everybody() -> None:
    assert len(web_delivery_refusals(Delivery(Way.POSTED), [], 1, DAY)) == 1
    assert web_delivery_refusals(Delivery(Way.LINK), [], 1, DAY) == []
