# SPDX-License-Identifier: GPL-2.0-or-later
"""The build's own modules and the probe can be imported by the tests of this room."""

from __future__ import annotations

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "cffi_build")]
sys.path.append(ROOT)  # behind an installed package, which has the compiled extension
