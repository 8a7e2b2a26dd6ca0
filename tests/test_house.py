"""The house itself: its rooms are there, its guard works, and no file tells of the machine it was made on."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import threading
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("dags", "plugins", "include", "tests", "bench", "docs", "ops")
FILES = (
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE"),
    *(
        "Makefile",
        "Dockerfile",
        "docker-compose.yaml",
        "pyproject.toml",
        ".pre-commit-config.yaml",
        ".ci/run",
    ),
    *("requirements.txt", "requirements-dev.txt", "requirements-installer.txt", "docs/reference/settings.md"),
)
# What no file of the project may hold, each with the reason.
FOREIGN = {
    r"/(?:work|root|Users)/[\w.-]": "a path of somebody's machine",
    r"/home/(?!airflow/|paloverde/|nobody/)[a-z]": "a path of somebody's machine",
    r"--(?:extra-)?index-url": "a package index; it belongs into the machine's own configuration",
    r"\b(?:pypi\.org|pythonhosted\.org|registry\.npmjs)": "a package index; it belongs into the machine's own configuration",
}


def foreign(text: str) -> list[str]:
    return [reason for pattern, reason in FOREIGN.items() if re.search(pattern, text)]


def project_files() -> list[Path]:
    """What git tracks or would track; a copy without git has nothing to check here."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_top_level_folder_is_there(folder: str) -> None:
    assert any((ROOT / folder).iterdir())


@pytest.mark.parametrize("file", FILES)
def test_the_file_is_there_and_says_something(file: str) -> None:
    assert (ROOT / file).stat().st_size > 100


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_readme_names_the_command(command: str) -> None:
    assert f"{command}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_license_is_apache_2_in_full() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0"


def test_the_ci_script_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=False).returncode == 0


def test_no_file_tells_of_a_machine_or_a_package_index() -> None:
    files = project_files()
    assert ROOT / "Makefile" in files
    found = {
        path.relative_to(ROOT).as_posix(): reasons
        for path in files
        if path != Path(__file__) and (reasons := foreign(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        "open('/root" + "/x')",
        "see /home" + "/ana/paloverde",
        "pip install --index" + "-url x",
        "https://pypi" + ".org/simple",
    ],
)
def test_a_foreign_line_would_be_found(line: str) -> None:
    assert len(foreign(line)) == 1


def test_every_decision_page_says_question_choice_and_cost() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert all(f"\n## {part}\n" in text for part in ("Question", "Choice", "What we gave up")), page.name


def test_every_make_target_has_a_line_of_help() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"^\.PHONY: (\S+)$", text, re.MULTILINE))
    helped = set(re.findall(r"^([a-z0-9-]+):.*## .", text, re.MULTILINE))
    assert named >= {"env", "demo", "demo-check", "test", "quick", "s3", "lock", "docs", "bench"}
    assert named - helped == {"pytest"}  # a part of `make test`


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, ("192.0.2.1", 9)),
        (socket.AF_INET, ("0.0.0.0", 0)),
        (socket.AF_INET6, ("2001:db8::1", 9)),
    ],
)
@pytest.mark.parametrize("act", ["connect", "bind"])
def test_the_guard_refuses_a_socket_that_is_not_loopback(
    refused_sockets: list[str], family: socket.AddressFamily, address: tuple[str, int], act: str
) -> None:
    with socket.socket(family, socket.SOCK_DGRAM) as outside, pytest.raises(pytest.fail.Exception):
        getattr(outside, act)(address)
    assert len(refused_sockets) == 1
    refused_sockets.clear()


def test_the_guard_refuses_to_ask_for_a_name(refused_sockets: list[str]) -> None:
    with pytest.raises(pytest.fail.Exception):
        socket.getaddrinfo("example.invalid", 443)
    assert len(refused_sockets) == 1
    refused_sockets.clear()


def test_the_guard_remembers_what_a_thread_swallowed(refused_sockets: list[str]) -> None:
    def careless() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as outside, contextlib.suppress(BaseException):
            outside.connect(("192.0.2.1", 9))

    thread = threading.Thread(target=careless)
    thread.start()
    thread.join()
    assert len(refused_sockets) == 1
    refused_sockets.clear()


def test_the_guard_lets_loopback_and_unix_sockets_pass(refused_sockets: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    first, second = socket.socketpair()
    first.close()
    second.close()
    assert refused_sockets == []


def test_no_two_test_files_bear_one_name() -> None:
    """Pytest would collect the first of them alone."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted({name for name in names if names.count(name) > 1}) == []
