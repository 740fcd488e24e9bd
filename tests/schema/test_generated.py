# SPDX-License-Identifier: GPL-2.0-or-later
"""The C rows that the build makes of the tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import rows

from slurmrest_inet.schema.tables import TABLES

if TYPE_CHECKING:
    from headers import Headers


def test_that_versions_which_agree_share_their_rows(headers: Headers) -> None:
    """Also where they nest tables that agree; the numbers are the versions in which statistics changed."""
    text = rows.Generator(headers).write(TABLES)
    assert re.findall(r" rows_stats_info_response_msg_t_(\d+)\[\]", text) == ["36", "38", "39", "40", "41", "45"]
