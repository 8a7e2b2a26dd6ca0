"""The Brown Act as data: `brown_act.toml` beside this module. As shipped no row is verified by counsel."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from paloverde.retention.rules import Rule, read_rules

LAW = read_rules(Path(__file__).with_name("brown_act.toml").read_text(encoding="utf-8"))


def is_law_on(rule: Rule, day: date) -> bool:
    """Whether a section was in force on a day."""
    return rule.effective_from is None or rule.effective_from <= day


def cited(rule: Rule) -> str:
    """What a section asks, where it stands, and how far that may be relied on."""
    return f"{rule.says} ({rule.cite}; {rule.mark})."
