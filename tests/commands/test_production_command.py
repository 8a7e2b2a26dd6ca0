"""`paloverde production` and `paloverde review` by a production's number: from the order to a clawback."""

from __future__ import annotations

import csv
import io
import os
import re
from argparse import Namespace
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from matters import COUNSEL, SECRET, Matter, withheld
from paloverde.cli import main
from paloverde.commands.production import _ACTIONS
from paloverde.desk.people import People, Role
from paloverde.errors import BadQuestion
from paloverde.productions.choosing import version_of
from paloverde.productions.docket import Docket
from paloverde.requests.review import Decision, Verdict
from paloverde.requests.reviewing import Review, Version
from paloverde.search.hits import Hit

PASSWORD = "a long sentence for tests"
NUMBER = "PROD-2026-0001"


class Line:
    """The command line of a city with a matter, and its three people."""

    def __init__(self, home: Path) -> None:
        self.home = home
        people = People(home / "users.json")
        for user, name, role in (("cleo", "Cleo Park", Role.CLERK), ("ana", "Ana Ruiz", Role.COUNSEL)):
            people.put(user, name, role, PASSWORD)
        self._password = home / "password"
        self._password.write_text(PASSWORD)
        self._password.chmod(0o600)

    def __call__(self, *words: object, who: str = "", status: int = 0) -> str:
        told = [str(word) for word in words]
        told += ["--as", who, "--password-file", str(self._password)] if who else []
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            ended = main(told)
        assert ended == status, f"{told[:3]} ended with {ended}: {err.getvalue() or out.getvalue()}"
        return out.getvalue() if status == 0 else err.getvalue()


@pytest.fixture
def line(tmp_path: Path) -> Line:
    matter = Matter(tmp_path)
    os.environ.update(matter.settings)
    return Line(tmp_path)


def order(line: Line, *more: object) -> None:
    line("production", "order", "--matter", "Rivera v. City", "--prefix", "PDC", "--demand", "1=pool",
         "--demand", "2=settle", "--form", "dat", *more, who="ana")  # fmt: skip


def test_counsel_orders_and_the_clerk_may_not(line: Line) -> None:
    told = line(
        "production", "order", "--matter", "M", "--prefix", "P", "--question", "pool", who="cleo", status=1
    )
    assert "needs counsel" in told
    assert "is no demand" in line(
        "production", "order", "--matter", "M", "--prefix", "P", "--demand", "pool", who="ana", status=1
    )
    order(line)
    assert "Demand 2: settle" in line("production", "show", NUMBER)
    assert "Private records: left out" in line("production", "show", NUMBER)


def test_a_change_replaces_what_is_given_and_leaves_the_rest(line: Line) -> None:
    order(line)
    line("production", "change", NUMBER, "--confidentiality", "AEO", "--why", "protective order", who="ana")
    shown = line("production", "show", NUMBER)
    assert "Designation: AEO" in shown
    assert "Demand 1: pool" in shown
    assert "changed the order. protective order" in shown


def test_from_the_order_to_the_clawback(line: Line) -> None:
    order(line, "--private")
    assert "chose 8 record versions" in line("production", "choose", NUMBER, who="ana")
    suggested = line("review", "suggest", NUMBER, who="ana")
    assert "look at ATTY-CLIENT" in suggested
    listed = line("review", "list", NUMBER, "--undecided", who="ana")
    control = {
        text: number for number, text in re.findall(r"^\S+-(\d{6})  [^:]*: (.*)$", listed, re.MULTILINE)
    }
    advice = next(number for text, number in control.items() if "advises" in text)
    quoted = next(number for text, number in control.items() if "Counsel says" in text)
    claim = ("--exempt", "ATTY-CLIENT", "--fact", "counsel=Dana Cole, for the City", "--fact",
             "purpose=legal advice about the pool", "--title", "City Attorney")  # fmt: skip
    line(
        "review",
        "decide",
        NUMBER,
        int(advice),
        "--verdict",
        "exempt in part",
        "--words",
        SECRET,
        *claim,
        who="ana",
    )
    line("review", "decide", NUMBER, int(quoted), "--verdict", "exempt", *claim, who="ana")
    assert "6 records were decided" in line("production", "rest", NUMBER, who="ana")
    assert "paloverde production build" in line("review", "sign", NUMBER, who="cleo")
    out = line.home / "volumes"
    assert "PDC0000001 to PDC0000008" in line("production", "build", NUMBER, "--out", out, who="ana")
    line("production", "log", NUMBER, "--out", line.home / "log.csv", "--volumes", out, who="ana")
    body = (line.home / "log.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert sorted(row["action"] for row in rows) == ["redacted", "withheld"]
    assert all(row["begin"].startswith("PDC") for row in rows)
    assert SECRET not in body
    assert "somebody else" in line("production", "sign", NUMBER, out, who="ana", status=1)
    line("production", "sign", NUMBER, out, who="cleo")
    line(
        "production", "serve", NUMBER, "--to", "Moss LLP", "--way", "by mail", "--on", "2026-11-18", who="ana"
    )
    line("production", "clawback", NUMBER, "PDC0000002", "--privilege", "WORK-PRODUCT", "--reason", "a draft",
         "--on", "2026-11-18", who="ana")  # fmt: skip
    assert "CLAWED BACK: PDC0000002 to PDC0000002 (WORK-PRODUCT): a draft" in line("production", "list")
    assert line("production", "numbers").startswith("PDC0000001 to PDC0000008  PROD-2026-0001")


class Meanwhile:
    """The productions of a city whose counsel decides at the desk while somebody has the rest produced."""

    def __init__(self, matter: Matter, decides: Callable[[], None]) -> None:
        self._productions, self._decides = matter.city.productions, decides

    def get(self, number: str) -> Docket:
        return self._productions.get(number)

    def review(self, number: str) -> Review:
        return self._productions.review(number)

    def rest(self, *given: Any) -> list[Decision]:
        return self._productions.rest(*given)

    def found(self, number: str, actor: str) -> dict[Version, Hit]:
        self._decides()
        return self._productions.found(number, actor)


def test_producing_the_rest_takes_back_nothing_that_counsel_decides_meanwhile(tmp_path: Path) -> None:
    matter = Matter(tmp_path)
    number = matter.ordered()
    hits = matter.chosen(number)
    meanwhile = Meanwhile(matter, lambda: matter.decide(number, withheld(hits["12"])))
    city: Any = SimpleNamespace(productions=meanwhile, reviews=matter.city.reviews)
    rest = Namespace(number=number, title="City Attorney")
    with pytest.raises(BadQuestion, match="decided"):
        list(_ACTIONS["rest"](city, rest, COUNSEL))
    review = matter.city.productions.review(number)
    decision = review.decision(version_of(hits["12"]))
    assert decision is not None
    assert decision.verdict is Verdict.EXEMPT


def test_giving_up_and_notes_are_in_the_history(line: Line) -> None:
    order(line)
    line("production", "note", NUMBER, "--note", "called opposing counsel", who="cleo")
    line("production", "give-up", NUMBER, "--why", "settled", who="ana")
    shown = line("production", "show", NUMBER)
    assert "noted: called opposing counsel" in shown
    assert "gave it up. settled" in shown
    assert f"{NUMBER}  given up" in line("production", "list")


def test_the_privileges_say_what_each_asks_and_that_nobody_has_verified_them(line: Line) -> None:
    told = line("production", "privileges")
    assert "ATTY-CLIENT  Attorney-client privilege (Evid. Code 950-962), not verified by counsel yet" in told
    assert "    purpose: what the communication was for" in told
