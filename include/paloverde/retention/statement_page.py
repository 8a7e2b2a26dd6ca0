"""The Trusted System Statement as a page: static, without script, for screens, screen readers and paper."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from paloverde.archive.store.interface import Stored
from paloverde.retention.statement import Answer, Statement
from paloverde.wording import zoned_moment

_FOLDER = Path(__file__).parent / "templates"
_PAGES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_STYLE = (_FOLDER / "statement.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"
_ORDER = (Answer.NOT_MET, Answer.UNKNOWN, Answer.MET)
_HEADINGS = {
    Answer.NOT_MET: "What is not met",
    Answer.UNKNOWN: "What no software can know",
    Answer.MET: "What is met",
}


def statement_page(made: Statement, data: Stored) -> bytes:
    """The page of a statement. `data` is the same statement as it was filed as JSON."""
    groups = [
        (_HEADINGS[answer], answer, [one for one in made.requirements if one.answer is answer])
        for answer in _ORDER
    ]
    text = _PAGES.get_template("statement.html").render(
        policy=_POLICY,
        style=Markup(_STYLE),  # noqa: S704 our own file
        made=made,
        found=made.inspected,
        groups=groups,
        data=data,
        moment=zoned_moment,
        until=_until,
    )
    return text.encode()


def _until(at: datetime | None) -> str:
    return "not locked" if at is None else zoned_moment(at)
