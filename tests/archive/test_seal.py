from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paloverde.archive.seal import FIRST, Draft, make_seal, read_seal
from paloverde.archive.signing import open_signer, signature_holds
from paloverde.archive.vault import Vault
from paloverde.errors import ArchiveDamaged, BadSetting


def test_a_seal_reads_back_as_it_was_made(vault: Vault, draft: Callable[..., Draft]) -> None:
    seal, body, _ = make_seal(draft("c1"), 1, FIRST, vault.signer)
    assert read_seal(body, where="here") == seal


@pytest.mark.parametrize(
    "change",
    [
        (b'"sequence":1', b'"sequence":2'),
        (b"x-palmaria", b"x-palmario"),
        (b'"signature":"', b'"signature":"00'),
    ],
)
def test_a_changed_seal_does_not_bear_its_signature(
    vault: Vault, draft: Callable[..., Draft], change: tuple[bytes, bytes]
) -> None:
    _, body, _ = make_seal(draft("c1"), 1, FIRST, vault.signer)
    assert change[0] in body
    with pytest.raises(ArchiveDamaged, match="does not bear the signature"):
        read_seal(body.replace(*change), where="here")


def test_a_seal_with_a_member_of_another_release_bears_its_signature(
    vault: Vault, draft: Callable[..., Draft]
) -> None:
    _, body, _ = make_seal(draft("c1"), 1, FIRST, vault.signer)
    said = json.loads(body)
    said["run"] |= {"another": "what this release does not know"}
    body = canonical({**said, "signature": vault.signer.sign(canonical({**said, "signature": ""}))})
    assert read_seal(body, where="here").run.account == "x-palmaria"
    with pytest.raises(ArchiveDamaged, match="does not bear the signature"):
        read_seal(body.replace(b"does not know", b"does not see"), where="here")


def test_nothing_can_be_added_to_a_seal(vault: Vault, draft: Callable[..., Draft]) -> None:
    _, body, _ = make_seal(draft("c1"), 1, FIRST, vault.signer)
    with pytest.raises(ArchiveDamaged, match="does not bear the signature"):
        read_seal(body.replace(b'{"format":1', b'{"another":0,"format":1'), where="here")


def test_a_seal_of_a_newer_release_is_named_as_such(vault: Vault, draft: Callable[..., Draft]) -> None:
    _, body, _ = make_seal(draft("c1"), 1, FIRST, vault.signer)
    with pytest.raises(ArchiveDamaged, match="form 2 of a newer release"):
        read_seal(body.replace(b'"format":1', b'"format":2'), where="here")


def canonical(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "home" / "key.pem"
    first = open_signer(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert open_signer(path).public_key == first.public_key
    assert signature_holds(first.public_key, b"words", first.sign(b"words"))
    assert not signature_holds(first.public_key, b"other words", first.sign(b"words"))


def test_what_is_no_key_is_said(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("not a key")
    with pytest.raises(BadSetting, match="Restore it from the backup"):
        open_signer(tmp_path / "key.pem")
