# SPDX-License-Identifier: GPL-2.0-or-later
"""What scalars stand for. What is right here was seen on slurmrestd 22.05.8 and, of scanned texts, on 24.11.5."""

from __future__ import annotations

import pytest
from reading_alone import BAD, read

from slurmrest_inet.schema import scalars


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (-5, "-5"),
        (1.5, "1.500000"),
        ([], BAD),
        ({}, BAD),
    ],
)
def test_text(value: object, text: object) -> None:
    assert read(scalars.to_text, value) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        ("5", 5),
        ("+5", 5),
        ("-5", -5),
        ("007", 7),
        (2.5, 2),
        (3.5, 4),
        (2**70, 2**63 - 1),
        ("9" * 30, 2**63 - 1),
        *((bad, BAD) for bad in ("", "x", "5 ", "1.5", None, True, [], "\u0665")),
    ],
)
def test_integer(value: object, number: object) -> None:
    assert read(scalars.to_integer, value) == number


@pytest.mark.parametrize("value", [True, "y", "Yes", "t", "TRUE", "on", "any", " ", 1, -1, 0.5, "5", "0.1", "1e5"])
def test_true(value: object) -> None:
    assert scalars.to_truth(value) is True


@pytest.mark.parametrize(
    "value", [False, "n", "No", "f", "false", "OFF", "", None, 0, 0.0, "0", "00", "-0", "0.0", ".0"]
)
def test_false(value: object) -> None:
    assert scalars.to_truth(value) is False


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~x", None),
        ("Null", None),
        ("on", True),
        ("No", False),
        (" 30", 30),
        ("+5", 5),
        ("0x10", 16),
        ("-0x10", -16),
        ("007", 7),
        ("9" * 30, 2**63 - 1),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        ("-1.5e-1", -0.15),
        ("5e", 5.0),
        ("-inf", float("-inf")),
        *((text, text) for text in ("x", "1x", "0xg", "1.x", "++1", "1e5x", ".5", "\u0665", "30 ")),
    ],
)
def test_scanned(text: str, value: object) -> None:
    found = scalars.infer_scanned(text)
    assert found == value
    assert type(found) is type(value)
