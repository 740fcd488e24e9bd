# SPDX-License-Identifier: GPL-2.0-or-later
"""A site's own plug-ins for slurmrest-inet."""
