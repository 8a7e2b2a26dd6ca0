"""Stems of many words: those of `search.words.stem`, remembered between the segments of one build."""

from __future__ import annotations

from snowballstemmer import EnglishStemmer

_REMEMBERED = 500_000


class Stems:
    """Words are in UTF-8. One for each process: it is not shared between threads."""

    def __init__(self) -> None:
        self._stemmer = EnglishStemmer()
        self._known: dict[bytes, bytes] = {}

    def of(self, word: bytes) -> bytes:
        """The stem of a folded word."""
        if not (word.isascii() and word.isalpha()):
            return word
        stem = self._known.get(word)
        if stem is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            stem = self._known[word] = self._stemmer.stemWord(word.decode()).encode()
        return stem
