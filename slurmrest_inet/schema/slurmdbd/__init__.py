# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of what slurmdbd knows, one file per C struct, with the words for its flags beside them."""
