# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of the lab, a private real Slurm in one folder; `contrib/lab/lab` is the command over them."""
