# SPDX-License-Identifier: GPL-2.0-or-later
"""Texts of generic resources."""

from __future__ import annotations

import pytest

from slurmrest_inet.schema import tres


@pytest.mark.parametrize(
    ("text", "found"),
    [("gpu:1", "gres:gpu:1"), ("gpu:1,mps:2", "gres:gpu:1,gres:mps:2"), ("gres:gpu", "gres:gpu"), ("", "gres:")],
)
def test_gres(text: str, found: str) -> None:
    assert tres.gres(text, "gres:") == found


@pytest.mark.parametrize(
    ("text", "found"), [("2", "gres:gpu:2"), ("a:1,,b:2", "gres:gpu:a:1,gres:gpu:b:2"), ("", None)]
)
def test_gpus(text: str, found: str | None) -> None:
    assert tres.gpus(text, "gres:") == found
