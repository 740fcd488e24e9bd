# SPDX-License-Identifier: GPL-2.0-or-later
"""The real slurmrestd and ours side by side on one lab: what the comparison and the bench share."""
