# SPDX-License-Identifier: GPL-2.0-or-later
"""The build's modules and the facts on the path."""

from __future__ import annotations

import os
import sys

for _folder in ("../../cffi_build", "../facts"):
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), _folder))
