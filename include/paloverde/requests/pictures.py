"""Painting over regions of a picture: in its pixels, which are then written anew.

What is written holds the pixels and nothing else: no EXIF, XMP, colour profile, comment or thumbnail. Pixels
of the regions are made one colour before anything is encoded, grown to whole blocks of JPEG as the file has
them stored and a little more, so that no neighbour tells of them. The result is PNG, or for moving pictures
an animated PNG: the same input and regions give the same bytes (with the same Pillow and zlib).
"""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec
from PIL import Image, ImageDraw, ImageOps, ImageSequence, UnidentifiedImageError

from paloverde.errors import BadQuestion
from paloverde.requests.review import Region
from paloverde.wording import some

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
MOST_BYTES = 100 * 1024 * 1024
MOST_PIXELS = 100_000_000  # of one frame
MOST_OF_ALL = 400_000_000  # of all frames together
_BLOCK = 16  # pixels: JPEG spreads colour over two blocks of 8 each way (4:2:0, ITU-T T.81, A.2.4)
_MARGIN = 2  # pixels that a reader blends with the colour of the block beside them
_ORIENTATION = 0x0112  # Exif 2.32, 4.6.4: how the stored rows and columns are shown
_FROM_RIGHT, _FROM_BOTTOM = (2, 3, 6, 7), (3, 4, 7, 8)  # where the stored beginning is shown
_WITHHOLD = "Withhold the file whole instead."


class Picture(msgspec.Struct, frozen=True):
    """A redacted picture: its bytes, always PNG."""

    body: bytes
    extension: str = "png"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def painted_over(body: bytes, regions: Iterable[Region]) -> Picture:
    """The picture with its regions painted black in every frame.

    Regions are pixels of the picture as it is shown (turned as its EXIF says), from the left top; they grow
    to whole blocks, counted from where the stored picture begins, and two pixels more. `BadQuestion` says why
    a file cannot be redacted so, or which region does not touch it.
    """
    boxes = [(one.left, one.top, one.left + one.width, one.top + one.height) for one in sorted(regions)]
    if not boxes:
        raise BadQuestion("No region was marked in the picture.")
    with _opened(body) as picture:
        _check_size(picture)
        frames, durations = [], []
        for frame in ImageSequence.Iterator(picture):
            durations.append(int(frame.info.get("duration", 0)))
            frames.append(_painted(frame, boxes))
        return Picture(_written(frames, durations, int(picture.info.get("loop", 0))))


def size_of(body: bytes) -> tuple[int, int]:
    """Width and height as the picture is shown, in pixels."""
    with _opened(body) as picture:
        _check_size(picture)
        shown = ImageOps.exif_transpose(picture)
        return shown.size


@contextmanager
def _opened(body: bytes) -> Iterator[Image.Image]:
    """The picture, with every way in which it can be bad said as one sentence."""
    if len(body) > MOST_BYTES:
        raise BadQuestion(f"The picture has more than {MOST_BYTES // 1024**2} MiB. {_WITHHOLD}")
    try:
        with warnings.catch_warnings(action="error"), Image.open(io.BytesIO(body), formats=FORMATS) as one:
            yield one
    except UnidentifiedImageError:
        known = ", ".join(FORMATS)
        raise BadQuestion(f"The file is no picture that can be painted over ({known}). {_WITHHOLD}") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadQuestion(f"The picture claims to have too many pixels. {_WITHHOLD}") from None
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        TypeError,
        OverflowError,
        Warning,
    ) as error:
        raise BadQuestion(
            f"The picture is broken and cannot be painted over ({error}). {_WITHHOLD}"
        ) from None


def _check_size(picture: Image.Image) -> None:
    """Before any pixel is decoded."""
    frames, pixels = getattr(picture, "n_frames", 1), picture.width * picture.height
    if pixels > MOST_PIXELS or pixels * frames > MOST_OF_ALL:
        raise BadQuestion(
            f"The picture has {some(pixels, 'pixel')} in {frames:,} frames, which is more than can be "
            "painted over "
            f"safely. {_WITHHOLD}"
        )


def _painted(frame: Image.Image, boxes: list[tuple[int, int, int, int]]) -> Image.Image:
    """One frame on new pixels, painted; nothing of the opened file is carried along."""
    shown, orientation = ImageOps.exif_transpose(frame), frame.getexif().get(_ORIENTATION, 1)
    mode = "RGBA" if shown.has_transparency_data else "RGB"
    pixels = shown.convert(mode)
    made = Image.frombytes(mode, pixels.size, pixels.tobytes())
    draw = ImageDraw.Draw(made)
    black = (0, 0, 0, 255)[: len(mode)]
    for box in boxes:
        draw.rectangle(_in_blocks(box, made.size, orientation), fill=black)
    return made


def _in_blocks(
    box: tuple[int, int, int, int], size: tuple[int, int], orientation: int
) -> tuple[int, int, int, int]:
    """The region in whole blocks and a margin, within the picture: the corners that are painted."""
    left, top, right, bottom = box
    if left < 0 or top < 0 or left >= right or top >= bottom or left >= size[0] or top >= size[1]:
        raise BadQuestion(
            f"The region {left},{top} to {right},{bottom} does not lie in the picture, which has "
            f"{size[0]} by {size[1]} pixels: mark it again."
        )
    first_x, last_x = _grown(left, right, size[0], from_end=orientation in _FROM_RIGHT)
    first_y, last_y = _grown(top, bottom, size[1], from_end=orientation in _FROM_BOTTOM)
    return first_x, first_y, last_x, last_y


def _grown(start: int, end: int, length: int, *, from_end: bool) -> tuple[int, int]:
    """The first and last pixel of whole blocks and a margin; blocks begin at the end where so stored."""
    if from_end:
        first, last = _grown(length - min(end, length), length - start, length, from_end=False)
        return length - 1 - last, length - 1 - first
    first, behind = start // _BLOCK * _BLOCK - _MARGIN, -(-end // _BLOCK) * _BLOCK + _MARGIN
    return max(first, 0), min(behind, length) - 1


def _written(frames: list[Image.Image], durations: list[int], loop: int) -> bytes:
    out = io.BytesIO()
    first, rest = frames[0], frames[1:]
    if rest:
        first.save(
            out, "PNG", save_all=True, append_images=rest, duration=durations, loop=loop,
            disposal=0, blend=0, compress_level=6,
        )  # fmt: skip
    else:
        first.save(out, "PNG", compress_level=6)
    return out.getvalue()
