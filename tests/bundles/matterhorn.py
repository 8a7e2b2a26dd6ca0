"""What a program can see of PDF/UA-1 (ISO 14289-1), by the numbers of the Matterhorn Protocol 1.1.

A second opinion on the tags that Typst writes: it reads the finished file and shares nothing with the writer.
Checkpoints that need a person (is the order sensible, is this a heading?) are not here, and neither are those
on what no document of ours may have at all (forms, scripts, films): these are refused outright.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pikepdf
from embedded import of_fonts

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_NEVER = ("/AcroForm", "/OCProperties", "/AA", "/OpenAction", "/Collection", "/Threads")
_PDFUA = "{http://www.aiim.org/pdfua/ns/id/}part"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_GROUPS = "Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private"
_BLOCKS = "P H H1 H2 H3 H4 H5 H6 L LI Lbl LBody Table TR TH TD THead TBody TFoot"
_INLINE = "Span Quote Note Reference BibEntry Code Link Annot Ruby RB RT RP Warichu WT WP Figure Formula Form"
STANDARD = frozenset(f"{_GROUPS} {_BLOCKS} {_INLINE}".split())
_PARENTS = {
    "LI": {"L"},
    "LBody": {"LI"},
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
    "THead": {"Table"},
    "TBody": {"Table"},
    "TFoot": {"Table"},
}
_KIDS = {
    "L": {"LI", "L", "Caption"},
    "LI": {"Lbl", "LBody"},
    "Table": {"TR", "THead", "TBody", "TFoot", "Caption"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TFoot": {"TR"},
    "TR": {"TH", "TD"},
}
_TEXT = ("Tj", "TJ", "'", '"')
_PAINTS = {*_TEXT, "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do", "INLINE IMAGE"}
_ARTIFACT = -1  # in the place of a marked-content number


class Element(NamedTuple):
    """A structure element: what it is after the role map, and where it hangs."""

    name: str
    node: Any
    parent: str
    kids: tuple[str, ...]


class Shown(NamedTuple):
    """An operator that paints, the marks around it from the outermost in, and the font where it is text."""

    operator: str
    marks: tuple[int | None, ...]
    font: Any
    operands: Sequence[Any]


def findings(body: bytes) -> list[str]:
    """Everything in which a file falls short; nothing where it keeps all rules that are checked."""
    with pikepdf.open(io.BytesIO(body)) as pdf:
        if "/StructTreeRoot" not in pdf.Root:
            return ["01-006 the file has no structure tree"]
        elements = list(_elements(pdf))
        shown = [list(_shown(page.obj, page.get("/Resources", {}))) for page in pdf.pages]
        found = [*_of_document(pdf), *_of_roles(pdf), *_of_nesting(elements), *_of_headings(elements)]
        found += [*_of_tables(elements), *_of_alternatives(elements), *_of_pages(pdf, shown)]
        return [*found, *of_fonts([one for page in shown for one in page if one.operator in _TEXT])]


def kids_of(node: Any) -> list[Any]:
    """What hangs below an element."""
    kids = node.get("/K", [])
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def _is_element(kid: Any) -> bool:
    return isinstance(kid, pikepdf.Dictionary) and "/S" in kid


def _elements(pdf: pikepdf.Pdf) -> Iterator[Element]:
    roles = dict(pdf.Root.StructTreeRoot.get("/RoleMap", {}))

    def below(node: Any, parent: str) -> Iterator[Element]:
        for kid in filter(_is_element, kids_of(node)):
            name = _role(str(kid.S), roles)
            kids = tuple(_role(str(one.S), roles) for one in kids_of(kid) if _is_element(one))
            yield Element(name, kid, parent, kids)
            yield from below(kid, name)

    yield from below(pdf.Root.StructTreeRoot, "")


def _role(name: str, roles: dict[str, Any]) -> str:
    """The standard type behind a name; the name itself where there is none."""
    seen: set[str] = set()
    while name[1:] not in STANDARD and name in roles and name not in seen:
        seen.add(name)
        name = str(roles[name])
    return name[1:]


def _of_document(pdf: pikepdf.Pdf) -> Iterator[str]:
    root = pdf.Root
    if not root.get("/MarkInfo", {}).get("/Marked", False):
        yield "01-006 the file does not say that it is tagged"
    if root.get("/MarkInfo", {}).get("/Suspects", False):
        yield "01-007 its own tags are suspect"
    if "/Metadata" not in root:
        yield "06-001 there is no XMP metadata"
    else:
        xmp = ET.fromstring(root.Metadata.read_bytes())
        if [one.text for one in xmp.iter(_PDFUA)] != ["1"]:
            yield "06-002 the metadata does not name PDF/UA-1"
        if not any("".join(one.itertext()).strip() for one in xmp.iter(_TITLE)):
            yield "06-003 the metadata has no title"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "07-001 viewers are not told to show the title"
    if not _LANGUAGE.fullmatch(str(root.get("/Lang", ""))):
        yield "11-006 the document has no language"
    if pdf.is_encrypted:
        yield "26-001 the file is encrypted"
    yield from (f"{name} has no place in our documents" for name in _NEVER if name in root)


def _of_roles(pdf: pikepdf.Pdf) -> Iterator[str]:
    roles = dict(pdf.Root.StructTreeRoot.get("/RoleMap", {}))
    yield from (f"02-004 {name} is remapped" for name in roles if name[1:] in STANDARD)
    yield from (
        f"02-001 {name} leads to no standard type" for name in roles if _role(name, roles) not in STANDARD
    )


def _of_nesting(elements: Sequence[Element]) -> Iterator[str]:
    for one in elements:
        if one.name not in STANDARD:
            yield f"02-001 {one.name} is no standard type"
        if one.parent not in _PARENTS.get(one.name, {one.parent}):
            yield f"09-004 {one.name} in {one.parent or 'the root'}"
        yield from (
            f"09-004 {kid} in {one.name}" for kid in one.kids if kid not in _KIDS.get(one.name, {kid})
        )
        if "Caption" in one.kids[1:-1]:
            yield f"09-004 the caption of a {one.name} is neither first nor last"
        if "/Lang" in one.node and not _LANGUAGE.fullmatch(str(one.node.Lang)):
            yield f"11-001 the language of a {one.name} is {one.node.Lang}"
        for kid in filter(_is_element, kids_of(one.node)):
            if kid.get("/P", {}).get("/S") != one.node.S:
                yield f"01-006 a {kid.S} does not name its parent"


def _of_headings(elements: Sequence[Element]) -> Iterator[str]:
    levels = [int(one.name[1:]) for one in elements if re.fullmatch("H[1-6]", one.name)]
    if levels and levels[0] != 1:
        yield f"14-002 the first heading is H{levels[0]}"
    steps = pairwise(levels)
    yield from (f"14-003 H{level} after H{before}" for before, level in steps if level > before + 1)
    if levels and any(one.name == "H" for one in elements):
        yield "14-007 H and numbered headings in one document"


def _of_tables(elements: Sequence[Element]) -> Iterator[str]:
    for table in (one.node for one in elements if one.name == "Table"):
        rows = list(_rows(table))
        cells = [cell for row in rows for cell in row]
        names = {str(cell.ID) for cell in cells if str(cell.S) == "/TH" and "/ID" in cell}
        named = {str(one) for cell in cells for one in _attribute(cell, "/Headers") or ()}
        for cell in cells:
            headed = _attribute(cell, "/Scope") or str(cell.get("/ID", "")) in named
            if str(cell.S) == "/TH" and not headed:
                yield "15-003 a table header has no scope, and no cell names it"
        yield from (
            f"15-003 a cell names the header {name}, which is not there" for name in sorted(named - names)
        )
        widths = {sum(int(_attribute(cell, "/ColSpan") or 1) for cell in row) for row in rows}
        if len(widths) > 1 and not any(_attribute(cell, "/RowSpan") for cell in cells):
            yield f"15-005 rows of {sorted(widths)} cells in one table"


def _rows(table: Any) -> Iterator[list[Any]]:
    for kid in filter(_is_element, kids_of(table)):
        if str(kid.S) == "/TR":
            yield [cell for cell in kids_of(kid) if _is_element(cell)]
        elif str(kid.S) in ("/THead", "/TBody", "/TFoot"):
            yield from _rows(kid)


def _attribute(node: Any, name: str) -> Any:
    given = node.get("/A", [])
    for one in given if isinstance(given, pikepdf.Array) else [given]:
        if isinstance(one, pikepdf.Dictionary) and name in one:
            return one[name]
    return None


def _of_alternatives(elements: Sequence[Element]) -> Iterator[str]:
    for one in elements:
        described = str(one.node.get("/Alt", "")).strip() or str(one.node.get("/ActualText", "")).strip()
        if one.name in ("Figure", "Formula") and not described:
            yield f"{'13-004' if one.name == 'Figure' else '17-002'} a {one.name} has no description"
        if one.name == "Note" and "/ID" not in one.node:
            yield "19-003 a Note has no ID"


def _of_pages(pdf: pikepdf.Pdf, shown: Sequence[Sequence[Shown]]) -> Iterator[str]:
    """Every mark that is painted is an artifact or hangs in the tree, and the tree names nothing else."""
    hanging = _hanging(pdf)
    for number, (page, painted) in enumerate(zip(pdf.pages, shown, strict=True), 1):
        marks = [[mark for mark in one.marks if mark is not None] for one in painted]
        bare = Counter(one.operator for one, known in zip(painted, marks, strict=True) if not known)
        yield from (f"01-005 page {number}: {count} {name} without a tag" for name, count in bare.items())
        if any(_ARTIFACT in known and len({*known}) > 1 for known in marks):
            yield f"01-003 page {number}: an artifact and tagged content lie in each other"
        here = {mark for known in marks for mark in known if mark != _ARTIFACT}
        there = hanging.get(page.obj.objgen, Counter())
        yield from (f"01-005 page {number}: mark {mark} hangs nowhere" for mark in sorted(here - {*there}))
        yield from (f"30-002 page {number}: mark {mark} hangs twice" for mark, n in there.items() if n > 1)
        if "/Annots" in page and str(page.get("/Tabs", "")) != "/S":
            yield f"28-008 page {number}: with annotations, and not in the order of the structure"
        if "/Annots" in page and any("/StructParent" not in one for one in page.Annots):
            yield f"28-002 page {number}: an annotation is not tagged"


def _hanging(pdf: pikepdf.Pdf) -> dict[tuple[int, int], Counter[int]]:
    """The marks that elements hold, by page."""
    found: dict[tuple[int, int], Counter[int]] = {}

    def look(node: Any, page: Any) -> None:
        page = node.get("/Pg", page)
        for kid in kids_of(node):
            if _is_element(kid):
                look(kid, page)
            elif isinstance(kid, pikepdf.Dictionary) and "/MCID" in kid:
                found.setdefault(kid.get("/Pg", page).objgen, Counter())[int(kid.MCID)] += 1
            elif not isinstance(kid, pikepdf.Dictionary):
                found.setdefault(page.objgen, Counter())[int(kid)] += 1

    look(pdf.Root.StructTreeRoot, None)
    return found


def _shown(stream: Any, resources: Any, outside: tuple[int | None, ...] = ()) -> Iterator[Shown]:
    """All that a page paints, what its forms paint among it."""
    marks, font = list(outside), None
    for operands, operator in pikepdf.parse_content_stream(stream):
        name = str(operator)
        if name in ("BMC", "BDC"):
            marks.append(_mark(operands, resources))
        elif name == "EMC":
            marks.pop()
        elif name == "Tf":
            font = resources["/Font"][str(operands[0])]
        elif name in _PAINTS:
            form = resources["/XObject"][str(operands[0])] if name == "Do" else None
            if form is not None and str(form.Subtype) == "/Form":
                yield from _shown(form, form.get("/Resources", resources), tuple(marks))
            else:
                yield Shown(name, tuple(marks), font, list(operands))


def _mark(operands: Sequence[Any], resources: Any) -> int | None:
    """The number of a mark; None where it only says something of what is in it."""
    if str(operands[0]) == "/Artifact":
        return _ARTIFACT
    given = operands[1] if len(operands) > 1 else {}
    if isinstance(given, pikepdf.Name):
        given = resources["/Properties"][str(given)]
    return int(given["/MCID"]) if "/MCID" in given else None
