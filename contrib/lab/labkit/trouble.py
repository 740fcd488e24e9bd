# SPDX-License-Identifier: GPL-2.0-or-later
"""The one error that the lab's command turns into a sentence on standard error and exit status 1."""


class LabError(Exception):
    """Something the caller can act on: the message is the whole explanation, shown without a traceback."""
