"""Carrying out an order of destruction: on a real archive of six sites in two stores, three years later."""

from __future__ import annotations

from pathlib import Path

import pytest

from disposing import Later, build_city, found_in, item_of, led_astray, words_of, QUIET, SAID, SITES
from paloverde.archive.seal import Role
from paloverde.retention.disposition import carry_out


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("city")
    build_city(home)
    return home


@pytest.fixture
def later(tmp_path: Path, built: Path) -> Later:
    return Later(tmp_path / "home", built)


def test_everything_of_what_is_destroyed_is_gone_from_both_stores_and_nothing_else_is(later: Later) -> None:
    order = later.order()
    before = later.rows()
    wanted = later.wanted(order)
    certificate = carry_out(later.office, order, "ana", QUIET)
    after = later.rows()
    left = {item_of(row) for row in after}
    gone = wanted - left
    print(len(wanted), len(gone), certificate.kept[:10])
    assert {item_of(row) for row in before} - left == gone
    assert {account.split("-")[0] for account, _, _ in gone} == set(SITES)
    assert certificate.items == len(gone)
    stays = "\0".join(words_of(after))
    words = {word for word in words_of([row for row in before if item_of(row) in gone]) if word not in stays}
    unique = {SAID.format(site, what) for site in SITES for what in ("comment", "post")}
    assert {one for one in unique if any(one in word for word in words)} == unique
    for store in later.stores:
        assert found_in(store, words) == []
    assert led_astray(later.city, after) == []
