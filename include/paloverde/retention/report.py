"""The report of an order of destruction as a page for people, and its summary as Markdown.

The page is static, without script, readable by screen readers (WCAG 2.1 AA), inert whatever an item holds.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from paloverde.retention.certificate import Certificate
from paloverde.retention.orders import Line, Order, OrderStanding
from paloverde.retention.proposal import DryRun
from paloverde.wording import spoken, zoned_moment

_FOLDER = Path(__file__).parent / "templates"
_PAGES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_STYLE = (_FOLDER / "style.css").read_text(encoding="utf-8")
_STYLE_MARKUP = Markup(_STYLE)  # noqa: S704 our own file
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&:/@$^=\"'])")
_ROWS_SHOWN = 60  # of the summary; the page has them all


def report_page(order: Order, run: DryRun, *, agency: str) -> bytes:
    """What an order would destroy and what it would leave."""
    return page(
        "report.html",
        order,
        agency=agency,
        made_at=order.proposed_at,
        run=run,
        rules=sorted(run.rules.items()),
        groups=sorted(run.groups.items()),
        kept=list(run.kept.items()),
        waiting=sorted(run.waiting.items()),
        grounds=sorted((account, ground.value, count) for (account, ground), count in run.grounds.items()),
    )


def certificate_page(standing: OrderStanding, certificate: Certificate, *, agency: str) -> bytes:
    """What was destroyed, by what right, by whose approval, and what was left out and why."""
    return page(
        "certificate.html",
        standing.order,
        agency=agency,
        made_at=certificate.carried_out_at,
        certificate=certificate,
        sha256=standing.certificate,
        spoken_time=zoned_moment,
    )


def page(template: str, order: Order, *, agency: str, made_at: datetime, **more: object) -> bytes:
    """One of the pages about an order."""
    text = _PAGES.get_template(template).render(
        policy=_POLICY,
        style=_STYLE_MARKUP,
        agency=agency,
        order=order,
        made=zoned_moment(made_at),
        day=spoken,
        number=number,
        kind=lambda kind: str(kind).replace("_", " "),
        **more,
    )
    return text.encode()


def summary(order: Order, lines: Iterable[Line], today: date) -> str:
    """What an order would destroy, in Markdown. Nothing that a site sent is interpreted."""
    counts: Counter[tuple[str, str, str]] = Counter()
    versions: Counter[tuple[str, str, str]] = Counter()
    for line in lines:
        key = (line.item.account, line.record_class, line.item.kind.value.replace("_", " "))
        counts[key] += 1
        versions[key] += line.versions
    shown = sorted(counts)[:_ROWS_SHOWN]
    rows = [f"| {' | '.join(map(inert, key))} | {counts[key]:,} | {versions[key]:,} |" for key in shown]
    rest = len(counts) - len(shown)
    more = [f"\n{rest} more rows stand in the report."] if rest else []
    until = (
        f"lies open until {spoken(order.opens_on)}" if today < order.opens_on else "has lain open long enough"
    )
    told = f"{number(order.items, 'item')} in {number(order.versions, 'recorded version')}"
    head = [
        f"**Order {inert(order.id)}** would destroy {told}. Its report {until}.\n",
        f"List (SHA-256): `{order.lines_sha256}`\n",
        f"Report (SHA-256): `{order.report_sha256}`\n",
        "| account | class | kind | items | versions |\n|---|---|---|---:|---:|",
    ]
    return "\n".join([*head, *rows, *more])


def inert(text: str) -> str:
    """Text that Markdown shows as it is: on one line, every mark of Markdown and HTML escaped."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return _MARKDOWN.sub(r"\\\1", plain)


def number(count: int, what: str) -> str:
    """A count with its noun: 1 item, 2,000 items."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
