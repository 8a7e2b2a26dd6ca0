"""What is said of known weaknesses, and that silence of a service is never read as health."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from stores import ROOT


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    found = importlib.util.spec_from_file_location("audit_of_ops", ROOT / "ops" / "audit.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    return module


WEAK = {
    "name": "parser",
    "version": "1.0",
    "vulns": [{"id": "CVE-2099-1", "fix_versions": ["1.1"]}, {"id": "CVE-2099-2", "fix_versions": []}],
}


def test_each_weakness_is_named_with_what_mends_it(audit: ModuleType) -> None:
    assert audit.weaknesses([WEAK, {"name": "well", "version": "2", "vulns": []}]) == [
        "parser 1.0: CVE-2099-1, mended in 1.1",
        "parser 1.0: CVE-2099-2, not mended yet",
    ]


def test_what_the_service_does_not_know_is_not_called_well(audit: ModuleType) -> None:
    unknown = {"name": "secret-thing", "skip_reason": "not found"}
    assert audit.skipped([WEAK, unknown]) == ["secret-thing"]


def test_one_package_is_asked_about_first(audit: ModuleType) -> None:
    first = audit.first_of(ROOT / "requirements.txt")
    assert first.count("==") == 1
    assert "--hash=sha256:" in first
    assert not first.rstrip().endswith("\\")


def test_where_no_service_can_be_reached_it_is_said_and_nothing_fails(
    audit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    lock = tmp_path / "lock.txt"
    lock.write_text(f"msgspec==0.20.0 \\\n    --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    assert audit.main([str(lock)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("audit: no service that knows weaknesses of packages answered")
    assert told.count("\n") == 1
