"""Nothing that is kept back passes, however deep a form packs it."""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from documents import NOON
from plans import plan_of

from archives import make_archive, record
from paloverde.errors import Suspicious
from paloverde.productions.formats.rsmf_message import Head, Person, message
from paloverde.productions.looking import Looking
from paloverde.productions.numbering import numbered
from paloverde.productions.volume import FILES

SECRET = "Quillon Verstappeling"
FILL = b"nothing to see here \n" * 500_000  # beyond one piece


@pytest.fixture
def looking(tmp_path: Path) -> Looking:
    plan = plan_of(make_archive(tmp_path, [record("1", "A post")]))
    with_words = [
        [
            msgspec.structs.replace(item, record=msgspec.structs.replace(item.record, needles=(SECRET,)))
            for item in family
        ]
        for family in plan.families()
    ]
    changed = msgspec.structs.replace(plan, families=lambda: iter(with_words))
    found = Looking(changed)
    for family in numbered(changed.families(), changed.facts, changed.bates, lambda *_: 1, 1):
        for document in family:
            found.begun(document)
    return found


def ended(looking: Looking) -> None:
    looking.look("VOL001", FILES, io.BytesIO(b"[]"))


def warc(*records: tuple[str, bytes]) -> bytes:
    return b"".join(
        gzip.compress(f"WARC/1.1\r\nContent-Type: {kind}\r\n\r\n".encode() + body + b"\r\n\r\n")
        for kind, body in records
    )


def wacz(words: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("pages/pages.jsonl", b"{}\n")
        pages = (("text/html", b"a page"), ("image/jpeg", FILL[:9_000]), ("text/html", FILL[:70_000] + words))
        zipped.writestr("archive/data.warc.gz", warc(*pages))
    return file.getvalue()


def wacz_list(words: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("pages/pages.jsonl", FILL + words)
    return file.getvalue()


def rsmf(words: bytes, *, in_text: bool = False) -> bytes:
    person = Person("1", "Rosa")
    head = Head("a thread", person, (person,), NOON, {"X-RSMF-Version": "2.0.0"})
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "rsmf.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
            zipped.writestr("rsmf_manifest.json", b"{}" if in_text else FILL + words)
        return b"".join(message(head, words.decode() if in_text else "hello", target))


def parquet(words: bytes) -> bytes:
    file = io.BytesIO()
    texts = [f"row {number}" for number in range(3_000)] + [words.decode()]
    pq.write_table(pa.table({"BODYTEXT": texts}), file, compression="zstd")
    return file.getvalue()


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "DATA/VOL001.dat": lambda words: FILL + words,
    "DATA/VOL001.xml": lambda words: b"<a>" + FILL + words + b"</a>",
    "DATA/VOL001.csv": lambda words: words + FILL,
    "DATA/VOL001.parquet": parquet,
    "WACZ/VOL001.wacz": wacz,
    "WACZ/VOL002.wacz": wacz_list,
    "RSMF/PDC0000001.rsmf": rsmf,
    "RSMF/PDC0000002.rsmf": lambda words: rsmf(words, in_text=True),
    "TEXT/0001/PDC0000009.txt": lambda words: b"head\n\n" + words,
    "NATIVES/0001/PDC0000009.json": lambda words: b'{"a": "' + words + b'"}',
    "NATIVES/0001/PDC0000009.bin": gzip.compress,
}


@pytest.mark.parametrize("path", FORMS)
def test_kept_back_words_are_found_wherever_they_are_packed(looking: Looking, path: str) -> None:
    looking.look("VOL001", path, io.BytesIO(FORMS[path](SECRET.encode())))
    with pytest.raises(Suspicious, match=f"VOL001/{path}"):
        ended(looking)


@pytest.mark.parametrize("path", FORMS)
def test_what_holds_none_of_them_passes(looking: Looking, path: str) -> None:
    looking.look("VOL001", path, io.BytesIO(FORMS[path](b"Somebody Else Entirely")))
    ended(looking)


def test_words_at_the_border_of_two_pieces_are_found(looking: Looking) -> None:
    border = 8 << 20
    for before in (border - 5, border - len(SECRET), border + 3):
        body = (FILL[:before] + b" " + SECRET.encode() + b" " + FILL)[: border + 100_000]
        looking.look("VOL001", "DATA/VOL001.csv", io.BytesIO(body))
        with pytest.raises(Suspicious):
            ended(looking)
        looking.search.leaks.clear()


def test_pages_are_known_by_what_they_were_set_from(looking: Looking, tmp_path: Path) -> None:
    looking.look("VOL001", "IMAGES/0001/PDC0000001.pdf", io.BytesIO(b"%PDF-1.7"))
    ended(looking)
    plan = plan_of(make_archive(tmp_path / "other", [record("1", f"Thanks, {SECRET}")]))
    (family,) = numbered(plan.families(), plan.facts, plan.bates, lambda *_: 1, 1)
    looking.begun(family[0])
    looking.look("VOL001", "IMAGES/0001/PDC0000001.pdf", io.BytesIO(b"%PDF-1.7"))
    with pytest.raises(Suspicious, match=r"VOL001/IMAGES/0001/PDC0000001\.pdf"):
        ended(looking)
