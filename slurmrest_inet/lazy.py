# SPDX-License-Identifier: GPL-2.0-or-later
"""Load h11 without `inspect`, which costs 4 to 6 ms of every start and gives h11 nothing.

h11 describes its events with dataclasses, and `dataclasses` imports `inspect` (with it ast, dis, tokenize, linecache)
for two small things: the docstring of a class that has none (one private base class of h11), and since Python 3.12 the
annotations of a class, which stand in the class's own namespace.

Rule 1: only the name `inspect` inside the module `dataclasses` is replaced; `import inspect` anywhere else, before or
        after, gives the real module.
Rule 2: what the stand-in does not know it takes from the real module, loaded at that moment: nothing can be missing,
        it can only be late. The one untrue answer, a docstring without parameters, is given only while h11 loads.
Rule 3: if `dataclasses` or `inspect` is already loaded there is nothing to save, and nothing is touched.
"""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False  # typing's own, without loading typing
if TYPE_CHECKING:
    from typing import Any


class _InspectOnDemand(ModuleType):
    """Stands for `inspect` in the globals of `dataclasses`."""

    def __getattr__(self, name: str) -> Any:
        import inspect  # noqa: PLC0415 - the import that this class exists to put off

        return getattr(inspect, name)

    def get_annotations(self, obj: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """`inspect.get_annotations` for the one case that needs no `inspect`: a class, annotations as they stand."""
        # From 3.14 on annotations are computed on demand and dataclasses asks annotationlib; 3.9 does not ask at all.
        if isinstance(obj, type) and not args and not options and sys.version_info < (3, 14):
            return dict(vars(obj).get("__annotations__") or {})
        annotations: dict[str, Any] = self.__getattr__("get_annotations")(obj, *args, **options)
        return annotations


def _unknown_signature(_class: Any) -> str:
    return "(...)"


def load_h11() -> None:
    """Import h11 cheaply; call it before anything else imports h11 or `dataclasses`."""
    if "dataclasses" in sys.modules or "inspect" in sys.modules:
        return
    stand_in = _InspectOnDemand("inspect")
    sys.modules["inspect"] = stand_in
    try:
        import dataclasses  # noqa: F401, PLC0415 - imported for what it leaves in sys.modules
    finally:
        del sys.modules["inspect"]
    vars(stand_in)["signature"] = _unknown_signature
    try:
        import h11  # noqa: F401, PLC0415 - likewise
    finally:
        del vars(stand_in)["signature"]
