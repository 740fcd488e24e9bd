# SPDX-License-Identifier: GPL-2.0-or-later
"""The modules beside this one, importable, and where packages are generated."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Callable

    from places import Place

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "../../contrib/lab")]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where packages are generated."""
    return str(tmp_path_factory.mktemp("generated"))


@pytest.fixture(scope="session")
def place_of(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Place]]:
    """Our server on a cluster of a release: the lab of all tests if it is this machine's own, else one for this run."""
    from labkit import releases  # noqa: PLC0415 - after the lines above
    from places import here, there  # noqa: PLC0415

    known: dict[str, Place] = {}
    with contextlib.ExitStack() as ending:

        def of(release: str) -> Place:
            if release not in known:
                own = release == releases.own()
                known[release] = ending.enter_context(here(request.getfixturevalue("lab")) if own else there(release))
            return known[release]

        yield of
