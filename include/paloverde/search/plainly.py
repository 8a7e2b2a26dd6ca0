"""The cause of a gap as people outside the City read it: what happened, without what IT is to do. Pure.

The full cause, with every name of a file, stays in the seal and in `paloverde gaps`.
"""

from __future__ import annotations

import re

_COUNTED = re.compile(r"(?P<number>\d[\d,]*) (?P<what>[^:;(]*)(?P<rest>.*)", re.DOTALL)
_ORDERS = (
    "add", "ask", "buy", "check", "choose", "connect", "enter", "exchange", "give", "grant", "hand", "have",
    "import", "look", "make", "mend", "name", "put", "raise", "register", "renew", "repair", "run", "set",
    "sign", "take", "try", "unpack", "wait", "write",
)  # fmt: skip
_ORDER = re.compile(rf"(?:then |please )?(?:{'|'.join(_ORDERS)})\s+\S", re.IGNORECASE)
_FOR_IT = re.compile(
    r"`|PALOVERDE_|--[a-z]|media_hosts|\bNTP\b|\bOAuth|\b[a-z]+_[a-z_]+\b|\(#\d+\)|\bbudget\b"
)
_PIECES = re.compile(r"(?<=[.;])\s+|(?<=\w):\s+|(?<=\w);\s+")
_KNOWN = (
    (r"token|sign(ed)? in|credential|log ?in|password", "the City's access to the site had lapsed"),
    (r"permission|not allowed|scope|forbidden|\brole\b|\(#10\)|\b403\b",
     "the site did not let the City see it"),
    (r"how often|quota|rate limit|limits? (is|was) (spent|reached)|\bbudget\b|too many requests|\b429\b",
     "the site limits how often it may be asked"),
    (r"version", "the site no longer answered in the form that was asked for"),
    (r"\bdisk\b|database|memory", "the City's own system could not store it"),
    (r"\bHTTP \d|answer|reach|time[d]? out|connection|certificate|address",
     "the site did not answer as it should"),
)  # fmt: skip
_OURS = re.compile(r"(?:more archives|posts?|pieces?|records?|rows?|comments?|messages?)\b[A-Za-z ,'-]*")
_OF_IMPORTS = (
    ("is an archive", "an archive that was handed in is kept closed, and was not searched"),
    ("kept, not searched", "columns of a table are kept and not searched"),
    ("names more than was handed in", "the export states more than was handed in"),
)
_BROKE_OFF = "it broke off: "


def plainly(cause: str) -> str:
    """What a look at a site could not get, without orders, settings and codes; no full stop at its end."""
    cause = " ".join(cause.split())
    if cause.startswith(_BROKE_OFF):
        return f"the run broke off: {plainly(cause.removeprefix(_BROKE_OFF))}"
    cause = _singular(cause)
    if not any(_is_for_it(piece) for piece in _PIECES.split(cause)):
        return cause.rstrip(". ")
    known = next((words for sign, words in _KNOWN if re.search(sign, cause, re.IGNORECASE)), None)
    counted = re.match(r"(\d[\d,]* (?:pictures?|videos?)[^:;.]*)[:;]", cause)
    said = known or "the reason is noted in the archive's own list of gaps"
    return f"{counted[1]}: {said}" if counted else said


def plainly_of_import(cause: str) -> str:
    """What handed-in files lack, without any name in them: whoever made the files chose it."""
    cause = _singular(" ".join(cause.split()))
    counted = _COUNTED.fullmatch(cause)
    if counted is not None and counted["what"].startswith("file"):
        return _of_files(counted["number"], f"{counted['what']}{counted['rest']}")
    if counted is not None and counted["what"].rstrip().endswith("not here"):
        is_one = counted["number"] == "1"
        what = "picture, video or attachment was" if is_one else "pictures, videos or attachments were"
        return f"{counted['number']} {what} not handed in"
    if counted is not None and _OURS.fullmatch(counted["what"]):
        return f"{counted['number']} {counted['what']}".strip(" .")
    known = (words for sign, words in _OF_IMPORTS if sign in cause)
    return next(known, "a file that was handed in could not be read, or not in whole")


def _is_for_it(piece: str) -> bool:
    return _ORDER.match(piece) is not None or _FOR_IT.search(piece) is not None


def _of_files(number: str, said: str) -> str:
    is_one = number == "1"
    files, it = ("1 file", "it") if is_one else (f"{number} files", "them")
    is_, was = ("is", "was") if is_one else ("are", "were")
    if "refused" in said:
        return f"{files} {was} encrypted" if "encrypted" in said else f"{files} {was} refused as unsafe"
    if "archives inside" in said:
        return f"{files} {is_} packed inside the archive and {was} not opened"
    if "not searched" in said or "handed in as" in said:
        return f"{files} {is_} kept, and what is written or said in {it} is not searched"
    return f"{files} could not be taken in whole"


def _singular(cause: str) -> str:
    """One picture is no pictures."""
    return re.sub(
        r"^1 (picture)s, (video)s or (attachment)s are|^1 (picture)s or (video)s were",
        lambda found: "1 picture, video or attachment is" if found[1] else "1 picture or video was",
        cause,
    )
