# SPDX-License-Identifier: GPL-2.0-or-later
"""The build's own modules and the probe can be imported by the tests of this room."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "cffi_build")]
sys.path.append(ROOT)  # behind an installed package, which has the compiled extension


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The extension with the probe's rows."""
    import documents  # noqa: PLC0415 - on the path since the lines above
    import probe  # noqa: PLC0415 - likewise

    return probe.build(str(tmp_path_factory.mktemp("probe")), sanitize=documents.SANITIZED)
