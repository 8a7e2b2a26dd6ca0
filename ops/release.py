"""A release: source and wheel, the same bytes on every machine, with bill of materials, hashes, a signature.

    python ops/release.py --key release-key.pem --out dist

Times inside the files are that of the commit (SOURCE_DATE_EPOCH, reproducible-builds.org). `SHA256SUMS` names
every file, `SHA256SUMS.sig` is its Ed25519 signature (RFC 8032, 64 raw bytes), and `release-key.pub.pem` is
the key that checks it, which a user compares with the one published elsewhere (docs/security/releases.md).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ROOT = Path(__file__).parents[1]
_SUMS, _SIGNATURE, _PUBLIC = "SHA256SUMS", "SHA256SUMS.sig", "release-key.pub.pem"


class CannotReleaseError(Exception):
    """Said to whoever makes the release, in one sentence."""


def open_key(path: Path) -> Ed25519PrivateKey:
    """The maintainers' key. It is made apart from any release, and lies in no repository."""
    if not path.is_file():
        raise CannotReleaseError(
            f"There is no key {path}. Make one with `openssl genpkey -algorithm ed25519 -out {path}`, keep "
            "it out of this repository, and publish its public half where users look for it."
        )
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise CannotReleaseError(f"{path} is not a PEM private key without a password.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise CannotReleaseError(
            f"{path} is not an Ed25519 key; make one with openssl genpkey -algorithm ed25519."
        )
    return key


def committed_at(root: Path) -> int:
    """The time of the commit that is released, in seconds; one that is not committed is not released."""
    changed = _git(root, "status", "--porcelain")
    if changed:
        raise CannotReleaseError("There are changes that are not committed; commit or put them aside first.")
    return int(_git(root, "log", "-1", "--format=%ct"))


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotReleaseError(f"git {words[0]} failed: {done.stderr.strip() or 'no message'}")
    return done.stdout.strip()


def build(root: Path, out: Path, epoch: int) -> None:
    """The source archive and the wheel. What git ignores is in neither."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0"}
    command = [
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "sdist",
        "-t",
        "wheel",
        "-d",
        str(out.resolve()),
    ]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotReleaseError(f"The build failed: {(done.stderr or done.stdout).strip()[-500:]}")


def bill_of_materials(root: Path, out: Path) -> None:
    command = [sys.executable, str(Path(__file__).with_name("sbom.py")), str(root / "requirements.txt")]
    done = subprocess.run(command, capture_output=True, check=True)
    (out / "sbom.cdx.json").write_bytes(done.stdout)


def seal(out: Path, key: Ed25519PrivateKey) -> None:
    """Name every file with its hash, and sign the list."""
    files = sorted(path for path in out.iterdir() if path.name not in (_SUMS, _SIGNATURE, _PUBLIC))
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    sums = "".join(lines).encode()
    (out / _SUMS).write_bytes(sums)
    (out / _SIGNATURE).write_bytes(key.sign(sums))
    (out / _PUBLIC).write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )


def release(root: Path, out: Path, key: Ed25519PrivateKey) -> None:
    """Everything of a release, in a folder that is made anew: one with folders in it is no release's."""
    if out.is_dir() and any(path.is_dir() for path in out.iterdir()):
        raise CannotReleaseError(f"{out} holds folders, and no release does: name another folder with --out.")
    epoch = committed_at(root)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    build(root, out, epoch)
    bill_of_materials(root, out)
    seal(out, key)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--key", type=Path, required=True, help="the maintainers' Ed25519 private key (PEM)")
    parser.add_argument("--out", type=Path, default=Path("dist"), help="the folder, made anew (default dist)")
    options = parser.parse_args(arguments)
    try:
        release(_ROOT, options.out, open_key(options.key))
    except CannotReleaseError as reason:
        print(f"release: {reason}", file=sys.stderr)
        return 1
    print((options.out / _SUMS).read_text(encoding="utf-8"), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
