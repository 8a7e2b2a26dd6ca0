"""Passwords that leaked elsewhere, looked up in a list on this machine."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from paloverde.desk.leaked import has_leaked
from paloverde.errors import BadSetting

LEAKED = [f"heron number {number} by the pond" for number in range(257)]


def listed(file: Path, passwords: list[str], end: str = "\n") -> Path:
    """A list as the downloader of Have I Been Pwned writes it."""
    hashes = sorted(
        hashlib.sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in passwords
    )
    lines = [f"{one}:{10**at % 999_983}{end}" for at, one in enumerate(hashes)]
    file.write_text("".join(lines), newline="")
    return file


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 8, 31, 257])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_of_the_list_is_found_and_no_other(tmp_path: Path, number: int, end: str) -> None:
    file = listed(tmp_path / "leaked.txt", LEAKED[:number], end)
    assert [one for one in LEAKED[:number] if not has_leaked(one, file)] == []
    for other in range(200):
        assert not has_leaked(f"egret number {other} by the pond", file)


def test_an_empty_list_has_none(tmp_path: Path) -> None:
    assert not has_leaked(LEAKED[0], listed(tmp_path / "leaked.txt", []))


def test_a_list_without_numbers_is_one_too(tmp_path: Path) -> None:
    file = listed(tmp_path / "leaked.txt", LEAKED)
    file.write_text("".join(line.partition(":")[0].lower() + "\n" for line in file.read_text().splitlines()))
    assert has_leaked(LEAKED[3], file)


@pytest.mark.parametrize("body", ["password\n" * 50, "<!doctype html>", "\0" * 4096])
def test_what_is_no_such_list_is_named_and_not_taken_for_one_without_the_password(
    tmp_path: Path, body: str
) -> None:
    file = tmp_path / "leaked.txt"
    file.write_text(body)
    with pytest.raises(BadSetting, match="is no list of SHA-1 hashes in their order"):
        has_leaked(LEAKED[0], file)


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        BadSetting, match=r"PALOVERDE_LEAKED_PASSWORDS names .*/none\.txt, which cannot be read"
    ):
        has_leaked(LEAKED[0], tmp_path / "none.txt")
