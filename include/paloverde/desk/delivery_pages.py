"""The pages of a link: static, without script, in plain words, made for screen readers."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from paloverde.bundles.pages import visible
from paloverde.requests.links import Offer
from paloverde.wording import at_time

_FOLDER = Path(__file__).parent / "templates" / "delivery"
_STYLE = (_FOLDER / "style.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_PAGES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# Nothing is kept by a browser or a proxy, nothing leads back to the address, nothing else may be loaded.
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_UNITS = ("bytes", "KB", "MB", "GB")


def offer_page(offer: Offer, secret: str) -> str:
    """The page of a link that works."""
    return _PAGES.get_template("offer.html").render(
        offer={name: getattr(offer, name) for name in offer.__struct_fields__}
        | {name: visible(getattr(offer, name)) for name in ("number", "agency", "office", "file")},
        secret=secret,
        size=size_of(offer.size),
        until=at_time(offer.until),
        style=Markup(_STYLE),  # noqa: S704 our own file
    )


def nothing_page(office: str) -> str:
    """The one page for every address that opens nothing: never known, over, revoked, used up."""
    return _words(
        "This address opens nothing",
        office,
        "A link to records works for some days and a number of downloads, and it can be taken back. If yours "
        "has worked before, it is over. If it never worked, look whether the whole address was copied.",
        "Records are not lost by that: ask for another link, or for a copy in another way.",
    )


def wait_page(office: str) -> str:
    """Somebody has tried many addresses that open nothing."""
    return _words(
        "Too many addresses that open nothing",
        office,
        "From where you are, many addresses that open nothing were tried. Wait a minute, then open the link "
        "again.",
    )


def trouble_page(office: str) -> str:
    """The store or the database could not be reached: nothing was counted that was not sent."""
    return _words(
        "The records cannot be reached at the moment",
        office,
        "This is a fault on our side, and it was noted. Try the same link again later.",
    )


def size_of(size: int) -> str:
    """A size in words: 12.3 MB (10 to the 6th)."""
    number, unit = float(size), 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:,.1f} {_UNITS[unit]}" if unit else f"{size} bytes"


def _words(title: str, office: str, *sentences: str) -> str:
    return _PAGES.get_template("nothing.html").render(
        title=title,
        sentences=sentences,
        office=visible(office),
        style=Markup(_STYLE),  # noqa: S704 our own file
    )
