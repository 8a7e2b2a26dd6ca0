"""The dossier of an item that an order destroyed: nobody is told that it was never removed."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest
from disposing import QUIET, Later

from desk.desks import Desks, served, text_of
from paloverde.archive.seal import Role
from paloverde.desk.people import Role as Of
from paloverde.errors import BadQuestion
from paloverde.retention.destroyed import destroyed
from paloverde.retention.disposition import carry_out
from paloverde.retention.dossier import subject_of
from paloverde.retention.facts import ItemId

ONE = "x-cityofpalmaria"


def test_a_destroyed_item_names_the_order_that_took_it(tmp_path: Path, built: Path) -> None:
    later = Later(tmp_path / "home", built)
    removed = [one.fact.item for one in later.city.dossiers.listed(ONE)]
    order = later.order(ONE)
    carry_out(later.office, order, "ana", QUIET)
    left = {row["native_id"] for row in later.rows(Role.REMOVED)}
    gone = [item for item in removed if item.native_id not in left]
    assert gone
    for item in gone[:2]:
        for name in (subject_of(item), item.native_id):
            with pytest.raises(BadQuestion, match=f"was lawfully destroyed by {order} on "):
                later.city.dossiers.show(name, "ana", include_private=True)
    record = urlencode({"account": ONE, "kind": gone[0].kind.value, "id": gone[0].native_id})
    with served(Desks(later.city)) as desks:
        for page in (f"/record?{record}", f"/kept?{record}"):
            answer = desks.get(page)
            assert f"This record was lawfully destroyed by {order} on " in text_of(answer), page
            assert f'href="/disposition/{order}"' in answer.text
            assert "lawfully" not in text_of(desks.get(f"/record?{record}", Of.PUBLIC_AFFAIRS))
        with pytest.raises(BadQuestion, match=order):
            later.city.dossiers.note(subject_of(item), "a note", "ana")


def test_what_was_never_destroyed_has_no_order(tmp_path: Path, built: Path) -> None:
    later = Later(tmp_path / "home", built)
    item = next(one.fact.item for one in later.city.dossiers.listed(ONE))
    assert destroyed(later.city.archive, item.native_id) == []
    other = ItemId(ONE, item.kind, "999")
    with pytest.raises(BadQuestion, match="was never found removed"):
        later.city.dossiers.show(subject_of(other), "ana")
