# SPDX-License-Identifier: GPL-2.0-or-later
"""Slurm's REST API, one process per client connection."""

__version__ = "0.1.0"
