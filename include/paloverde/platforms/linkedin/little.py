r"""LinkedIn's text format `little`: what a post's `commentary` says to its readers.

Fifteen characters are escaped by a backslash; a mention is `@[Name](urn:li:organization:1)` and shows its
name, a hashtag is `{hashtag|\#|Name}` and shows its sign and name.
https://learn.microsoft.com/linkedin/marketing/community-management/shares/little-text-format
"""

from __future__ import annotations

import re

_RESERVED = r"\\|{}@\[\]()<>#*_~"
_TOKEN = re.compile(
    rf"""\\(?P<escaped>[{_RESERVED}])
      | @\[(?P<name>(?:\\.|[^\]\\])*)\]\((?P<urn>(?:\\.|[^)\\])*)\)
      | \{{hashtag\|(?P<sign>(?:\\.|[^|\\])*)\|(?P<tag>(?:\\.|[^}}\\])*)\}}""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(rf"\\([{_RESERVED}])")


def plain(text: str | None) -> str | None:
    """The text as its readers see it; the payload keeps the original."""
    if text is None or not any(mark in text for mark in ("\\", "@[", "{hashtag|")):
        return text
    return _TOKEN.sub(_shown, text)


def _shown(token: re.Match[str]) -> str:
    if token["escaped"] is not None:
        return token["escaped"]
    shown = token["name"] if token["name"] is not None else f"{token['sign']}{token['tag']}"
    return _ESCAPE.sub(r"\1", shown)
