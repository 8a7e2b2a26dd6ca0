"""Ctrl-C in the middle of `paloverde dispose carry-out`: whether anything was destroyed is said, and what to do."""

from __future__ import annotations

import io
import itertools
from contextlib import redirect_stderr
from pathlib import Path

import pytest
from disposing import QUIET, Later, environment

from paloverde.cli import main
from paloverde.commands.dispose import carry_out
from paloverde.desk.people import People, Role

ONE, TWO = "nextdoor-cityofpalmaria", "facebook-cityofpalmaria"


class Interrupted(io.StringIO):
    """Somebody presses Ctrl-C when they read these words for the `at`th time."""

    def __init__(self, words: str, at: int = 1) -> None:
        super().__init__()
        self._words, self._left = words, itertools.count(at - 1, -1)

    def write(self, text: str) -> int:
        written = super().write(text)
        if self._words in text and next(self._left) == 0:
            raise KeyboardInterrupt
        return written


@pytest.fixture
def later(tmp_path: Path, built: Path, monkeypatch: pytest.MonkeyPatch) -> Later:
    home = tmp_path / "home"
    for name, said in environment(home).items():
        monkeypatch.setenv(name, said)
    return Later(home, built)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    known = People(tmp_path_factory.mktemp("users") / "users.json")
    known.put("ana", "Ana", Role.CLERK, "a long sentence of Ana")
    known.put("ben", "Ben", Role.APPROVER, "a long sentence of Ben")
    return known


def interrupted(later: Later, people: People, order: str, at: int) -> str:
    """What was said on standard error to whoever stopped it there."""
    said = Interrupted("items go", at)
    with redirect_stderr(said), pytest.raises(KeyboardInterrupt):
        carry_out(later.city, order, people, "ana")
    return said.getvalue()


def test_before_the_seal_it_says_that_nothing_was_destroyed(later: Later, people: People) -> None:
    order = later.order(ONE)
    said = interrupted(later, people, order, 1)
    assert "stopped before anything was destroyed" in said
    assert f"`paloverde dispose carry-out {order}` begins again" in said
    assert later.wanted(order) <= {(r["account"], r["kind"], r["native_id"]) for r in later.rows()}


def test_after_a_seal_it_says_that_the_same_command_completes_it_and_so_do_list_and_show(
    later: Later, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    order = later.order(ONE, TWO)
    said = interrupted(later, people, order, 2)
    items = later.city.disposition.standing(order).sealed
    half = (
        f"{order} is half carried out: the destruction of {items:,} items is sealed and can only be "
        f"completed. Run `paloverde dispose carry-out {order}` again."
    )
    assert items > 0
    assert f"It was stopped in the middle. {half}" in said
    assert main(["dispose", "list"]) == 0
    assert half in capsys.readouterr().out
    assert main(["dispose", "show", order]) == 0
    shown = capsys.readouterr().out
    assert half in shown
    assert "Lacking" not in shown
    carry_out(later.city, order, people, "ana")
    assert f"{order} is carried out: {len(later.wanted(order)):,} items" in capsys.readouterr().out
    assert main(["dispose", "show", order]) == 0
    shown = capsys.readouterr().out
    assert (
        f"{order} was carried out. What went, when and by what right, says `paloverde dispose certif" in shown
    )
    assert "Lacking" not in shown


def test_after_the_certificate_it_says_that_all_is_done(later: Later, people: People) -> None:
    order = later.order(ONE)
    made = later.city.disposition.carry_out(order, {"ana": "clerk", "ben": "approver"}, "ana", QUIET)
    assert made.items > 0
    assert "was carried out" in later.city.disposition.state_after_a_stop(order)
