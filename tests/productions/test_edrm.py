"""The interchange file is well-formed XML that says the same, whatever words it holds."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from documents import HOSTILE, PRODUCTION, document, family, filed, hostile, volume
from loadfiles import file_at, member

from paloverde.productions.document import Document
from paloverde.productions.fields import FIELDS
from paloverde.productions.formats.edrm import Edrm


def loaded(folder: Path, documents: list[Document]) -> tuple[ET.Element, Edrm]:
    with volume(folder) as opened:
        edrm = Edrm(opened, PRODUCTION)
        for one in documents:
            edrm.add(filed(opened, one))
        edrm.close()
    return ET.fromstring(member(folder / "VOL001.zip", ".xml")), edrm


def tags(one: ET.Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in one.iter("Tag"):
        found.setdefault(tag.attrib["TagName"], []).append(tag.attrib["TagValue"])
    return found


def as_xml_holds(text: str) -> str:
    return "".join("\ufffd" if char < " " and char not in "\t\n\r" else char for char in text)


def test_every_word_comes_back_but_for_what_xml_cannot_hold(tmp_path: Path) -> None:
    root, edrm = loaded(tmp_path, hostile())
    told = [tags(one).get("BODYTEXT", [""])[0] for one in root.iter("Document")]
    assert told == [as_xml_holds(text) for text in HOSTILE]
    lost = sum(as_xml_holds(text).count("\ufffd") for text in HOSTILE)
    assert edrm.replaced == 3 * lost  # as words, as poster and as a demand


def test_documents_name_their_files_with_their_hashes(tmp_path: Path) -> None:
    root, _ = loaded(tmp_path, family())
    for one in root.iter("Document"):
        native, text = one.iter("ExternalFile")
        for file in (native, text):
            body = file_at(tmp_path / "VOL001.zip", f"{file.attrib['FilePath']}\\{file.attrib['FileName']}")
            assert str(len(body)) == file.attrib["FileSize"]
        assert native.attrib["FileName"] == f"{one.attrib['DocID']}.json"
        assert native.attrib["Hash"] == tags(one)["MD5HASH"][0]


def test_a_family_is_told_by_relationships(tmp_path: Path) -> None:
    root, _ = loaded(tmp_path, family())
    related = [one.attrib for one in root.iter("Relationship")]
    assert [one["ChildDocID"] for one in related] == [f"PDC000000{page}" for page in range(2, 6)]
    assert {one["ParentDocID"] for one in related} == {"PDC0000001"}
    assert [one["Type"] for one in related] == ["Attachment", *["Container"] * 3]


def test_every_tag_is_a_field_that_the_file_declares(tmp_path: Path) -> None:
    root, _ = loaded(tmp_path, family())
    declared = {field.attrib["Key"]: field.attrib["DataType"] for field in root.iter("Field")}
    assert len(declared) == len(FIELDS)
    for tag in root.iter("Tag"):
        assert declared[tag.attrib["TagName"]] == tag.attrib["TagDataType"]


def test_what_is_not_known_has_no_tag(tmp_path: Path) -> None:
    root, _ = loaded(tmp_path, [document(poster_name=None)])
    assert "#From" not in tags(next(root.iter("Document")))


def test_a_custodian_is_a_location(tmp_path: Path) -> None:
    root, _ = loaded(tmp_path, [document(custodians=("Ana <Ruiz> & Sons",))])
    assert [one.text for one in root.iter("Custodian")] == ["Ana <Ruiz> & Sons"]
