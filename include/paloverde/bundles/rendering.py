"""How a page is made: static, without script, inert whatever stands on it."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_FOLDER = Path(__file__).parent / "templates"
_PAGES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
PLAIN = Environment(loader=FileSystemLoader(_FOLDER), autoescape=False, undefined=StrictUndefined)  # noqa: S701 plain text
_STYLE = (_FOLDER / "style.css").read_text(encoding="utf-8")
_MARKED = Markup(_STYLE)  # noqa: S704 our own file
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# `file:` because a page opened from disk has no origin that 'self' could name.
_POLICY = (
    f"default-src 'none'; img-src 'self' file:; style-src 'sha256-{_STYLE_HASH}'; "
    "base-uri 'none'; form-action 'none'"
)


def rendered(template: str, **more: object) -> bytes:
    """The page that a template makes of these, with its style and what it may load."""
    return _PAGES.get_template(template).render(policy=_POLICY, style=_MARKED, **more).encode()
