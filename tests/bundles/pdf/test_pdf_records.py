"""Records as volumes: complete, tagged, searchable, with what was redacted nowhere in them."""

from __future__ import annotations

import io
import os
import random
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from opened import flat, names, tags, text
from PIL import Image

from paloverde.bundles.pdf import Cover, Picture, Printed, Redacted, records_pdf, worker
from paloverde.bundles.pdf.fonts import fonts
from paloverde.errors import BadSetting, PersonNeeded

NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
COVER = Cover("Records for request PRA-2026-0042", "City of Testville", NOW, "All responsive records.")


def _record(number: int = 1, **more: object) -> Printed:
    given = {
        "control_number": f"PRA-2026-0042-{number:06d}",
        "account": "facebook-testville (facebook)",
        "kind": "comment",
        "posted_at": datetime(2026, 1, 5, 17, 15, tzinfo=UTC) + timedelta(hours=number),
        "poster": "Robin Example (robin, id 1001)",
        "text": f"Comment number {number} about the park",
    }
    return Printed(**(given | more))  # type: ignore[arg-type]


def _one(tmp_path: Path, *records: Printed, by_name: bool = False) -> bytes:
    (file,) = records_pdf(records, COVER, tmp_path / "pdf", by_name=by_name)
    return file.read_bytes()


def _photo(file: Path, size: tuple[int, int] = (1200, 800), **more: object) -> str:
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, **more)  # type: ignore[arg-type]
    return str(file)


def test_a_record_says_all_that_is_known_of_it(tmp_path: Path) -> None:
    record = _record(
        remarks=("Found removed; it happened at that time or before.",),
        version="Version 2 of 3 of this item. Changed: the text.",
        permalink="https://www.facebook.com/testville/posts/1?comment_id=7",
        facts=(("Identifier on the site", "1_7"),),
    )
    found = flat(text(_one(tmp_path, record)))
    for part in (
        "PRA-2026-0042-000001: comment",
        "facebook-testville (facebook)",
        "Monday, January 5, 2026, 10:15 AM Pacific (2026-01-05 18:15:00 UTC)",
        "Robin Example (robin, id 1001)",
        "Found removed; it happened at that time or before.",
        "Comment number 1 about the park",
        "Version 2 of 3 of this item. Changed: the text.",
        "https://www.facebook.com/testville/posts/1?comment_id=7",
        "1_7",
        "Made November 23, 2026, 10:30 AM Pacific",
        "Page 1 of 1",
    ):
        assert flat(part) in found


def test_a_record_without_date_or_text_says_so(tmp_path: Path) -> None:
    found = text(_one(tmp_path, _record(posted_at=None, text="")))
    assert "without a posting date" in found
    assert "(no text)" in found


def test_each_record_is_a_heading_and_its_language_is_named(tmp_path: Path) -> None:
    pdf = _one(
        tmp_path,
        _record(1, text="Hola", language="es-MX"),
        _record(2, text="שלום\n\nhello", language="iw"),
        _record(3, language="und"),
        _record(4, language="<x>"),
    )
    found = names(pdf)
    assert found.count("H1") == 1
    assert found.count("H2") == 4
    languages = {tag.language for tag in tags(pdf)}
    assert "es" in languages
    assert not {"und", "<x>"} & languages
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert "<pdfuaid:part>1</pdfuaid:part>" in opened.Root.Metadata.read_bytes().decode()
        assert not any("/Annots" in page for page in opened.pages)


def test_a_redaction_reads_as_text_where_it_stands(tmp_path: Path) -> None:
    gone = Redacted(("EX-PRIV",))
    record = _record(
        text=("My number is ", gone, ", call me.\n\nThanks"),
        poster=("Robin ", Redacted(("EX-CATCH", "EX-PRIV"))),
        pictures=(Picture("media/a.jpg", _photo(tmp_path / "a.jpg"), ("A house at ", gone), "JPEG"),),
        permalink=(gone,),
    )
    pdf = _one(tmp_path, record)
    found = text(pdf)
    assert flat("My number is [redacted: EX-PRIV], call me.") in flat(found)
    assert flat("Robin [redacted: EX-CATCH, EX-PRIV]") in flat(found)
    (figure,) = (tag for tag in tags(pdf) if tag.name == "Figure")
    assert figure.alt == "Picture 1: A house at [redacted: EX-PRIV]"


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "webp"])
def test_pictures_are_drawn_anew_and_small(tmp_path: Path, kind: str) -> None:
    """What else a file carries (place, camera, comments) is not in the PDF."""
    file = tmp_path / f"a.{kind}"
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE-OF-THE-PHOTO"
    more = {"comment": b"SECRET-PLACE-OF-THE-PHOTO"} if kind == "gif" else {"exif": exif}
    _photo(file, **more)
    assert b"SECRET-PLACE" in file.read_bytes()
    pdf = _one(tmp_path, _record(pictures=(Picture(f"media/a.{kind}", str(file), "A tree", "picture"),)))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        streams = [one for one in opened.objects if isinstance(one, pikepdf.Stream)]
        images = [one for one in streams if one.get("/Subtype") == "/Image"]
        assert [(int(one.Width), int(one.Height)) for one in images] == [(480, 320)]
        assert not any(b"SECRET-PLACE" in one.read_raw_bytes() for one in streams)
    assert names(pdf).count("Figure") == 1


def test_a_picture_that_cannot_be_drawn_is_said_to_be_so(tmp_path: Path) -> None:
    header = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR"
    body = (60_000).to_bytes(4, "big") * 2 + b"\x08\x06\x00\x00\x00"
    bomb = header + body + zlib.crc32(b"IHDR" + body).to_bytes(4, "big")
    for name, content in (("bomb.png", bomb), ("none.jpg", b""), ("page.svg", b"<svg onload='x'/>")):
        (tmp_path / name).write_bytes(content)
    pictures = tuple(
        Picture(f"media/{name}", str(tmp_path / name)) for name in ("bomb.png", "none.jpg", "page.svg")
    )
    pdf = _one(tmp_path, _record(pictures=(*pictures, Picture("media/v.mp4", "", "", "A video."))))
    found = text(pdf)
    assert found.count("could not be drawn as a picture here") == 3
    assert flat("4. media/v.mp4. A video. Description: none was given.") in flat(found)
    assert "Figure" not in names(pdf)


def test_turned_and_transparent_pictures_are_shown_as_they_are_seen(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = _photo(tmp_path / "turned.jpg", exif=exif)
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    pdf = _one(tmp_path, _record(pictures=(Picture("t", turned), Picture("c", str(tmp_path / "clear.png")))))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        images = [pikepdf.PdfImage(one) for page in opened.pages for one in page.get_images().values()]
        sizes = {(image.width, image.height) for image in images}
        (clear,) = (image for image in images if image.width == 10)
        assert sizes == {(320, 480), (10, 10)}
        assert clear.as_pil_image().convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_many_records_make_volumes_and_none_is_missing(tmp_path: Path) -> None:
    told: list[int] = []
    records = [_record(number) for number in range(1, 151)]
    made = records_pdf(records, COVER, tmp_path / "pdf", told.append, per_volume=40)
    assert [file.name for file in made] == [f"volume-{number:05d}.pdf" for number in range(1, 5)]
    assert told == [40, 80, 120, 150]
    found = "\n".join(text(file) for file in made)
    assert all(found.count(f"Comment number {number} about") == 1 for number in range(1, 151))
    assert "PRA-2026-0042-000041 to PRA-2026-0042-000080" in text(made[1])


def test_no_records_make_no_volume(tmp_path: Path) -> None:
    assert records_pdf([], COVER, tmp_path / "pdf") == []


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    picture = Picture("media/a.jpg", _photo(tmp_path / "a.jpg"), "A tree 🌳")
    records = [_record(number, text="مرحبا 👩‍⚕️ 公園", pictures=(picture,)) for number in range(30)]
    first = records_pdf(records, COVER, tmp_path / "first")
    fonts.cache_clear()  # the fonts lie in another folder then
    second = records_pdf(records, COVER, tmp_path / "second")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_a_missing_font_is_found_before_anything_is_made(tmp_path: Path) -> None:
    records = [_record(1), _record(2, poster="ᎣᏏᏲ")]
    with pytest.raises(BadSetting, match="CHEROKEE LETTER O in record PRA-2026-0042-000002"):
        records_pdf(records, COVER, tmp_path / "pdf")
    assert not (tmp_path / "pdf").exists()
    assert "[U+13A3 CHEROKEE LETTER O]" in text(_one(tmp_path, *records, by_name=True))


def test_a_volume_that_fails_is_named_and_none_is_left(tmp_path: Path) -> None:
    records = [_record(number) for number in range(1, 6)]
    with pytest.raises(PersonNeeded, match=r"Volume 2 .*000003 to .*000004\) could not be made.*signal 9"):
        records_pdf(records, COVER, tmp_path / "pdf", per_volume=2, worker=_dying(tmp_path))
    assert list((tmp_path / "pdf").iterdir()) == []


def _dying(folder: Path) -> Path:
    """The worker, except that it is killed where its volume holds record 3."""
    file = folder / "worker.py"
    killed = (
        "import os, signal\n"
        "if '000003' in (Path(sys.argv[1]) / 'data.json').read_text(): os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    source = Path(worker.__file__).read_text(encoding="utf-8")
    file.write_text(source.replace('if __name__ == "__main__":', killed + 'if __name__ == "__main__":'))
    return file


def test_a_folder_with_volumes_is_left_alone(tmp_path: Path) -> None:
    _one(tmp_path, _record())
    with pytest.raises(BadSetting, match="holds volumes already"):
        records_pdf([_record()], COVER, tmp_path / "pdf")
    assert len(list((tmp_path / "pdf").iterdir())) == 1


def test_a_megabyte_of_text_is_printed_whole(tmp_path: Path) -> None:
    line = "All of this was said at the meeting of the council, word for word. "
    pdf = _one(tmp_path, _record(text=line * 15_000))
    assert flat(text(pdf)).count(flat(line)) > 14_000  # the rest is cut by the ends of pages
    assert len(pdf) < 5_000_000


def test_nothing_of_the_surroundings_reaches_the_process_that_sets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALOVERDE_S3_SECRET_KEY", "do-not-tell")
    spy = tmp_path / "spy.py"
    spy.write_text("import os, sys\nsys.stderr.write(' '.join(sorted(os.environ)))\nsys.exit(1)\n")
    with pytest.raises(PersonNeeded) as failed:
        records_pdf([_record()], COVER, tmp_path / "pdf", worker=spy)
    assert "PALOVERDE" not in str(failed.value)
    assert "PATH" in str(failed.value) or "PATH" not in os.environ


def test_whatever_is_written_can_be_set(tmp_path: Path) -> None:
    """Marks without letters, joiners and selectors anywhere: Typst refuses what has no glyph, and must not."""
    chance = random.Random(7)
    shown = [chr(code) for family in fonts().families for code in sorted(family.characters)]
    odd = [
        "\u200d",
        "\ufe0f",
        "\u20e3",
        "\U0001f3fd",
        "\U0001f1fa",
        "\u05c2",
        "\u065f",
        "\u0941",
        "\n",
        "\u034f",
    ]
    texts = ["".join(chance.choice(chance.choice((shown, odd))) for _ in range(60)) for _ in range(150)]
    records = [_record(number, text=text, language="ar") for number, text in enumerate(texts)]
    assert names(_one(tmp_path, *records, by_name=True)).count("H2") == 150


def test_a_record_takes_little_room(tmp_path: Path) -> None:
    """Fonts stand once in each volume, and only the characters that are used."""
    small, large = (
        len(_one(tmp_path / str(count), *(_record(number) for number in range(count)))) for count in (1, 101)
    )
    assert small < 40_000
    assert (large - small) / 100 < 3_000
