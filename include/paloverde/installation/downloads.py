"""What the web service behind links asks of the archive: which bundle a link opens, and that it was taken.

A bundle is read from the store into a folder of the service's own and checked whole before one byte of it
leaves; the last few stay there while the service runs, so that a resumed download reads the store once.
"""

from __future__ import annotations

import hmac
import os
import threading
from pathlib import Path

from paloverde.archive.papers import Cabinet
from paloverde.archive.vault import Vault
from paloverde.errors import Suspicious, TryAgain
from paloverde.installation.outgoing import acts_of, bundle_of
from paloverde.requests.links import SERIES, Begun, Ended, Handing, LinkState, Offer, hash_of, state_of
from paloverde.settings import Settings

_ACTOR = "delivery service (whoever has the link)"  # as the ledger names who downloads
_TRIES = 8  # to count, where others count at the same moment
_KEPT = 4  # bundles in the service's folder


class Downloads:
    """Counts downloads; `folder` is the service's own, and empty at its start."""

    def __init__(self, settings: Settings, vault: Vault, cabinet: Cabinet, folder: Path) -> None:
        self._settings, self._vault, self._cabinet, self._folder = settings, vault, cabinet, folder
        self._reading = threading.Lock()

    @property
    def office(self) -> str:
        return self._settings.records_office or self._settings.agency_name

    def offer(self, secret: str) -> Offer | None:
        state = self._state(hash_of(secret))
        if state is None or not state.opens_or_resumes(self._vault.clock()):
            return None
        link = state.link
        return Offer(
            number=link.number,
            agency=self._settings.agency_name,
            office=self.office,
            file=link.bundle.name,
            size=link.size,
            sha256=link.bundle.sha256,
            until=link.expires_at,
            left=state.left,
        )

    def begin(self, secret: str, first: int, last: int) -> Handing | None:
        """Raises `TryAgain` where too many count at the same moment; nothing is counted then."""
        id_ = hash_of(secret)
        state = self._state(id_)
        if state is None or not state.download_of(first, last, self._vault.clock()):
            return None
        file = self._opened(state)
        try:
            part = self._count(id_, first, last)
        except BaseException:
            os.close(file)
            raise
        if part is None:
            os.close(file)
            return None
        return Handing(id_, part, first, last, file)

    def goes_on(self, handing: Handing) -> bool:
        state = self._state(handing.link)
        return state is not None and not state.is_shut(self._vault.clock())

    def ended(self, handing: Handing, sent: int) -> None:
        os.close(handing.file)
        act = Ended(part=handing.part, sent=sent, at=self._vault.clock())
        about = {"part": str(handing.part), "bytes": str(sent)}
        self._cabinet.file(SERIES, handing.link, act, what="download ended", actor=_ACTOR, about=about)

    def _count(self, id_: str, first: int, last: int) -> int | None:
        """File that a part begins, by a link that still opens it; the part's number."""
        for _ in range(_TRIES):
            state, now = self._state(id_), self._vault.clock()
            download = state.download_of(first, last, now) if state else 0
            if state is None or not download:
                return None
            act = Begun(part=state.parts + 1, download=download, first=first, last=last, at=now)
            about = {"request": state.link.number, "download": str(download), "bytes": f"{first}-{last}"}
            try:
                self._cabinet.file(
                    SERIES, id_, act, what="download begun", actor=_ACTOR, about=about, after=state.papers
                )
            except Suspicious:
                continue  # somebody else has counted meanwhile: look how the link stands now
            return act.part
        raise TryAgain("Too many downloads of one link begin at the same moment; nothing was sent.")

    def _state(self, id_: str) -> LinkState | None:
        """The link of that hash. How long looking up a hash takes tells nothing of a secret; what the paper
        says is compared once more, in constant time.
        """
        state = state_of(acts_of(self._cabinet, id_))
        is_same = state is not None and hmac.compare_digest(state.link.secret_sha256, id_)
        return state if is_same else None

    def _opened(self, state: LinkState) -> int:
        """The bundle, whole and checked, as an open file."""
        sha256 = state.link.bundle.sha256
        path = self._folder / sha256
        with self._reading:
            if not path.exists():
                stored = bundle_of(self._cabinet, state.link.number, sha256)
                beside = path.with_suffix(".part")
                beside.unlink(missing_ok=True)
                self._vault.store.fetch(stored, beside)
                beside.rename(path)
            os.utime(path)
            self._forget_old()
            return os.open(path, os.O_RDONLY)

    def _forget_old(self) -> None:
        files = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        for file in files[:-_KEPT]:
            file.unlink()  # whoever is sending it has it open and goes on
