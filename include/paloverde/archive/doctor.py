"""The doctor: the probe's result, signed and kept in the store that it speaks of."""

from __future__ import annotations

import hashlib

import msgspec

from paloverde.archive.layout import probe_key
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.probe import Probe, probe
from paloverde.archive.store.interface import Grade, Stored
from paloverde.archive.store.tamper import Tamper
from paloverde.archive.vault import Vault
from paloverde.errors import StoreCannotPromise
from paloverde.records import archive_day

EXAMINED = "store examined"


class Examination(msgspec.Struct, frozen=True):
    """A probe with the City's signature over `probe.as_json()`."""

    probe: Probe
    public_key: str
    signature: str

    def sentences(self) -> list[str]:
        """What the store can and cannot promise, in plain words."""
        found = self.probe
        lines = [f"{found.store}, {found.grade.value}, examined {found.ended:%A %d %B %Y %H:%M} UTC.", ""]
        lines += ["It can promise:", *(f"  - {line}" for line in found.promises)]
        if found.cannot_promise:
            lines += ["", "It cannot promise:", *(f"  - {line}" for line in found.cannot_promise)]
        verdict = "may" if found.usable else "must not"
        compliance = "may" if found.compliance_allowed else "must not"
        lines += ["", f"The archive {verdict} be kept here. COMPLIANCE {compliance} be set on this store."]
        return lines


def examine(tamper: Tamper, vault: Vault, ledger: Ledger) -> Examination:
    """Probe the store, sign the result, keep it locked in the store and note it in the ledger."""
    last = last_examination(vault, ledger)
    found = probe(tamper, previous=last.probe.evidence if last else None)
    signed = Examination(found, vault.signer.public_key, vault.signer.sign(found.as_json()))
    body = msgspec.json.encode(signed, order="sorted")
    sha256 = hashlib.sha256(body).hexdigest()
    now = vault.clock()
    key = probe_key(f"evidence/result-{now:%Y%m%dT%H%M%S}-{sha256}.json")
    stored = vault.store.put(key, body, locked_until=vault.locked_until(archive_day(now)), sha256=sha256)
    about = {
        "store": found.store,
        "usable": str(found.usable),
        "compliance_allowed": str(found.compliance_allowed),
        **{name: str(value) for name, value in msgspec.structs.asdict(stored).items()},
    }
    ledger.append(Event(EXAMINED, "doctor", now, about))
    return signed


def last_examination(vault: Vault, ledger: Ledger) -> Examination | None:
    """The newest kept result for this store, None where it was never examined."""
    entry = ledger.newest(EXAMINED, lambda event: event.about["store"] == vault.store.description)
    if entry is None:
        return None
    about = entry.event.about
    stored = Stored(about["key"], about["version_id"], about["sha256"], int(about["size"]))
    return msgspec.json.decode(vault.store.get(stored), type=Examination)


def refuse_compliance_unless_proven(vault: Vault, ledger: Ledger) -> None:
    """COMPLIANCE cannot be undone: it is allowed only on a store that the doctor found to keep it."""
    if vault.store.grade is not Grade.COMPLIANCE:
        return
    last = last_examination(vault, ledger)
    if last is None or not last.probe.compliance_allowed:
        found = "was never examined" if last is None else "failed the examination"
        raise StoreCannotPromise(
            f"PALOVERDE_LOCK_MODE is COMPLIANCE, but {vault.store.description} {found}. "
            "Run `paloverde doctor`, mend what it names, or set GOVERNANCE."
        )
