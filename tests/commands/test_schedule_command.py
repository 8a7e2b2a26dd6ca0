"""Schedules, the reasons to keep and the Trusted System Statement as people at the command line see them."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exports import Office, account, shown
from paloverde.cli import main
from paloverde.installation import Installation, open_installation
from paloverde.records import archive_day
from paloverde.retention.decision import years_after
from paloverde.retention.schedule_text import EXAMPLE
from paloverde.settings import load
from paloverde.state.books import writing
from paloverde.state.tables import ITEMS
from paloverde.wording import spoken

POSTED = datetime(2024, 5, 6, 17, 0, tzinfo=UTC)
NIGHT = datetime.now(UTC) - timedelta(days=1)
OLD = datetime(2020, 5, 6, 17, 0, tzinfo=UTC)


@pytest.fixture
def city(tmp_path: Path) -> Installation:
    """One account with a post that the site showed last night."""
    office = Office(tmp_path)
    os.environ |= {
        "PALOVERDE_HOME": str(tmp_path),
        "PALOVERDE_DATABASE": f"sqlite:///{tmp_path}/state.db",
        "PALOVERDE_SIGNING_KEY_FILE": str(tmp_path / "key.pem"),
        "PALOVERDE_AGENCY_NAME": "City of Palma Ria",
    }
    opened = open_installation(load(os.environ))
    opened.register_account(account("x"))
    office.night("x", [shown("x", "1", "Pool hours", POSTED)], NIGHT)
    return opened


@pytest.fixture
def schedule(tmp_path: Path) -> Path:
    """A schedule with a class for posts that keeps them for five years."""
    file = tmp_path / "schedule.toml"
    file.write_text(EXAMPLE, encoding="utf-8")
    return file


def said(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    capsys.readouterr()
    assert main(words) == status
    streams = capsys.readouterr()
    return streams.err if status else streams.out


def test_the_same_schedule_is_filed_once(
    city: Installation, schedule: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is filed. It is in effect" in said(capsys, "schedule", "adopt", str(schedule))
    again = said(capsys, "schedule", "adopt", str(schedule))
    assert "is filed already and says the same; nothing was filed." in again
    (adopted,) = city.retention.schedules().adopted
    assert len(city.cabinet.history("schedules", adopted.resolution)) == 1


def test_the_example_can_be_adopted_and_is_listed(
    city: Installation, schedule: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "nothing may ever be destroyed" in said(capsys, "schedule")
    assert said(capsys, "schedule", "example") == EXAMPLE
    told = said(capsys, "schedule", "adopt", str(schedule))
    assert told.startswith(
        "The schedule of Resolution 2026-41 is filed. It is in effect since Wednesday, April 1, 2026"
    )
    listed = said(capsys, "schedule", "list")
    assert "  adopted on Tuesday, March 10, 2026; in effect since" in listed
    assert "  SOC-DM  Private messages: message, conversation; 3 years after it was received" in listed
    assert "  SOC-STATUTE" in listed
    assert "never destroyed (34090(c))" in listed


def test_what_is_shorter_than_the_law_or_beside_another_is_told(
    city: Installation, schedule: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "schedule", "adopt", str(schedule))
    other = tmp_path / "other.toml"
    other.write_text(
        EXAMPLE.replace("2026-41", "2026-77").replace("years = 2\n", "years = 1\n"), encoding="utf-8"
    )
    told = said(capsys, "schedule", "adopt", str(other))
    assert "Class SOC-COMMENT says 1 years: the two years of Gov. Code 34090(d) hold all the same." in told
    assert "Resolution 2026-41 is in effect since Wednesday, April 1, 2026 too" in told


def test_a_wrong_schedule_is_refused_with_its_line_and_nothing_is_filed(
    city: Installation, schedule: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schedule.write_text(EXAMPLE.replace('["comment", "reaction"]', '["tweet"]'), encoding="utf-8")
    told = said(capsys, "schedule", "adopt", str(schedule), status=1)
    assert "schedule.toml, line " in told
    assert "class SOC-COMMENT: kinds has 'tweet'" in told
    schedule.write_bytes(b"\xff\xfe")
    assert "is no text in UTF-8" in said(capsys, "schedule", "adopt", str(schedule), status=1)
    assert "No schedule is adopted" in said(capsys, "schedule", "list")
    assert city.retention.schedules().adopted == ()


def test_every_reason_to_keep_an_item_is_printed_with_day_and_source(
    city: Installation, schedule: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "schedule", "adopt", str(schedule))
    told = said(capsys, "keep", "x-palmaria", "post", "1")
    night = archive_day(NIGHT)
    assert f"Kept, because the City last received it on {spoken(night)}" in told
    assert (
        f"  two-year floor: until {spoken(years_after(night, 2))}; Gov. Code 34090(d); not verified" in told
    )
    assert f"  schedule: until {spoken(years_after(night, 5))}; Resolution 2026-41, class SOC-POST" in told
    assert "  still shown: no day is known on which it ends; Gov. Code 34090(d)" in told
    assert "  lock of the store: until" in told


def test_an_account_is_counted_by_ground(city: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "keep", "x-palmaria")
    assert "x-palmaria: 1 item on" in told
    assert "  kept, unknown class: 1\n" in told
    assert "  kept, two-year floor: 1\n" in told
    assert "  nothing keeps them any longer: 0\n" in told


def test_what_nothing_keeps_is_counted_as_free(
    city: Installation, schedule: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = {
        "account": "x-palmaria", "kind": "story", "native_id": "9", "stream": "stories", "within": "", "state": "expired",
        "version_sha256": "", "record_sequence": 1, "first_seen": OLD, "last_seen": OLD, "looked_at": OLD,
    }  # fmt: skip
    with writing(city.vault.books) as connection:
        connection.execute(ITEMS.insert(), ended)
    assert "  nothing keeps them any longer: 0\n" in said(capsys, "keep", "x-palmaria")
    said(capsys, "schedule", "adopt", str(schedule))
    told = said(capsys, "keep", "x-palmaria")
    assert "x-palmaria: 2 items on" in told
    assert "  nothing keeps them any longer: 1\n" in told
    assert "Nothing keeps it." in said(capsys, "keep", "x-palmaria", "story", "9")


def test_what_is_not_there_is_said(city: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    assert "has no post '2' in the archive" in said(capsys, "keep", "x-palmaria", "post", "2", status=1)
    assert "Name the post's id as well" in said(capsys, "keep", "x-palmaria", "post", status=1)
    assert "Registered are: x-palmaria" in said(capsys, "keep", "y", status=1)


def test_the_statement_is_written_and_filed(
    city: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "statement.html"
    told = said(capsys, "statement", "--out", str(page))
    assert told.startswith("Trusted System Statement of ")
    assert "Not met:\n" in told
    assert "Counsel has verified none of the rules cited." in told
    assert page.read_bytes().startswith(b"<!DOCTYPE html>")
    day = city.retention.today().isoformat()
    filed = city.cabinet.history("statements", day)
    assert [one.number for one in filed] == [1, 2]
    assert city.cabinet.bytes_of(filed[1]) == page.read_bytes()
    as_data = json.loads(said(capsys, "statement", "--json"))
    assert as_data["day"] == day
    assert "name a file that ends in .html" in said(capsys, "statement", "--out", "x.pdf", status=1)
    assert "There is no folder" in said(
        capsys, "statement", "--out", str(tmp_path / "no" / "x.html"), status=1
    )
