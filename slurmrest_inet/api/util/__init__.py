# SPDX-License-Identifier: GPL-2.0-or-later
"""Operations that no daemon is asked for."""
