"""Made pictures: some with the spectrum of photographs, some flat like a flyer, and ways in which a site writes
them anew.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance


def photograph(seed: int, width: int = 480, height: int = 360) -> Image.Image:
    """A picture whose power falls with the frequency as that of photographs does (1/f), in three colours."""
    chance = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    frequency[0, 0] = 1
    planes = []
    for _ in range(3):
        spectrum = chance.normal(size=frequency.shape) + 1j * chance.normal(size=frequency.shape)
        plane = np.fft.irfft2(spectrum / frequency**1.1, s=(height, width))
        planes.append((plane - plane.min()) / (plane.max() - plane.min()))
    colours = np.stack([0.7 * planes[0] + 0.3 * plane for plane in planes], axis=-1)
    return Image.fromarray((colours * 255).astype(np.uint8))


def flyer(words: str, width: int = 480, height: int = 360) -> Image.Image:
    """Words on one colour, with a box: the City's flyers look like one another."""
    picture = Image.new("RGB", (width, height), (240, 230, 200))
    drawn = ImageDraw.Draw(picture)
    drawn.rectangle((20, 20, 460, 120), fill=(180, 60, 40))
    drawn.text((40, 200), words, fill="black", font_size=30)
    return picture


def jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    return _written(picture.convert("RGB"), "JPEG", quality=quality)


def png(picture: Image.Image) -> bytes:
    return _written(picture, "PNG")


def written_anew(picture: Image.Image) -> Iterator[tuple[str, bytes]]:
    """The same picture as sites and programs write it, by what was done to it."""
    half, small = (picture.width // 2, picture.height // 2), (320, 320 * picture.height // picture.width)
    signed = picture.copy()
    ImageDraw.Draw(signed).text((20, picture.height - 40), "City of Palma Ria", fill="white", font_size=20)
    yield "quality 60", jpeg(picture, 60)
    yield "quality 30", jpeg(picture, 30)
    yield "half the size", jpeg(picture.resize(half))
    yield "320 pixels", jpeg(picture.resize(small), 70)
    yield "PNG", png(picture.resize(half))
    yield "WebP", _written(picture, "WEBP", quality=60)
    yield "brighter", jpeg(ImageEnhance.Brightness(picture).enhance(1.15))
    yield "more contrast", jpeg(ImageEnhance.Contrast(picture).enhance(1.2))
    yield "grey", jpeg(picture.convert("L"))
    yield "signed", jpeg(signed)


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _written(picture: Image.Image, format_: str, **more: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, format_, **more)
    return file.getvalue()
