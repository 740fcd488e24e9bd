# SPDX-License-Identifier: GPL-2.0-or-later
"""Points in time as sbatch's options write them. What is right here was seen on slurmrestd 22.05.8."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slurmrest_inet.schema import moments

NOW = 1_795_345_200.0  # a Sunday in November 2026, 10:20 in UTC


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def _at(text: str) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moments.point_in_time(text, NOW)))


def test_the_day_of_these_tests() -> None:
    assert _at("now") == "2026-11-22T11:00:00"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2030-01-02T03:04:05", "2030-01-02T03:04:05"),
        ("2030-01-02", "2030-01-02T00:00:00"),
        ("2030-01-02 3:04 pm", "2030-01-02T15:04:00"),
        ("12/24/30-10:00", "2030-12-24T10:00:00"),
        ("122430", "2030-12-24T00:00:00"),
        ("1.2.30", "2030-01-02T00:00:00"),
        ("1224", "2026-12-24T00:00:00"),
        ("0101", "2027-01-01T00:00:00"),
        ("1122", "2027-11-22T00:00:00"),
        ("11:01", "2026-11-22T11:01:00"),
        ("11:00", "2026-11-23T11:00:00"),
        ("9:15:30", "2026-11-23T09:15:30"),
        ("12:00 am", "2026-11-23T00:00:00"),
        ("12:00PM", "2026-11-22T12:00:00"),
        ("noon", "2026-11-22T12:00:00"),
        ("midnight", "2026-11-23T00:00:00"),
        ("fika", "2026-11-22T15:00:00"),
        ("tomorrow teatime", "2026-11-23T16:00:00"),
        ("today", "2026-11-22T00:00:00"),
        ("NOW+1hour", "2026-11-22T12:00:00"),
        ("now + 2 days", "2026-11-24T11:00:00"),
        ("now+90", "2026-11-22T11:01:30"),
        ("now-1week", "2026-11-15T11:00:00"),
        ("now+00000000000000000001hour", "2026-11-22T12:00:00"),
        ("uts1900000000", "2030-03-17T17:46:40"),
    ],
)
def test_point_in_time(text: str, moment: str) -> None:
    assert _at(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "x", "Tomorrow", "24:00", "10:60", "10:00:60", "13:00 pm", "1", "13/01", "1/32", "12252", "now+"),
        *("now+1fortnight", "now 5", "uts5", "utsx", "uts-1900000000", "2030-13-01", "2030-01-32", "10:0", "2030"),
        *("now+999999999999weeks", "now-999999999999weeks", "fi\u212aa"),
    ],
)
def test_no_point_in_time(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any
        moments.point_in_time(text, NOW)


def test_that_far_is_as_far_as_the_calendar_goes() -> None:
    for seconds in (9_999_999_999_999, 2 * 10**16):
        assert moments.point_in_time(f"now+{seconds}", NOW) == int(NOW) + seconds
    for digits in (10**17, 10**18, 2**64, 10**400):
        with pytest.raises(ValueError):  # noqa: PT011 - any
            moments.point_in_time(f"now+{digits}", NOW)


@pytest.mark.parametrize("word", ["today", "NOW ", "noon", "now+1hour", "10:00", "1224 ", "now" + " " * 9, "T"])
def test_that_a_text_is_read_in_time_that_is_in_proportion_to_it(word: str) -> None:
    words = 1_000_000 // len(word)
    before = time.thread_time()
    with contextlib.suppress(ValueError):
        moments.point_in_time(word * words + "today", NOW)
    assert time.thread_time() - before < 5  # of that many characters; a copy of the rest at each word takes minutes


@given(st.text(max_size=20))
def test_that_any_text_is_a_time_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(moments.point_in_time(text, NOW), int)
