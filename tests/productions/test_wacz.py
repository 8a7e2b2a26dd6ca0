"""The web archive of a volume: whole by its own lists, each page where its index says."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from documents import HOSTILE, PRODUCTION, document, family, filed, hostile, volume
from loadfiles import member
from warcio.archiveiterator import ArchiveIterator

from paloverde.productions.document import Document, Treatment
from paloverde.productions.formats.wacz import Wacz


def native_of(one: Document) -> Iterable[bytes]:
    yield one.hit.payload_sha256.encode()


def written(folder: Path, documents: list[Document]) -> bytes:
    with volume(folder) as opened:
        wacz = Wacz(opened, PRODUCTION, native_of)
        for one in documents:
            wacz.add(filed(opened, one))
        wacz.close()
    return member(folder / "VOL001.zip", ".wacz")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wacz")
    return zipfile.ZipFile(io.BytesIO(written(folder, [*family(), *hostile(20)])))


def lines(archive: zipfile.ZipFile, name: str) -> list[bytes]:
    return archive.read(name).splitlines()


def test_every_file_is_as_the_package_lists_it(archive: zipfile.ZipFile) -> None:
    package = archive.read("datapackage.json")
    assert json.loads(archive.read("datapackage-digest.json")) == {
        "path": "datapackage.json",
        "hash": f"sha256:{hashlib.sha256(package).hexdigest()}",
    }
    listed = {one["path"]: one for one in json.loads(package)["resources"]}
    assert {*listed} == {*archive.namelist()} - {"datapackage.json", "datapackage-digest.json"}
    for path, one in listed.items():
        body = archive.read(path)
        assert (one["bytes"], one["hash"]) == (len(body), f"sha256:{hashlib.sha256(body).hexdigest()}")


def test_what_is_packed_already_is_stored(archive: zipfile.ZipFile) -> None:
    assert archive.getinfo("archive/data.warc.gz").compress_type == zipfile.ZIP_STORED


def test_every_page_is_read_by_its_index_line(archive: zipfile.ZipFile) -> None:
    warc = archive.read("archive/data.warc.gz")
    index = lines(archive, "indexes/index.cdxj")
    assert index == sorted(index)
    for line in index:
        _, when, told = line.decode().split(" ", 2)
        about = json.loads(told)
        piece = warc[int(about["offset"]) : int(about["offset"]) + int(about["length"])]
        record = next(ArchiveIterator(io.BytesIO(piece), check_digests="raise"))
        body = record.content_stream().read()
        assert record.rec_headers.get_header("WARC-Target-URI") == about["url"]
        assert record.rec_headers.get_header("WARC-Date").translate({ord(c): None for c in "-:TZ"}) == when
        assert about["digest"] == f"sha256:{hashlib.sha256(body).hexdigest()}"


def test_the_pages_list_every_document_with_its_words(archive: zipfile.ZipFile) -> None:
    head, *pages = map(json.loads, lines(archive, "pages/pages.jsonl"))
    assert head["format"] == "json-pages-1.0"
    told = {page["title"].partition(":")[0]: page["text"] for page in pages}
    assert [told[f"PDC{20 + at:07d}"] for at in range(len(HOSTILE))] == list(HOSTILE)
    found = {
        json.loads(line.decode().split(" ", 2)[2])["url"] for line in lines(archive, "indexes/index.cdxj")
    }
    assert {page["url"] for page in pages} <= found


def test_hostile_words_do_nothing_on_a_page(tmp_path: Path) -> None:
    wacz = zipfile.ZipFile(io.BytesIO(written(tmp_path, hostile())))
    records = ArchiveIterator(io.BytesIO(wacz.read("archive/data.warc.gz")))
    pages = [
        record.content_stream().read().decode()
        for record in records
        if "html" in (record.rec_headers.get_header("Content-Type") or "")
    ]
    assert len(pages) == len(HOSTILE) + 1
    assert not any(
        "<script" in page or ("http://evil" in page.replace('"http', "") and 'href="http' in page)
        for page in pages
    )


def test_what_is_withheld_is_not_there(tmp_path: Path) -> None:
    slip = document(1, None, treatment=Treatment.WITHHELD, privileges=("Attorney-client",))
    wacz = zipfile.ZipFile(io.BytesIO(written(tmp_path, [slip])))
    told = [json.loads(line) for line in lines(wacz, "pages/pages.jsonl")]
    assert told[1]["text"] == ""


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    one, two = (written(folder, family()) for folder in folders)
    assert one == two


def validated(target: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("wacz")
    return subprocess.run([program, "validate", "-f", target], capture_output=True, text=True, check=False)


def test_the_format_s_own_validator_finds_no_fault(tmp_path: Path) -> None:
    target = tmp_path / "volume.wacz"
    target.write_bytes(written(tmp_path, [*family(), *hostile(20)]))
    done = validated(target)
    assert "the passed WACZ is valid" in done.stdout, done.stdout + done.stderr


def test_the_validator_sees_a_page_too_many(tmp_path: Path) -> None:
    whole = zipfile.ZipFile(io.BytesIO(written(tmp_path, family())))
    target = tmp_path / "volume.wacz"
    with zipfile.ZipFile(target, "w") as changed:
        for name in whole.namelist():
            changed.writestr(name, whole.read(name) + (b"{}\n" if name.endswith(".jsonl") else b""))
    assert "the passed WACZ is valid" not in validated(target).stdout
