# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab whose slurmctld has other settings for a while."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab


@contextlib.contextmanager
def configured(lab: Lab, changed: dict[str, str | None]) -> Iterator[None]:
    """The lab with other settings (None: without one)."""
    with open(lab.conf, encoding="utf-8") as file:
        before = file.read()
    text = before
    for name, value in changed.items():
        text = re.sub(rf"(?m)^{name}=.*\n", "", text)
        if value is not None:
            text = f"{name}={value}\n{text}"
    try:
        _configure(lab, text)
        yield
    finally:
        _configure(lab, before)


def _configure(lab: Lab, text: str) -> None:
    with open(lab.conf, "w", encoding="utf-8") as file:
        file.write(text)
    lab.run("scontrol", "reconfigure")
