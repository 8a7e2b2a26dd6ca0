"""What is refused at the desk is in its log, with who and what, on one line whatever the address holds."""

from __future__ import annotations

import logging

import pytest

from desk.desks import Desks
from paloverde.desk.rights import Role


def test_a_refused_right_is_logged_with_who_and_what(desks: Desks, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert desks.client(Role.EMPLOYEE).get("/search").status_code == 403
    (line,) = [one.getMessage() for one in caplog.records if "was refused" in one.getMessage()]
    assert line.endswith("(employee) was refused GET /search")


def test_an_address_cannot_write_a_line_of_its_own(desks: Desks, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        desks.client(Role.EMPLOYEE).get("/requests/x%0AERROR%20all%20is%20well")
    lines = [one.getMessage() for one in caplog.records if "was refused" in one.getMessage()]
    assert lines
    assert [line for line in lines if "\n" in line] == []
