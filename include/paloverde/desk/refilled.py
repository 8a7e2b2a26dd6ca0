"""A page with what somebody had typed put into its form again.

Only what a person fills in is: whatever a form carries along unseen stays as the page of now has it, so that
what is confirmed is still what is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser

_UNSEEN = ("hidden", "password", "file", "submit", "button", "image", "reset")
Attributes = dict[str, str | None]


def refilled(page: str, action: str, fields: Sequence[tuple[str, str]]) -> str:
    """The page, its form of that address filled in; as it is, where it has none."""
    writer = _Writer(action, fields)
    writer.feed(page)
    writer.close()
    return "".join(writer.out)


class _Writer(HTMLParser):
    """Copies a page, and changes the fields of one form."""

    def __init__(self, action: str, fields: Sequence[tuple[str, str]]) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self._action = action
        self._typed: dict[str, list[str]] = {}
        for name, text in fields:
            self._typed.setdefault(name, []).append(text)
        self._inside = self._skipped = False
        self._chosen: list[str] | None = None  # of the list that is being copied

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given, text = dict(attrs), self.get_starttag_text() or ""
        if tag == "form":
            self._inside = given.get("action") == self._action and given.get("method") == "post"
        name = given.get("name") or ""
        if not self._inside:
            self.out.append(text)
        elif tag == "input" and given.get("type") not in _UNSEEN:
            self.out.append(self._input(given, name, text))
        elif tag == "textarea" and name in self._typed:
            self.out += [text, "\n", escape(self._next(name))]
            self._skipped = True
        elif tag == "select" and name in self._typed:
            self._chosen = self._typed[name]
            self.out.append(text)
        elif tag == "option" and self._chosen is not None:
            self.out.append(_marked(given, "option", "selected", given.get("value") in self._chosen))
        else:
            self.out.append(text)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "textarea":
            self._skipped = False
        if tag == "select":
            self._chosen = None
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._copy(data)

    def handle_entityref(self, name: str) -> None:
        self._copy(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._copy(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def _copy(self, text: str) -> None:
        if not self._skipped:
            self.out.append(text)

    def _input(self, given: Attributes, name: str, text: str) -> str:
        """A field as it was typed. A box that was not ticked was not sent."""
        if given.get("type") in ("checkbox", "radio"):
            return _marked(
                given, "input", "checked", (given.get("value") or "on") in self._typed.get(name, [])
            )
        if name not in self._typed:
            return text
        return _tag("input", given | {"value": self._next(name)})

    def _next(self, name: str) -> str:
        """The next of the texts that were typed under one name."""
        texts = self._typed[name]
        return texts.pop(0) if len(texts) > 1 else texts[0]


def _marked(given: Attributes, tag: str, mark: str, is_marked: bool) -> str:
    plain = {name: value for name, value in given.items() if name != mark}
    return _tag(tag, plain | ({mark: None} if is_marked else {}))


def _tag(tag: str, attributes: Attributes) -> str:
    told = "".join(
        f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attributes.items()
    )
    return f"<{tag}{told}>"
