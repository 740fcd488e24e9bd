# SPDX-License-Identifier: GPL-2.0-or-later
"""Where modules are found in a Python that was started without `site` (`-S`), as the launcher does.

Rule 1: the folder of this package comes first, because what an instance needs lies beside it in most installations.
Rule 2: what is not there is looked up with all that `site` knows: another folder, a `.pth` file of an environment or
        an editable installation. That costs its time only where it is needed.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class _WithSite:
    """The last on sys.meta_path: the first module that nobody finds lets `site` do its work."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is not None:
            return None  # of a package that has been found: it is nowhere else
        everywhere()
        for finder in sys.meta_path:
            found = finder.find_spec(name, path, target)
            if found is not None:
                return found
        return None


def complete() -> None:
    """See to it that modules are found that are not beside this package."""
    sys.meta_path.append(_WithSite())


def everywhere() -> None:
    """Let `site` do its work now, if it has not yet: sys.path then has every folder."""
    for finder in [one for one in sys.meta_path if isinstance(one, _WithSite)]:
        sys.meta_path.remove(finder)
        import site  # noqa: PLC0415 - see rule 2

        site.main()
