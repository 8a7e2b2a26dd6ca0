"""By which names in it a site's own download is known, in whatever it is packed."""

from __future__ import annotations

import re
from collections.abc import Iterable

# As the sites name their folders and files; a download that somebody renamed is not known by them.
_MARKS = {
    "x": r"(^|/)data/(tweets|tweet|manifest|account|direct-messages|like|follower)(-part\d+)?\.js$"
    r"|(^|/)your archive\.html$",
    "meta": r"(^|/)(your_facebook_activity|your_instagram_activity|personal_information"
    r"|ads_information|logged_information)/|(^|/)messages/(inbox|archived_threads|filtered_threads"
    r"|message_requests)/|(^|/)message_\d+\.(html|json)$|(^|/)posts/your_posts|(^|/)start_here\.html$",
    "takeout": r"(^|/)takeout/|(^|/)youtube and youtube music/|(^|/)archive_browser\.html$",
    "linkedin": r"(^|/)(shares|connections|messages|reactions|comments|invitations)\.csv$",
}
_KNOWN = {name: re.compile(marks) for name, marks in _MARKS.items()}
_LEAST = {"linkedin": 2}  # one table of such a name may be anybody's
_HTML = (".html", ".htm")


def download_in(paths: Iterable[str]) -> str:
    """The format whose download these files are, by their paths in the archive; empty where it is none."""
    lowered = [path.lower() for path in paths]
    for name, marks in _KNOWN.items():
        if sum(marks.search(path) is not None for path in lowered) >= _LEAST.get(name, 1):
            return name
    return ""


def holds_pages(paths: Iterable[str]) -> bool:
    """Whether web pages are among them, as in the downloads in HTML that some sites offer."""
    return any(path.lower().endswith(_HTML) for path in paths)
