"""Whether a file that somebody hands in is of the kind that its name says."""

from __future__ import annotations

from paloverde.bundles.media import extension

_WORDS = {
    "jpg": "a JPEG picture",
    "png": "a PNG picture",
    "gif": "a GIF picture",
    "webp": "a WebP picture",
    "pdf": "a PDF document",
    "webm": "a WebM video",
    "mov": "a QuickTime video",
    "mp4": "an MP4 video",
    "ogg": "an Ogg recording",
    "mp3": "an MP3 recording",
    "wav": "a WAV recording",
    "zip": "a ZIP or Office document",
    "text": "plain text",
}
_MEANT = {name: name for name in _WORDS if name != "text"} | {"jpeg": "jpg", "m4v": "mp4"}
_MEANT |= dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods"), "zip")
_MEANT |= dict.fromkeys(("txt", "md", "csv", "json", "log", "htm", "html", "toml"), "text")


def looks_otherwise(name: str, body: bytes) -> str:
    """A sentence where a file's bytes are of another kind than its name says; empty where they are not.

    Names without an ending, or with one that is not known here, say nothing.
    """
    meant = _MEANT.get(name.rpartition(".")[2].lower()) if "." in name else None
    found = _kind(body)
    if meant is None or meant == found:
        return ""
    seen = f"looks like {_WORDS[found]}" if found in _WORDS else "does not look like it"
    return f"{name} is named as {_WORDS[meant]} and {seen}: open it and see that it is the file you meant."


def _kind(body: bytes) -> str:
    """Where nothing else is known of some bytes: whether they are text."""
    found = extension(body)
    if found != "bin":
        return found
    if body.startswith(b"PK\x03\x04"):
        return "zip"
    try:
        return "" if "\0" in body.decode() else "text"
    except UnicodeDecodeError:
        return ""
