# SPDX-License-Identifier: GPL-2.0-or-later
"""The installed headers; the build's modules, the facts and what these tests share on the path."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../cffi_build"))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../facts"))
sys.path.insert(0, os.path.dirname(__file__))

import headers as headers_
import openapi

from slurmrest_inet.versions import DIALECTS

if TYPE_CHECKING:
    from headers import Headers


@pytest.fixture(scope="session")
def headers() -> Headers:
    """What the installed headers say; the tests are skipped where there are none."""
    try:
        return headers_.read()
    except headers_.BuildError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def release(headers: Headers) -> str:
    """The installed release, as in schema/releases.py."""
    return f"{headers.release[0]}.{headers.release[1]:02d}"


@pytest.fixture(scope="session")
def made(headers: Headers) -> dict[int, dict[str, Any]]:
    """The document of each API version."""
    return {version: openapi.document(headers, (version,)) for version in DIALECTS}
