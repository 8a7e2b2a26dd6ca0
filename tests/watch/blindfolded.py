"""Each check and each report turned off in turn, and what its named tests say of it. Run by itself: it prints JSON.

A row of `clauses.toml` names tests. Where a test of a row goes on to pass with the check (or report) turned off,
it shows nothing of it; at least one must fail. All of it is one process: every check is wrapped before any test is
imported, and what is turned off finds nothing.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from paloverde.watch.check import Check
from paloverde.watch.checks import CHECKS, REPORTS
from paloverde.watch.clauses import clauses
from paloverde.watch.report import Report, Table

ROOT = Path(__file__).parents[2]
_AGAIN = (
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
)  # what was imported before pytest began, or by its last run
OFF: set[str] = set()


def switched(one: Check | Report) -> Check | Report:
    """The same, which finds nothing while it is off."""
    if isinstance(one, Report):
        return one._replace(make=_unless(one.name, one.make, Table(("Nothing",), ())))
    return one._replace(
        of_item=_unless(one.name, one.of_item, ()),
        begins=_unless(one.name, one.begins, False),
        of_thread=_unless(one.name, one.of_thread, ()),
        of_now=_unless(one.name, one.of_now, ()),
    )


def _unless(name: str, looks: Callable[..., Any] | None, nothing: Any) -> Any:
    if looks is None:
        return None

    def look(*given: Any) -> Any:
        return nothing if name in OFF else looks(*given)

    look.__module__ = looks.__module__  # some tests ask where a check is written
    return look


def wrap() -> None:
    """Put the switched ones wherever the program holds a check or a report."""
    known = {id(one): switched(one) for one in (*CHECKS.values(), *REPORTS.values())}
    for name, module in list(sys.modules.items()):
        if name.startswith("paloverde.watch"):
            for what, held in list(vars(module).items()):
                if id(held) in known:
                    setattr(module, what, known[id(held)])
                elif type(held) is tuple and any(id(one) in known for one in held):
                    setattr(module, what, tuple(known.get(id(one), one) for one in held))
    for table in (CHECKS, REPORTS):
        table.update({name: known[id(one)] for name, one in table.items()})  # type: ignore[arg-type]


class Failed:
    """Which tests failed, of those that ran."""

    def __init__(self) -> None:
        self.failed: set[str] = set()
        self.ran = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.ran += report.when == "call"
        if report.failed:
            self.failed.add(report.nodeid)


def run(tests: Iterable[str], off: str = "") -> Failed:
    """Run these tests with one check turned off, none where it is empty."""
    OFF.clear()
    OFF.update({off} - {""})
    seen = Failed()
    # `-m ""`: slow ones, too; each test of another process (`xdist`) would not be blindfolded.
    asked = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "", *_AGAIN, *tests]
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(asked, plugins=[seen])
    return seen


def trying(name: str) -> dict[str, list[str]]:
    """The named tests of a check or report by row: those of its own package, in files that look at it, by its
    name or by where it is written. Rows that only others' tests show are left out.
    """
    look = REPORTS[name].make if name in REPORTS else _looks_of(CHECKS[name])
    found = {}
    for clause in clauses():
        if name in (*clause.named("check"), *clause.named("report")):
            tests = [
                test for test in clause.tests if _looks_at(test.partition("::")[0], look.__module__, name)
            ]
            found[clause.id] = tests
    return found


def _looks_at(file: str, module: str, name: str) -> bool:
    text = (ROOT / file).read_text(encoding="utf-8") if file.startswith("tests/watch/") else ""
    return module in text or name in text


def _looks_of(check: Check) -> Callable[..., Any]:
    looks = check.of_item or check.of_thread or check.of_now
    assert looks is not None
    return looks


def main() -> None:
    wrap()
    named = {name: trying(name) for name in (*CHECKS, *REPORTS)}
    every = sorted({test for rows in named.values() for tests in rows.values() for test in tests})
    sound = run(every)
    told: dict[str, Any] = {"ran": sound.ran, "sound": sorted(sound.failed)}
    for name, rows in named.items():
        blind = run(sorted({test for tests in rows.values() for test in tests}), name)
        # A test with several cases fails as `file::test[case]`.
        failed = {test.partition("[")[0] for test in blind.failed}
        told[name] = {row: sorted(failed.intersection(tests)) for row, tests in rows.items()}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
