# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that is compared on slurmdbd's side: the requests and rows of each `dbd_*.py` beside this file.

Such a module is of one kind of record. CASES are its requests, each asked in every version that the lab's release is
the home of; `{v}` and `{alice}` are as in cases.py, `{cluster}`, `{account}`, `{user}`, `{qos}`, `{wckey}` and `{tres}`
stand for each one that the lab has. DIFFERENCES are its rows, beside those of all requests (differences.py).
"""

from __future__ import annotations

import glob
import importlib
import os
from typing import TYPE_CHECKING

from differences import DIFFERENCES as OF_ALL

if TYPE_CHECKING:
    from cases import Case
    from comparison import Difference

_MODULES = [
    importlib.import_module(os.path.basename(path)[:-3])
    for path in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "dbd_*.py")))
]

CASES: tuple[Case, ...] = tuple(case._replace(each=True) for module in _MODULES for case in module.CASES)

OWN: tuple[Difference, ...] = tuple(row for module in _MODULES for row in module.DIFFERENCES)
"""Rows that only requests on this side can need."""

ROWS = (*(row for row in OF_ALL if not row.releases), *OWN)
