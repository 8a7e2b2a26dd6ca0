"""Two people propose at the same moment: each order has its own list, and no item stands on two open ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from disposing import QUIET, Later

from paloverde.errors import ArchiveDamaged, PersonNeeded
from paloverde.installation.proposing import Proposed
from paloverde.retention.approval import FILES, ORDERS

ONE, TWO = "nextdoor-cityofpalmaria", "facebook-cityofpalmaria"


@pytest.fixture
def later(tmp_path: Path, built: Path) -> Later:
    return Later(tmp_path / "home", built)


def at_once(later: Later, *wishes: Sequence[str]) -> list[Proposed | PersonNeeded]:
    """What becomes of proposals of these accounts that are gathered and then filed at the same moment."""
    ready = threading.Barrier(len(wishes))
    became: list[Proposed | PersonNeeded | None] = [None] * len(wishes)

    def meeting(last: str) -> Callable[[str], None]:
        """A progress that waits for the other when its last account is gathered."""
        return lambda line: ready.wait(60) and None if line.startswith(last) and "may be" in line else None

    def propose(at: int, slugs: Sequence[str]) -> None:
        try:
            city = later.again()
            became[at] = city.disposition.propose(slugs, f"person {at}", meeting(max(slugs)))
        except PersonNeeded as refused:
            became[at] = refused

    threads = [threading.Thread(target=propose, args=wish) for wish in enumerate(wishes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert None not in became
    return [one for one in became if one is not None]


def test_two_of_the_same_account_become_one_order(later: Later) -> None:
    became = at_once(later, [ONE], [ONE])
    (made,) = [one for one in became if isinstance(one, Proposed)]
    (refused,) = [one for one in became if isinstance(one, PersonNeeded)]
    assert made.order is not None
    assert f"{made.order.id} is open, and names items of {ONE} too" in str(refused)
    assert [filed.subject for filed in later.city.cabinet.newest(ORDERS)] == [made.order.id]


def test_two_of_different_accounts_become_two_orders_with_a_list_each(later: Later) -> None:
    became = at_once(later, [ONE], [TWO])
    orders = [one.order for one in became if isinstance(one, Proposed) and one.order is not None]
    assert len({order.id for order in orders}) == 2
    for order, slug in zip(orders, (ONE, TWO), strict=True):
        lines = later.city.disposition.lines(order.id)
        assert {line.item.account for line in lines} == {slug}
        assert len(lines) == order.items
        page, _ = later.city.disposition.report(order.id, later.home / "shown")
        assert order.id in page.read_text()
        assert order.lines_sha256 in page.read_text()


def lose(later: Later, sha256: str) -> None:
    """Take a paper out of the first store, with what the store has noted of it."""
    lying = [path for path in (later.home / "archive").rglob(f"*{sha256}*") if path.is_file()]
    assert lying
    for path in lying:
        path.unlink()


@pytest.mark.parametrize("is_under_its_name", [True, False])
def test_a_file_that_the_order_does_not_name_is_none_of_it(later: Later, is_under_its_name: bool) -> None:
    """What a proposal that lost left behind, or a document that was replaced: nobody needs it any longer."""
    order = later.order(ONE)
    subject = order if is_under_its_name else later.city.disposition.standing(order).order.lines_sha256
    other = later.city.cabinet.file(FILES, subject, b"a list that lost", what="x", actor="dora")
    lose(later, other.stored.sha256)
    made = later.city.disposition.carry_out(order, {"ana": "clerk", "ben": "approver"}, "ana", QUIET)
    assert made.items == len(later.wanted(order))


@pytest.mark.parametrize("name", ["lines_sha256", "report_sha256", "table_sha256"])
def test_a_file_that_the_order_names_and_that_is_gone_stops_it(later: Later, name: str) -> None:
    order = later.order(ONE)
    sha256 = getattr(later.city.disposition.standing(order).order, name)
    lose(later, sha256)
    with pytest.raises(ArchiveDamaged, match=sha256):
        later.city.disposition.carry_out(order, {"ana": "clerk", "ben": "approver"}, "ana", QUIET)
