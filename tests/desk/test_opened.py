"""The installation as a server keeps it open."""

from __future__ import annotations

from pathlib import Path

import pytest

from paloverde.desk.opened import Closed, Opened
from paloverde.errors import BadSetting
from paloverde.installation import Installation, open_installation
from paloverde.settings import load


class Openings:
    """Counts openings; `trouble` is why the archive cannot be opened."""

    def __init__(self, home: Path) -> None:
        self.settings, self.count, self.trouble = load({"PALOVERDE_HOME": str(home)}), 0, ""
        self.now = 0.0

    def __call__(self) -> Installation:
        self.count += 1
        if self.trouble:
            raise BadSetting(self.trouble)
        return open_installation(self.settings)


@pytest.fixture
def openings(tmp_path: Path) -> Openings:
    return Openings(tmp_path)


def test_it_is_opened_once_for_many_and_anew_after_a_while(openings: Openings) -> None:
    opened = Opened(openings, lambda: openings.now)
    first = opened()
    assert opened() is first
    openings.now = 599.0
    assert opened() is first
    openings.now = 600.0
    assert opened() is not first
    assert openings.count == 2


def test_what_is_wrong_goes_to_the_log_and_not_to_a_page(
    openings: Openings, caplog: pytest.LogCaptureFixture
) -> None:
    opened = Opened(openings, lambda: openings.now)
    opened()
    openings.now, openings.trouble = 600.0, "the key in /srv/the/city is missing"
    for _ in range(2):  # nothing that was open before is kept
        with pytest.raises(Closed, match="cannot be opened just now") as refused:
            opened()
        assert "/srv" not in str(refused.value)
    assert "the key in /srv/the/city is missing" in caplog.text
    openings.trouble = ""
    assert opened() is opened()
