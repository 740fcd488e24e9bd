# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scalar of a body or of a query stands for where a text, a number, a truth or a time is wanted.

Rule 1: pure: values in, values out; the time of day is a parameter.
Rule 2: what cannot be read is `InvalidError` with slurmrestd's sentence, or with none where slurmrestd has none.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    Scalar = Union[bool, int, float, str, None]
    Number = Union[int, str, tuple[Union[int, str], ...]]
    """A number, a name of Slurm's headers, or both: bits that are put together, or a sum where NICE_OFFSET is first."""


INT_MAX = 2**31 - 1
_INT64_MAX = 2**63 - 1
_TRUE = re.compile(r"y|yes|t|true|on", re.IGNORECASE)
_FALSE = re.compile(r"n|no|f|false|off", re.IGNORECASE)
_INTEGER = re.compile(r"[+-]?[0-9]+")
_REAL = re.compile(r"[+-]?[0-9]*[.][0-9]*([eE][+-]?[0-9]+)?")


class InvalidError(ValueError):
    """A value that an option does not take.

    `details` are for the client: sentences, each with the name of its code in slurm_errno.h.
    """

    def __init__(self, text: str | None = None, code: str = "SLURM_ERROR", *more: str) -> None:
        super().__init__(text)
        self.details = () if text is None else ((text, code), *((one, "SLURM_ERROR") for one in more))


def to_text(value: Any, trouble: str | None = "Unable to read string") -> str:
    """The text that a scalar stands for: nothing is empty, a truth is a word, a float has six decimals."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(_clamped(value))
    if isinstance(value, float):
        return f"{value:f}"
    raise InvalidError(trouble, "ESLURM_DATA_CONV_FAILED")


def to_integer(value: Any, trouble: str = "Unable to read integer value") -> int:
    """The 64-bit integer that a number or a text of digits stands for; floats are rounded half to even (lrint(3))."""
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value[:40])
    if isinstance(value, float):
        value = round(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidError(trouble, "ESLURM_DATA_CONV_FAILED")
    return _clamped(value)


def _clamped(value: int) -> int:
    """What json-c keeps of an integer."""
    return max(min(value, _INT64_MAX), -_INT64_MAX - 1)


def to_truth(value: Any, trouble: str | None = None) -> bool:
    """The truth that a scalar stands for: slurmrestd takes every text for true that means neither false nor zero."""
    if isinstance(value, str):
        if _TRUE.fullmatch(value):
            return True
        if not value or _FALSE.fullmatch(value):
            return False
        if _INTEGER.fullmatch(value):
            return bool(value.strip("+-0"))
        try:
            return float(value) != 0 if _REAL.fullmatch(value) else True
        except ValueError:
            return True
    if isinstance(value, (list, dict)):
        raise InvalidError(trouble, "ESLURM_DATA_CONV_FAILED")
    return bool(value)


def small(value: Any) -> int:
    """An integer of 32 bits."""
    number = to_integer(value)
    if number >= INT_MAX:
        raise InvalidError("Integer too large")
    if number <= -INT_MAX - 1:
        raise InvalidError("Integer too small")
    return number


def infer_scanned(text: str) -> Scalar:
    """What slurmrestd 24.11 sees in a text: as `infer`, but null has more spellings, and numbers are those of scanf(3).

    So blanks and a sign may come first, 0x10 is 16, an exponent needs no point, and infinity is a number.
    """
    if text[:1] == "~" or text.lower() in ("", "null"):
        return None
    word = text.lower()
    if _TRUE.fullmatch(word):
        return True
    if _FALSE.fullmatch(word):
        return False
    if word.lstrip("+-") in ("inf", "infinity", "nan") and len(word) - len(word.lstrip("+-")) <= 1:
        return float(word)
    number = word.lstrip(" \t\n\v\f\r")
    sign, digits = (number[0], number[1:]) if number[:1] in ("+", "-") else ("", number)
    if not digits.isascii():
        return text
    size: int | float
    if digits[:2] == "0x" and not digits[2:].strip("0123456789abcdef"):
        digits = digits[2:].lstrip("0")
        size = int(digits or "0", 16) if len(digits) < 17 else _INT64_MAX + 1
    elif digits.isdigit():
        digits = digits.lstrip("0")
        size = int(digits or "0") if len(digits) < 20 else _INT64_MAX + 1
    else:
        mantissa, exponent, power = digits.partition("e")
        whole, _, fraction = mantissa.partition(".")
        unsigned = power[1:] if power[:1] in ("+", "-") else power
        if not (whole.isdigit() and (fraction or "0").isdigit() and (not exponent or (unsigned or "0").isdigit())):
            return text
        size = float(mantissa + (f"e{power}" if unsigned else ""))
        return -size if sign == "-" else size
    return max(-size, -_INT64_MAX - 1) if sign == "-" else min(size, _INT64_MAX)


LEADING = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]{1,18})")


def is_blank(text: str) -> bool:
    """Whether a text has nothing but white space of C (isspace(3))."""
    return not text.strip(" \t\n\v\f\r")
