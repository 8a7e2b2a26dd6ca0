"""The doctor: the probe's result, signed and kept in the store that it speaks of."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from paloverde.archive.excess import excess, sentence
from paloverde.archive.layout import probe_key
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.probe import Probe, probe
from paloverde.archive.store.interface import Grade, Stored
from paloverde.archive.store.roles import Role
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
    beyond: tuple[str, ...] | None = None  # what the keys can do beyond the writer's work; not signed

    def sentences(self) -> list[str]:
        """What the store can and cannot promise, in plain words."""
        found = self.probe
        lines = [f"{found.store}, {found.grade.value}, examined {found.ended:%A, %B %-d, %Y %H:%M} UTC.", ""]
        lines += ["It can promise:", *(f"  - {line}" for line in found.promises)]
        if found.cannot_promise:
            lines += ["", "It cannot promise:", *(f"  - {line}" for line in found.cannot_promise)]
        if found.not_tried:
            lines += ["", "Not tried:", *(f"  - {line}" for line in found.not_tried)]
        if self.beyond is not None:
            lines += ["", sentence(self.beyond, Role.WRITER)]
        verdict, compliance = _KEPT[found.usable], _COMPLIANCE[found.compliance_allowed]
        return [*lines, "", f"{verdict} {compliance}"]


_KEPT = {
    True: "The archive may be kept here.",
    False: "The archive must not be kept here.",
    None: "Nothing that was tried speaks against keeping the archive here, and not all was tried.",
}
_COMPLIANCE = {
    True: "COMPLIANCE may be set on this store.",
    False: "COMPLIANCE must not be set on this store.",
    None: "Whether COMPLIANCE may be set on this store is not known from this examination.",
}
_NOT_KNOWN = "not known"


def examine(tamper: Tamper, vault: Vault, ledger: Ledger, others: Sequence[Tamper] = ()) -> Examination:
    """Probe the store, sign the result, keep it locked in the store and note it in the ledger.

    `others` are the same store under other keys, see `probe`.
    """
    last = last_examination(vault, ledger)
    found = probe(tamper, previous=last.probe.evidence if last else None, others=others)
    signed = Examination(found, vault.signer.public_key, vault.signer.sign(found.as_json()), _beyond(tamper))
    body = msgspec.json.encode(signed, order="sorted")
    sha256 = hashlib.sha256(body).hexdigest()
    now = vault.clock()
    key = probe_key(f"evidence/result-{now:%Y%m%dT%H%M%S}-{sha256}.json")
    stored = vault.store.put(key, body, locked_until=vault.locked_until(archive_day(now)), sha256=sha256)
    about = {
        "store": found.store,
        "usable": _said(found.usable),
        "compliance_allowed": _said(found.compliance_allowed),
        **{name: str(value) for name, value in msgspec.structs.asdict(stored).items()},
    }
    ledger.append(Event(EXAMINED, "doctor", now, about))
    return signed


def _beyond(tamper: Tamper) -> tuple[str, ...] | None:
    """Against the writer's work, whose keys the settings name; None for a directory, which has no keys."""
    return None if tamper.store.grade is Grade.APPLICATION else excess(tamper, Role.WRITER)


def _said(verdict: bool | None) -> str:
    return _NOT_KNOWN if verdict is None else str(verdict)


def last_examination(vault: Vault, ledger: Ledger) -> Examination | None:
    """The newest kept result for this store, None where it was never examined."""
    entry = ledger.newest(EXAMINED, lambda event: event.about["store"] == vault.store.description)
    if entry is None:
        return None
    about = entry.event.about
    stored = Stored(about["key"], about["version_id"], about["sha256"], int(about["size"]))
    return msgspec.json.decode(vault.store.get(stored), type=Examination)


def last_verdict(ledger: Ledger, store: str, verdict: str) -> Event | None:
    """The newest examination of this store that came to a `verdict` (usable, compliance_allowed).

    One with keys that could not try all that it needs came to none, and takes none back.
    """
    entry = ledger.newest(
        EXAMINED, lambda event: event.about["store"] == store and event.about[verdict] != _NOT_KNOWN
    )
    return entry.event if entry else None


def refuse_compliance_unless_proven(vault: Vault, ledger: Ledger) -> None:
    """COMPLIANCE cannot be undone: it is allowed only on a store that the doctor found to keep it."""
    if vault.store.grade is not Grade.COMPLIANCE:
        return
    last = last_verdict(ledger, vault.store.description, "compliance_allowed")
    if last is None or last.about["compliance_allowed"] != str(True):
        found = "was never examined" if last is None else "failed the examination"
        raise StoreCannotPromise(
            f"PALOVERDE_LOCK_MODE is COMPLIANCE, but {vault.store.description} {found}. "
            "Run `paloverde doctor`, mend what it names, or set GOVERNANCE."
        )
