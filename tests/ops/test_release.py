"""A release is the same bytes wherever it is made, and a user checks it with sha256sum and openssl alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stores import ROOT

RELEASE = ROOT / "ops" / "release.py"


def key_at(path: Path) -> Path:
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", path], check=True)
    return path


def git(folder: Path, *words: str) -> None:
    identity = [
        "-c",
        "user.name=Pia Nolan",
        "-c",
        "user.email=pia@palmaria.example",
        "-c",
        "commit.gpgsign=false",
    ]
    subprocess.run(["git", "-C", folder, *identity, *words], check=True, capture_output=True)


def project(folder: Path) -> Path:
    """A small project with the real build recipe, committed at a fixed time."""
    for name in ("pyproject.toml", "LICENSE", "requirements.txt", ".gitignore"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    (folder / "README.md").write_text("# Paloverde\n", encoding="utf-8")
    for name in ("include/paloverde/__init__.py", "docs/guide/it.md", "docs/reference/settings.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "A release", "--date", "2026-11-23T12:00:00Z")
    return folder


def release(root: Path, key: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """As `make release` does, for a project in another folder."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import release; from pathlib import Path\n"
        "release._ROOT = Path(sys.argv[2])\n"
        "sys.exit(release.main(['--key', sys.argv[3], '--out', sys.argv[4]]))"
    )
    words = [sys.executable, "-c", program, str(RELEASE.parent), str(root), str(key), str(out)]
    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=root)


def checked(folder: Path, key: Path) -> list[int]:
    """What docs/security/releases.md tells a user to run; 0 twice where all is well."""
    sums = subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, capture_output=True, check=False
    )
    verify = [
        "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", "SHA256SUMS",
        "-sigfile", "SHA256SUMS.sig",
    ]  # fmt: skip
    signature = subprocess.run(verify, cwd=folder, capture_output=True, check=False)
    return [sums.returncode, signature.returncode]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The project, the maintainers' key, and a release."""
    folder = tmp_path_factory.mktemp("release")
    key, root = key_at(folder / "key.pem"), project(folder / "here")
    done = release(root, key, folder / "dist")
    assert done.returncode == 0, done.stderr
    return root, key, folder / "dist"


def test_it_holds_source_wheel_bill_hashes_and_signature(made: tuple[Path, Path, Path]) -> None:
    names = {path.name.replace("0.1.0", "V") for path in made[2].iterdir()}
    assert names == {
        "paloverde-V.tar.gz", "paloverde-V-py3-none-any.whl", "sbom.cdx.json", "SHA256SUMS", "SHA256SUMS.sig",
        "release-key.pub.pem",
    }  # fmt: skip


def test_a_user_checks_it_with_sha256sum_and_openssl(made: tuple[Path, Path, Path]) -> None:
    assert checked(made[2], made[2] / "release-key.pub.pem") == [0, 0]


@pytest.mark.parametrize("name", ["paloverde-0.1.0.tar.gz", "sbom.cdx.json"])
def test_a_changed_file_is_found(made: tuple[Path, Path, Path], tmp_path: Path, name: str) -> None:
    copy = Path(subprocess.check_output(["mktemp", "-d", "-p", tmp_path], text=True).strip())
    subprocess.run(["cp", "-r", f"{made[2]}/.", copy], check=True)
    (copy / name).write_bytes((copy / name).read_bytes() + b"x")
    assert checked(copy, copy / "release-key.pub.pem") == [1, 0]


def test_a_changed_list_and_another_key_are_found(made: tuple[Path, Path, Path], tmp_path: Path) -> None:
    subprocess.run(["cp", "-r", f"{made[2]}/.", tmp_path], check=True)
    (tmp_path / "SHA256SUMS").write_text("", encoding="utf-8")
    assert checked(tmp_path, tmp_path / "release-key.pub.pem")[1] == 1
    other = tmp_path / "other.pem"
    subprocess.run(
        ["openssl", "pkey", "-in", key_at(tmp_path / "k.pem"), "-pubout", "-out", other], check=True
    )
    assert checked(made[2], other) == [0, 1]


def test_the_same_commit_gives_the_same_bytes_in_another_folder_at_another_time(
    made: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    root, key, first = made
    subprocess.run(["git", "clone", "--quiet", root, tmp_path / "elsewhere"], check=True, capture_output=True)
    for path in (tmp_path / "elsewhere").rglob("*"):
        os.utime(path, (1, 1))
    done = release(tmp_path / "elsewhere", key, tmp_path / "dist")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "dist" / "SHA256SUMS").read_bytes() == (first / "SHA256SUMS").read_bytes()


def test_a_folder_that_is_no_releases_is_left_as_it_is(tmp_path: Path) -> None:
    mine = tmp_path / "mine" / "letters"
    mine.mkdir(parents=True)
    (mine / "one.txt").write_text("Dear Pia")
    done = release(tmp_path, key_at(tmp_path / "key.pem"), tmp_path / "mine")
    assert done.returncode == 1
    assert "holds folders, and no release does" in done.stderr
    assert (mine / "one.txt").read_text() == "Dear Pia"


def test_what_is_not_committed_is_not_released(made: tuple[Path, Path, Path], tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", made[0], tmp_path / "x"], check=True, capture_output=True)
    (tmp_path / "x" / "include" / "paloverde" / "more.py").write_text("", encoding="utf-8")
    done = release(tmp_path / "x", made[1], tmp_path / "dist")
    assert done.returncode == 1
    assert "There are changes that are not committed" in done.stderr
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize("content", [None, b"no key", "rsa"])
def test_a_key_that_cannot_sign_is_named(
    made: tuple[Path, Path, Path], tmp_path: Path, content: bytes | str | None
) -> None:
    key = tmp_path / "key.pem"
    if content == "rsa":
        subprocess.run(
            ["openssl", "genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key],
            check=True, capture_output=True,
        )  # fmt: skip
    elif isinstance(content, bytes):
        key.write_bytes(content)
    done = release(made[0], key, tmp_path / "dist")
    assert done.returncode == 1
    assert done.stderr.startswith("release: ")
    assert not (tmp_path / "dist").exists()
