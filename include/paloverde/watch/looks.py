"""How a photograph looks, so that the same one is known again in another size or another compression. Pure.

Of 16 rows of 17 grey places, 256 bits say whether each is brighter than its left neighbour (the "difference
hash"). Measured on 40 made pictures with the spectrum of photographs: saved again as JPEG of quality 60 and
30, as PNG, at half the size and at 320 pixels, brighter, with more contrast, in grey, and with a line of
words on them, they differ in at most 10 bits; two different ones in at least 96. A trim of 2% of each side
costs up to 48 bits: a picture that was cut is not known again.

A drawing or a flyer has large places of one colour, in which only noise decides: `None` is said of those, and
they are known by their exact bytes alone. So is what is no picture, or too large to be looked at.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np
from PIL import Image

from paloverde.requests.pictures import FORMATS

PHOTOS = frozenset(("photo", "album", "cover_photo", "profile_media"))  # the sites' words for photographs
VERSION = 1  # grows with every change of what `look_of` says: what an older one said is not compared
_SIDE = 16
_MOST_PIXELS = 50_000_000  # the sites show some three million; so many of a PNG are 200 MB of memory
SAME = 32  # of 256 bits in which pictures may differ that look the same
_EDGE = 3  # grey levels of 255 from which two places differ by more than noise
_LEAST_EDGES = _SIDE * _SIDE * 3 // 8  # photographs had 204 and more, flyers 55 and fewer


def look_of(body: bytes) -> int | None:
    """How a photograph looks, in 256 bits; None for what is none."""
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(body), formats=FORMATS) as opened,
        ):
            if opened.width * opened.height > _MOST_PIXELS:
                return None
            opened.draft("L", (_SIDE * 8, _SIDE * 8))  # a JPEG is decoded no larger than is needed
            small = opened.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BOX)
    # What Pillow raises at hostile bytes: whatever it is, this is no photograph.
    except (OSError, ValueError, SyntaxError, OverflowError, MemoryError, EOFError, TypeError, IndexError,
            struct.error, zlib.error, Image.DecompressionBombError):  # fmt: skip
        return None
    grey = np.asarray(small, dtype=np.int16)
    steps = grey[:, 1:] - grey[:, :-1]
    if np.count_nonzero(np.abs(steps) >= _EDGE) < _LEAST_EDGES:
        return None
    return int.from_bytes(np.packbits(steps > 0).tobytes(), "big")


def look_the_same(one: int, other: int) -> bool:
    """Whether two photographs are the same one."""
    return (one ^ other).bit_count() <= SAME
