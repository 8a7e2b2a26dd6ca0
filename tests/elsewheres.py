"""Addresses that lead, or might lead, from the sign-in page to another server, and where a browser would go."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

# As it is typed, after an address of this server (city.test), encoded, and behind what a browser drops.
ELSEWHERES = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "\\/evil.example/",
    "https:evil.example",
    "https:/evil.example",
    "https:\\\\evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://city.test@evil.example/",
    "http://city.test:80@evil.example/",
    "http://city.test.evil.example/",
    "http://city.test\\@evil.example/",
    "http://city.test//evil.example/",
    "http://city.test///evil.example/",
    "http://city.test/\\evil.example/",
    "http://city.test\\\\evil.example/",
    "http:////evil.example/",
    "%2f%2fevil.example/",
    "/%2f/evil.example/",
    "/%5cevil.example/",
    "http://city.test/%2f%2fevil.example/",
    "http://city.test%2f@evil.example/",
    "/\t/evil.example/",
    "\t//evil.example/",
    " //evil.example/",
    "/\r\n/evil.example/",
    "\x00//evil.example/",
    "\u2028//evil.example/",
    "http://city.test/\t/evil.example/",
    "/\r\nLocation: https://evil.example/",
    "/..//evil.example/",
    "http://city.test/..//evil.example/",
    "/.//evil.example/",
    "http://[evil",
    "",
]


def led_to(location: str, here: str) -> str:
    """Scheme and server that a browser at `here` goes to from a `Location`: it drops tabs and line ends, and
    takes a backslash for a slash and any number of slashes at the beginning for two (WHATWG URL).
    """
    seen = "".join(letter for letter in location.strip() if letter not in "\t\r\n").replace("\\", "/")
    if seen.startswith("//"):
        seen = f"//{seen.lstrip('/')}"
    parts = urlsplit(urljoin(f"{here}/sign-in", seen))
    return f"{parts.scheme}://{parts.netloc}"
