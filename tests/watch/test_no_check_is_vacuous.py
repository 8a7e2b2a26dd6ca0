"""A check that finds nothing any more is noticed: by the very tests that the policy's page names for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from paloverde.watch.checks import CHECKS, REPORTS

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_each_check_and_report_that_is_turned_off_fails_a_test_of_each_of_its_rows() -> None:
    paths = os.pathsep.join([str(ROOT / "include"), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-m", "watch.blindfolded"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told.pop("sound") == [], "with every check on, each named test passes"
    assert told.pop("ran") > len(CHECKS)
    assert set(told) == {*CHECKS, *REPORTS}
    unnoticed = [
        f"{row}: {name}" for name, rows in told.items() for row, failed in rows.items() if not failed
    ]
    assert unnoticed == [], "turned off, and no named test of the row fails"
