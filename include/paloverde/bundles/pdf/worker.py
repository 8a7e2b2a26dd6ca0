"""PDF in a process of its own: `python -I worker.py FOLDER`, on Pillow, Typst and PDFium alone.

The folder holds `job.json`, `data.json` and the templates; the result is `out.pdf` in it. Where there is
`each.jsonl`, it is a PDF for each of its lines (`0.pdf` and so on), and how many pages each has
(`lengths.json`): counted here, since PDFium must not be called from two threads of a process. Where the job
is to count, it is the pages that are labelled `<start>` (`starts.json`). Pictures are drawn anew and small:
nothing that a file carries besides its pixels (place, camera, comments) comes into the PDF.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import typst
from PIL import Image, ImageOps

_SIDE = 480
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_QUALITY = 82
_BOMBS = (Image.DecompressionBombWarning, Image.DecompressionBombError)
_OWN = "more.json"  # what one of many documents has of its own
EACH = "each.jsonl"
REFUSED = 3  # exit code where Typst says why


def main(folder: Path) -> int:
    """Draw the pictures, then compile. A refusal of Typst is one sentence on stderr."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    job: dict[str, Any] = json.loads((folder / "job.json").read_bytes())
    sizes = {name: _drawn(Path(source), folder / name) for name, source in job["pictures"]}
    (folder / "pictures.json").write_text(json.dumps(sizes), encoding="utf-8")
    (folder / _OWN).write_text("{}", encoding="utf-8")
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=job["fonts"])
    compiler = typst.Compiler(folder / job["template"], folder, fonts, ignore_system_fonts=True)
    try:
        if job["counts"]:
            starts = compiler.query("<start>", field="value")
            (folder / "starts.json").write_text(starts, encoding="utf-8")
            return 0
        lengths = []
        for name in _asked(folder):
            compiler.compile(output=folder / name, pdf_standards=["ua-1"], timestamp=job["timestamp"])
            with closing(pdfium.PdfDocument(folder / name)) as pdf:
                lengths.append(len(pdf))
    except typst.TypstError as error:
        sys.stderr.write(str(error))
        return REFUSED
    (folder / "lengths.json").write_text(json.dumps(lengths), encoding="utf-8")
    return 0


def _asked(folder: Path) -> Iterator[str]:
    """The PDFs to be made; what is a document's own lies in `more.json` while it is made. As an input of the
    compiler it would have the whole library of Typst built again for each.
    """
    each = folder / EACH
    if not each.exists():
        yield "out.pdf"
        return
    with each.open("rb") as lines:
        for number, line in enumerate(lines):
            (folder / _OWN).write_bytes(line)
            yield f"{number}.pdf"


def _drawn(source: Path, target: Path) -> tuple[int, int] | None:
    """Width and height of the first frame, as it is to be seen; None where it cannot be drawn."""
    try:
        with Image.open(source, formats=_FORMATS) as opened:
            share = _SIDE / max(*opened.size, _SIDE)
            opened.draft("RGB", (int(opened.width * share), int(opened.height * share)))  # JPEG decodes small
            ImageOps.exif_transpose(opened, in_place=True)  # else it is copied, turned or not
            image: Image.Image = opened
            image.thumbnail((_SIDE, _SIDE))
            if image.has_transparency_data:
                image = image.convert("RGBA")
                paper = Image.new("RGBA", image.size, "white")
                image = Image.alpha_composite(paper, image)
            image = image.convert("RGB")
            image.info.clear()
            image.save(target, "JPEG", quality=_QUALITY)
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
    ):
        return None
    return image.size


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
