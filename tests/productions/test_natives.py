"""The native of a document is what the site sent or the file itself; what may not go is not there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from plans import plan_of, png

from archives import make_archive, medium, record
from paloverde.archive.reader import Archive
from paloverde.bundles.leak_finder import Needle
from paloverde.bundles.leaks import Search
from paloverde.errors import ArchiveDamaged
from paloverde.productions.document import Document
from paloverde.productions.looking import records_of
from paloverde.productions.natives import Exact, Natives
from paloverde.productions.numbering import numbered
from paloverde.records import Provenance

SECRET = "Quillon Verstappeling"


@contextmanager
def exact_of(archive: Archive, folder: Path, *needles: str) -> Iterator[Exact]:
    plan = plan_of(archive)
    exact = Exact(folder / "exact")
    search = Search([Needle("other", text) for text in needles])
    exact.fill(archive, records_of(plan), plan.accounts, search)
    yield exact
    exact.close()


def documents_of(archive: Archive) -> list[Document]:
    plan = plan_of(archive)
    families = numbered(plan.families(), plan.facts, plan.bates, lambda *_: 1, 1)
    return [document for family in families for document in family]


def test_a_record_is_what_the_site_sent_byte_for_byte(tmp_path: Path) -> None:
    raw = b'{ "id" : "1",\n "message":"caf\\u00e9  " }'
    archive = make_archive(tmp_path, [record("1", "caf\u00e9", raw=raw), record("2", "b")])
    with exact_of(archive, tmp_path) as exact:
        natives = Natives(archive, exact, tmp_path / "files")
        found = {one.hit.native_id: natives.take(one) for one in documents_of(archive)}
        assert {name: one.body for name, one in found.items() if one} == {
            "1": raw,
            "2": json.dumps({"id": "2", "message": "b"}).encode(),
        }
        assert {one.ending for one in found.values() if one} == {"json"}


def test_many_records_are_each_their_own(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, [record(str(number), f"words {number}") for number in range(700)])
    with exact_of(archive, tmp_path) as exact:
        natives = Natives(archive, exact, tmp_path / "files")
        for one in reversed(documents_of(archive)):
            body = b"".join(natives.read(one))
            assert json.loads(body) == {"id": one.hit.native_id, "message": one.hit.text}


def test_what_holds_words_that_are_kept_back_elsewhere_has_none(tmp_path: Path) -> None:
    rows = [record("1", "a", raw=json.dumps({"id": "1", "to": SECRET}).encode()), record("2", "b")]
    archive = make_archive(tmp_path, rows)
    with exact_of(archive, tmp_path, SECRET) as exact:
        natives = Natives(archive, exact, tmp_path / "files")
        found = {one.hit.native_id: one for one in documents_of(archive)}
        assert natives.take(found["1"]) is None
        assert natives.take(found["2"]) is not None
        given = exact.given(found["1"].record)
        assert (given.hit.payload_sha256, given.hit.exchange_key) == ("", None)
        assert exact.given(found["2"].record) is found["2"].record


def test_a_forwarded_message_stays_mail(tmp_path: Path) -> None:
    raw = b"From: a@example.org\r\nSubject: park\r\n\r\nwords\r\n"
    archive = make_archive(tmp_path, [record("1", "words", raw=raw, provenance=Provenance.FORWARDED.value)])
    with exact_of(archive, tmp_path) as exact:
        native = Natives(archive, exact, tmp_path / "files").take(documents_of(archive)[0])
        assert native is not None
        assert (native.body, native.ending, native.size) == (raw, "eml", len(raw))


def test_a_file_is_there_until_all_who_took_it_dropped_it(tmp_path: Path) -> None:
    rows = [record(str(number), "look", media=[medium(png())]) for number in (1, 2)]
    archive = make_archive(tmp_path, rows, media=[png()])
    with exact_of(archive, tmp_path) as exact:
        natives = Natives(archive, exact, tmp_path / "files")
        first, second = (one for one in documents_of(archive) if one.file is not None)
        taken = natives.take(first)
        assert taken is not None
        assert natives.take(second) == taken
        assert isinstance(taken.body, Path)
        assert (taken.ending, taken.body.read_bytes()) == ("png", png())
        natives.drop([first])
        assert taken.body.exists()
        natives.drop([second])
        assert not taken.body.exists()
        assert b"".join(natives.read(second)) == png()


def test_a_painted_picture_that_was_changed_is_refused(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, [record("1", "look", media=[medium(png())])], media=[png()])
    painted = tmp_path / "painted.png"
    painted.write_bytes(png("black"))
    digest = hashlib.sha256(painted.read_bytes()).hexdigest()
    with exact_of(archive, tmp_path) as exact:
        natives = Natives(archive, exact, tmp_path / "files", {digest: painted})
        (one,) = (one for one in documents_of(archive) if one.file is not None)
        assert one.file is not None
        shown = msgspec.structs.replace(one, file=msgspec.structs.replace(one.file, sha256=digest))
        assert b"".join(natives.read(shown)) == painted.read_bytes()
        painted.write_bytes(png("white"))
        with pytest.raises(ArchiveDamaged, match="is another than was made"):
            natives.take(shown)


def test_a_file_that_is_not_kept_is_said(tmp_path: Path) -> None:
    archive = make_archive(tmp_path, [record("1", "look", media=[medium(b"never stored")])])
    with exact_of(archive, tmp_path) as exact:
        (one,) = (one for one in documents_of(archive) if one.file is not None)
        with pytest.raises(ArchiveDamaged, match="No sealed run holds the media file"):
            Natives(archive, exact, tmp_path / "files").take(one)
