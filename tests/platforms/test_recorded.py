"""Recorded answers of the real sites: all of them are read, and nothing is lost but what is listed here."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from paloverde.platforms import PLATFORMS
from paloverde.platforms.files import read_files

SAMPLES = os.environ.get("PALOVERDE_REAL_SAMPLES")
pytestmark = pytest.mark.skipif(not SAMPLES, reason="PALOVERDE_REAL_SAMPLES is not set")

# Files that are damaged on purpose, by the end of their path.
DAMAGED = ("parser/data/corrupt.json",)
# Sites of which nobody has published an answer.
UNRECORDED = frozenset({"nextdoor"})
RECORDED = pytest.mark.parametrize("platform", sorted(PLATFORMS.keys() - UNRECORDED))


def files(platform: str) -> list[Path]:
    return sorted(path for path in (Path(SAMPLES or ".") / platform).rglob("*") if path.is_file())


def read(platform: str, path: Path) -> tuple[int, list[dict[str, object]], str]:
    out, err = io.StringIO(), io.StringIO()
    status = read_files(PLATFORMS[platform], [path], out, err)
    return status, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


@RECORDED
def test_every_recorded_file_is_read_and_nothing_is_lost(platform: str) -> None:
    assert files(platform)
    for path in files(platform):
        status, lines, told = read(platform, path)
        assert status == (1 if str(path).endswith(DAMAGED) else 0), told
        assert all(line["native_id"] and line["kind"] and line["payload_sha256"] for line in lines)
        assert lines or ": 0 items read" in told
        assert lines or told.count(":") >= 2, f"nothing was read and no reason is given: {told}"


@RECORDED
def test_no_line_holds_a_token(platform: str) -> None:
    for path in files(platform):
        _, lines, _ = read(platform, path)
        assert "access_token=" not in json.dumps(lines)
