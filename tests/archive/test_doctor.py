from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from ledgers import AT, lengthen
from paloverde.archive.doctor import (
    EXAMINED,
    examine,
    last_examination,
    refuse_compliance_unless_proven,
)
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.signing import signature_holds
from paloverde.archive.store import Grade, open_store, open_tamper
from paloverde.archive.vault import Vault
from paloverde.errors import StoreCannotPromise


@pytest.fixture
def ledger(vault: Vault) -> Ledger:
    return Ledger(vault.store, vault.books, vault.signer, vault.lock_years)


def test_the_result_is_signed_and_kept_in_the_store(vault: Vault, ledger: Ledger, tmp_path: Path) -> None:
    found = examine(open_tamper(f"file://{tmp_path}/archive"), vault, ledger)
    assert signature_holds(found.public_key, found.probe.as_json(), found.signature)
    assert last_examination(vault, ledger) == found
    told = "\n".join(found.sentences())
    assert "It cannot promise:" in told
    assert "COMPLIANCE must not be set on this store." in told


def test_the_next_examination_finds_the_evidence_of_the_last(
    vault: Vault, ledger: Ledger, tmp_path: Path
) -> None:
    tamper = open_tamper(f"file://{tmp_path}/archive")
    first, second = examine(tamper, vault, ledger), examine(tamper, vault, ledger)
    assert first.probe.evidence is not None
    assert second.probe.evidence is not None
    assert second.probe.evidence.stored == first.probe.evidence.stored


def test_compliance_is_refused_where_nobody_examined_the_store(vault: Vault, ledger: Ledger) -> None:
    refuse_compliance_unless_proven(vault, ledger)
    strict = open_store(
        "s3://unexamined",
        endpoint="http://127.0.0.1:9",
        access_key="a",
        secret_key="b",
        mode=Grade.COMPLIANCE,
    )
    with pytest.raises(StoreCannotPromise, match="was never examined"):
        refuse_compliance_unless_proven(msgspec.structs.replace(vault, store=strict), ledger)


def test_a_long_ledger_is_not_read_at_every_opening(vault: Vault, ledger: Ledger, tmp_path: Path) -> None:
    found = examine(open_tamper(f"file://{tmp_path}/archive"), vault, ledger)
    lengthen(vault, 2_000, stored=False)
    ledger.append(Event("search made", "test", AT, {"question": f'"what":"{EXAMINED}"'}))
    begun = time.perf_counter()
    assert last_examination(vault, ledger) == found
    quick = time.perf_counter() - begun
    begun = time.perf_counter()
    ledger.entries()
    assert quick < (time.perf_counter() - begun) / 4


def test_an_examination_that_could_not_try_all_takes_no_verdict_back(vault: Vault, ledger: Ledger) -> None:
    strict = open_store(
        "s3://examined", endpoint="http://127.0.0.1:9", access_key="a", secret_key="b", mode=Grade.COMPLIANCE
    )
    strictly = msgspec.structs.replace(vault, store=strict)

    def examined(verdict: str) -> None:
        about = {"store": strict.description, "usable": verdict, "compliance_allowed": verdict}
        ledger.append(Event(EXAMINED, "doctor", AT, about))

    examined("not known")
    with pytest.raises(StoreCannotPromise, match="was never examined"):
        refuse_compliance_unless_proven(strictly, ledger)
    examined("True")
    examined("not known")
    refuse_compliance_unless_proven(strictly, ledger)
    examined("False")
    examined("not known")
    with pytest.raises(StoreCannotPromise, match="failed the examination"):
        refuse_compliance_unless_proven(strictly, ledger)
