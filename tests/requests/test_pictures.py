"""Painted pixels are gone, with all else that a picture file carries, and hostile files are refused."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageOps, ImageSequence
from PIL.PngImagePlugin import PngInfo

from paloverde.errors import BadQuestion
from paloverde.requests import pictures
from paloverde.requests.pictures import painted_over, size_of
from paloverde.requests.review import Region

SECRET = b"the gate code is 4471"


def region(left: int, top: int, width: int, height: int) -> Region:
    return Region("ab" * 32, left, top, width, height, "EX-PRIV")


def noise(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """A picture of which no two neighbours are alike."""
    length = size[0] * size[1] * len(mode)
    return Image.frombytes(mode, size, bytes((place * 97 + place // 7) % 251 for place in range(length)))


def file(picture: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def colours(body: bytes, box: tuple[int, int, int, int]) -> list[set[object]]:
    """Of each frame, the colours in a region."""
    with Image.open(io.BytesIO(body)) as opened:
        frames = [frame.convert("RGBA").crop(box) for frame in ImageSequence.Iterator(opened)]
    return [
        {frame.getpixel((x, y)) for x in range(frame.width) for y in range(frame.height)} for frame in frames
    ]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_region_is_one_colour_and_the_rest_is_still_there(kind: str) -> None:
    body = file(noise(), kind)
    made = painted_over(body, [region(8, 8, 16, 16)])
    assert colours(made.body, (8, 8, 24, 24)) == [{(0, 0, 0, 255)}]
    assert colours(made.body, (40, 8, 56, 24)) == colours(body, (40, 8, 56, 24))
    assert made.body.startswith(b"\x89PNG")


def test_a_region_grows_to_whole_blocks_so_that_no_neighbour_tells_of_it() -> None:
    made = painted_over(file(noise(), "JPEG"), [region(10, 10, 2, 2)])
    assert colours(made.body, (8, 8, 16, 16)) == [{(0, 0, 0, 255)}]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_no_colour_of_a_region_is_left_around_it_however_the_photo_is_turned(orientation: int) -> None:
    """Of a red square in white, JPEG stores the colour in blocks counted from the corner of the stored file."""
    square, exif = Image.new("RGB", (100, 90), "white"), Image.Exif()
    square.paste("red", (40, 24, 48, 32))
    exif[0x0112] = orientation
    body = file(square, "JPEG", quality=30, exif=exif)
    with Image.open(io.BytesIO(body)) as opened:
        shown = ImageOps.exif_transpose(opened)
    red = [place for place in every(shown) if shown.getpixel(place)[1] < 128]  # type: ignore[index]
    left, top = min(x for x, _ in red), min(y for _, y in red)
    made = painted_over(body, [region(left, top, 8, 8)])
    with Image.open(io.BytesIO(made.body)) as opened:
        painted = opened.convert("RGB")
    seen = {painted.getpixel(place) for place in every(painted)} - {(0, 0, 0)}
    assert all(max(colour) - min(colour) < 8 for colour in seen)  # type: ignore[type-var, arg-type]


def every(picture: Image.Image) -> list[tuple[int, int]]:
    return [(x, y) for x in range(picture.width) for y in range(picture.height)]


def test_nothing_but_pixels_is_written() -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()  # ImageDescription
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    text.add_text("Comment", SECRET.decode())
    with_all = [
        file(noise(), "JPEG", exif=exif, comment=SECRET, icc_profile=SECRET, xmp=SECRET),
        file(noise(), "PNG", pnginfo=text, exif=exif, icc_profile=SECRET),
        file(noise(), "WEBP", exif=exif.tobytes(), xmp=SECRET, icc_profile=SECRET),
        file(noise(), "GIF", comment=SECRET),
        file(noise(), "PNG") + SECRET,
    ]
    for body in with_all:
        made = painted_over(body, [region(0, 0, 8, 8)]).body
        assert chunks(made) <= {b"IHDR", b"IDAT", b"IEND"}
        assert SECRET not in made


def chunks(body: bytes) -> set[bytes]:
    found, at = set(), 8
    while at < len(body):
        length, name = struct.unpack(">I4s", body[at : at + 8])
        found.add(name)
        at += 12 + length
    return found


def test_a_turned_photo_is_painted_where_a_reader_sees_it() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    body = file(noise((64, 32)), "JPEG", exif=exif)
    assert size_of(body) == (32, 64)
    made = painted_over(body, [region(0, 56, 8, 8)])
    with Image.open(io.BytesIO(made.body)) as opened:
        assert opened.size == (32, 64)
    assert colours(made.body, (0, 56, 8, 64)) == [{(0, 0, 0, 255)}]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_every_frame_of_a_moving_picture_is_painted(kind: str) -> None:
    frames = [noise(), noise().rotate(180), noise().transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    more = {"save_all": True, "append_images": frames[1:], "duration": 120, "loop": 0}
    made = painted_over(file(frames[0], kind, **more), [region(16, 16, 16, 16)])
    assert colours(made.body, (16, 16, 32, 32)) == [{(0, 0, 0, 255)}] * 3
    assert chunks(made.body) <= {b"IHDR", b"acTL", b"fcTL", b"fdAT", b"IDAT", b"IEND"}


def test_what_shows_through_is_painted_too() -> None:
    clear = noise(mode="RGBA")
    clear.putalpha(0)
    made = painted_over(file(clear, "PNG"), [region(8, 8, 8, 8)])
    assert colours(made.body, (8, 8, 16, 16)) == [{(0, 0, 0, 255)}]


def test_the_same_picture_and_regions_give_the_same_bytes() -> None:
    body, regions = file(noise(), "JPEG"), [region(8, 8, 8, 8), region(32, 0, 8, 8)]
    assert painted_over(body, regions).sha256 == painted_over(body, regions[::-1]).sha256


@pytest.mark.parametrize("place", [(64, 0, 4, 4), (-1, 0, 4, 4), (0, 0, 0, 4), (0, 48, 4, 4)])
def test_a_region_that_is_not_in_the_picture_is_refused(place: tuple[int, int, int, int]) -> None:
    with pytest.raises(BadQuestion, match="does not lie in the picture"):
        painted_over(file(noise(), "PNG"), [region(*place)])


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be large."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"GIF89a",
        b"\xff\xd8\xff\xe0" + bytes(40),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        file(noise(), "JPEG")[:400],
        file(noise(), "PNG")[:60],
        file(noise(), "WEBP")[:40],
        file(noise(), "GIF")[:300],
        file(noise(), "BMP"),
        bomb(60_000, 60_000),
        bomb(9_990, 9_990),
        bomb(0, 5),
    ],
)
def test_a_hostile_or_broken_file_is_refused_with_a_plain_sentence(body: bytes) -> None:
    with pytest.raises(BadQuestion, match="Withhold the file whole instead"):
        painted_over(body, [region(0, 0, 4, 4)])


def test_many_frames_that_together_have_too_many_pixels_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pictures.MOST_OF_ALL < 500 * 1000 * 1000
    one = Image.new("P", (1000, 1000))
    more = [Image.new("P", (1000, 1000), number % 250) for number in range(420)]
    with pytest.raises(BadQuestion, match="more than can be painted over"):
        painted_over(file(one, "GIF", save_all=True, append_images=more), [region(0, 0, 4, 4)])
