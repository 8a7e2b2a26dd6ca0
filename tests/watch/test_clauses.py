"""The policy clause by clause: no row claims what is not there."""

from __future__ import annotations

import ast
import os
import re
from functools import cache
from pathlib import Path

import msgspec
import pytest

from paloverde.watch.checks import CHECKS, REPORTS
from paloverde.watch.clauses import Clause, Standing, clauses, reference
from paloverde.watch.registers import ALL

ROOT = Path(__file__).parents[2]
ROWS = {clause.id: clause for clause in clauses()}


@cache
def cases_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


@cache
def words_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_every_clause_of_the_rulebook_has_its_row_in_order() -> None:
    assert [id_ for id_ in ROWS if id_.startswith("P")] == [f"P-{number:02}" for number in range(1, 67)]
    more = [id_ for id_ in ROWS if not id_.startswith("P")]
    assert more == [f"C-{number:02}" for number in range(1, len(more) + 1)]


@pytest.mark.parametrize("clause", clauses(), ids=lambda clause: clause.id)
def test_a_row_names_only_what_exists(clause: Clause) -> None:
    assert clause.lacks == ()
    for test in clause.tests:
        path, _, name = test.partition("::")
        assert name in cases_in(path), test


@pytest.mark.parametrize("clause", clauses(), ids=lambda clause: clause.id)
def test_what_serves_a_row_is_tried_by_a_test_of_its_own(clause: Clause) -> None:
    if not clause.by:
        assert not clause.tests
        return
    paths = {test.partition("::")[0] for test in clause.tests}
    assert paths, "a row that something serves names a test"
    tried = "\n".join(words_of(path) for path in paths)
    for name in clause.named("check") + clause.named("report"):
        assert module_of(name) in tried or name in tried, f"no test of {clause.id} looks at {name}"


def module_of(name: str) -> str:
    """Where what a check or report does is written."""
    if name in REPORTS:
        return REPORTS[name].make.__module__
    check = CHECKS[name]
    looks = check.of_item or check.of_thread or check.of_now
    assert looks is not None
    return looks.__module__


def test_a_check_and_the_rows_that_it_serves_name_each_other() -> None:
    told = {name: set(check.clauses) for name, check in CHECKS.items()}
    told |= {name: set(report.clauses) for name, report in REPORTS.items()}
    named: dict[str, set[str]] = {name: set() for name in told}
    for clause in clauses():
        for name in clause.named("check") + clause.named("report"):
            named[name].add(clause.id)
    assert named == told


def test_every_register_serves_a_row_and_names_it() -> None:
    for register in ALL.values():
        assert register.clauses
        assert set(register.clauses) <= ROWS.keys()


def test_what_is_missing_is_never_called_served() -> None:
    clause = Clause("P-01", "I", "words", "how", ("check:no-such-check",), ("tests/x.py::test_y",))
    assert clause.lacks == ("check:no-such-check",)
    assert clause.standing is Standing.NOT_YET
    assert (
        Clause("P-01", "I", "words", "how", ("module:paloverde.no_such_module",)).standing is Standing.NOT_YET
    )
    served = Clause("P-01", "I", "words", "how", ("module:paloverde.records",))
    assert served.standing is Standing.SERVED
    assert Clause("P-01", "I", "words", by=served.by, left="a part").standing is Standing.PARTLY
    assert Clause("P-01", "I", "words", person="It is judged by people.").standing is Standing.PERSON
    assert Clause("P-01", "I", "words").standing is Standing.NOT_YET


def test_a_limit_is_told_and_is_not_called_left() -> None:
    clause = Clause("P-01", "I", "words", by=("module:paloverde.records",), limit="No site tells it.")
    assert clause.standing is Standing.SERVED
    assert msgspec.structs.replace(clause, left="A part.").standing is Standing.PARTLY
    for row in clauses():
        assert not row.limit or row.by, f"{row.id}: a limit is a limit of something that is served"
        if row.limit:
            assert f"*Limit:* {row.limit}" in reference()


#: What a reason of a limit rests on: a site that does not tell, people who alone know, law that leaves it to them.
REASONS = re.compile(
    r"(?i)\b(sites?|facebook|linkedin|nobody|no program|no software|only people|only a person|only its|the law|counsel|owner)\b"
)


@pytest.mark.parametrize("clause", [one for one in clauses() if one.limit], ids=lambda clause: clause.id)
def test_a_limit_says_why_no_program_can(clause: Clause) -> None:
    assert REASONS.search(clause.limit), clause.limit


def test_the_words_of_the_policy_are_quoted_exactly() -> None:
    specs = os.environ.get("PALOVERDE_API_SPECS")
    policy = Path(specs).parent / "policy.txt" if specs else None
    if policy is None or not policy.exists():
        pytest.skip("The text of the policy is not at hand: PALOVERDE_API_SPECS names no folder beside it.")
    text = plain(policy.read_text(encoding="utf-8"))
    for clause in clauses():
        assert plain(clause.quote) in text, f"{clause.id}: {clause.quote}"


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.translate(str.maketrans("’‘“”", "''\"\"")))


def test_the_page_says_what_stands_now() -> None:
    page = (ROOT / "docs/reference/policy.md").read_text(encoding="utf-8")
    assert page == reference()
