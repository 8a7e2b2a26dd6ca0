"""A bundle is a bag: other programs read it, and its lists say what RFC 8493 asks for."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import bagit
import pytest

from archives import NIGHT, SIGNER, make_archive, medium, record
from paloverde.bundles.bag import About, encoded, info, manifest
from paloverde.bundles.build import build_bundle
from paloverde.bundles.program import program
from paloverde.bundles.verify import _listed
from paloverde.search.answer import search

PNG = b"\x89PNG\r\n\x1a\n pretend"


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle, unpacked as anybody would."""
    folder = tmp_path_factory.mktemp("bag")
    archive = make_archive(folder, [record("1", "x"), record("2", "y", media=[medium(PNG)])], media=[PNG])
    built = build_bundle(
        search(archive, "*"), archive, SIGNER,
        name="PRA-2026-0042", agency="City of\nSpringfield", now=NIGHT, out=folder / "b.zip",
    )  # fmt: skip
    with zipfile.ZipFile(built.path) as box:
        box.extractall(folder / "out")
    (base,) = (folder / "out").iterdir()
    return base


def test_a_program_for_bags_accepts_it(bag: Path) -> None:
    found = bagit.Bag(str(bag))
    found.validate()
    assert found.version_info == (1, 0)
    assert sorted(found.algorithms) == ["sha256", "sha512"]
    assert found.info["External-Identifier"] == "PRA-2026-0042" == bag.name
    assert found.info["Source-Organization"] == "City of Springfield"


def test_a_program_for_bags_refuses_it_once_a_byte_is_changed(bag: Path, tmp_path: Path) -> None:
    file = bag / "data/02_records/csv/records.csv"
    before = file.read_bytes()
    file.write_bytes(before[:-1] + b"?")
    try:
        with pytest.raises(bagit.BagValidationError):
            bagit.Bag(str(bag)).validate()
    finally:
        file.write_bytes(before)


def test_it_declares_itself_to_the_byte(bag: Path) -> None:
    assert (bag / "bagit.txt").read_bytes() == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def test_both_lists_name_every_file_and_the_sum_is_right(bag: Path) -> None:
    payload = sorted(file for file in (bag / "data").rglob("*") if file.is_file())
    names = [file.relative_to(bag).as_posix() for file in payload]
    for kind in ("sha256", "sha512"):
        lines = (bag / f"manifest-{kind}.txt").read_text().splitlines()
        assert [line.partition("  ")[2] for line in lines] == names
    size = sum(file.stat().st_size for file in payload)
    assert f"\nPayload-Oxum: {size}.{len(payload)}\n" in (bag / "bag-info.txt").read_text()


def test_it_fits_its_own_profile(bag: Path) -> None:
    profile = json.loads((bag / "bagit-profile.json").read_text())
    said = bagit.Bag(str(bag)).info
    assert said["BagIt-Profile-Identifier"] == profile["BagIt-Profile-Info"]["BagIt-Profile-Identifier"]
    assert [
        label for label, rule in profile["Bag-Info"].items() if rule["required"] and label not in said
    ] == []
    assert [name for name in profile["Tag-Files-Required"] if not (bag / name).is_file()] == []
    assert profile["Manifests-Required"] == ["sha256", "sha512"]
    assert not (bag / "fetch.txt").exists()


@pytest.mark.parametrize(
    "path", ["data/a b.txt", "data/50%.txt", "data/a\nb", "data/a\rb", "data/%0A", "data/é"]
)
def test_any_path_is_read_again_as_it_was_written(path: str) -> None:
    body = manifest([("a" * 64, path)])
    assert body.count(b"\n") == 1
    assert _listed(body, "manifest", 64) == {path: "a" * 64}


def test_a_manifest_writes_line_ends_and_percent_signs_escaped() -> None:
    assert encoded("a%b\r\nc") == "a%25b%0D%0Ac"


def test_no_label_can_be_slipped_in_by_a_name() -> None:
    about = About("City\nPayload-Oxum: 1.1", "x\r\ny", "d", "s", NIGHT)
    assert len(re.findall("^Payload-Oxum:", info(about, []).decode(), re.MULTILINE)) == 1


def test_the_program_inside_is_one_file_with_one_head_of_imports(bag: Path) -> None:
    text = (bag / "verify.py").read_bytes()
    assert text == program()
    assert text.count(b"from __future__") == 1
    assert b"paloverde" not in text.replace(b"Paloverde", b"")
