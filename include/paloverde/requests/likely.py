"""Whether a number can be what it looks like: check digits and ranges, each from its public rule."""

from __future__ import annotations

ADULT = 18  # years (Fam. Code 6500)
_CARDS = (  # first digits from and to, lengths (ISO/IEC 7812 ranges of the schemes)
    ("34", "34", (15,)), ("37", "37", (15,)), ("4", "4", (13, 16, 19)), ("51", "55", (16,)),
    ("2221", "2720", (16,)), ("6011", "6011", (16, 19)), ("644", "659", (16, 19)), ("3528", "3589", (16,)),
    ("300", "305", (14,)), ("36", "36", (14,)), ("62", "62", (16, 17, 18, 19)),
)  # fmt: skip
# Fourth and fifth digits of a taxpayer number (IRS: ITIN).
_ITIN = {*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)}
_IBAN = range(15, 35)
_ACCOUNT = range(6, 18)  # digits


def digits_of(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def is_ssn(text: str) -> bool:
    """Whether the number can have been given out (Social Security Administration, since 2011)."""
    digits = digits_of(text)
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def is_itin(text: str) -> bool:
    digits = digits_of(text)
    return digits[0] == "9" and int(digits[3:5]) in _ITIN


def is_card(text: str) -> bool:
    """Whether first digits, length and check digit (Luhn) are those of a card."""
    digits = digits_of(text)
    known = any(low <= digits[: len(low)] <= high and len(digits) in lengths for low, high, lengths in _CARDS)
    return known and len(set(digits)) > 1 and _luhn(digits)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def is_iban(text: str) -> bool:
    """Whether the check digits fit (ISO 13616, remainder 97)."""
    plain = text.replace(" ", "")
    turned = "".join(str(int(char, 36)) for char in plain[4:] + plain[:4])
    return len(plain) in _IBAN and int(turned) % 97 == 1


def is_account(text: str) -> bool:
    return len(digits_of(text)) in _ACCOUNT


def is_minor(age: str) -> bool:
    return int(age) < ADULT
