# SPDX-License-Identifier: GPL-2.0-or-later
"""The regular expressions of h11, compiled while this program is built: `re` need not be loaded to serve a request.

Rule 1: what is written down is what `re` itself hands to the interpreter; nothing is known here of its form.
Rule 2: it is for interpreters that read the same code (`_sre.MAGIC`); lazy.py looks at that before it uses any of it.
"""

from __future__ import annotations

import contextlib
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "_regexes.py"

_HEAD = "# SPDX-License-Identifier: GPL-2.0-or-later\n"


@contextlib.contextmanager
def _watched(found: dict[tuple[Any, int], tuple[Any, ...]]) -> Iterator[None]:
    """Within the block, what each call of re.compile gives to the interpreter is noted."""
    import _sre  # noqa: PLC0415 - an interpreter without it builds without this

    given_compile, given_lowest = re.compile, _sre.compile
    noted: list[tuple[Any, ...]] = []

    def lowest(pattern: Any, *rest: Any) -> Any:
        noted.append(rest)
        return given_lowest(pattern, *rest)

    def compile_(pattern: Any, flags: Any = 0) -> Any:
        re.purge()
        noted.clear()
        made = given_compile(pattern, flags)
        found[pattern, int(flags)] = noted[-1]
        return made

    re.compile, _sre.compile = compile_, lowest
    try:
        yield
    finally:
        re.compile, _sre.compile = given_compile, given_lowest


def source() -> str | None:
    """Return the module's text; None where h11 is not installed."""
    import _sre  # noqa: PLC0415 - as above
    import dataclasses  # noqa: F401, PLC0415 - loaded now, so that what it compiles for itself is not noted

    found: dict[tuple[Any, int], tuple[Any, ...]] = {}
    for name in [name for name in sys.modules if name.partition(".")[0] == "h11"]:
        del sys.modules[name]
    with _watched(found):
        try:
            import h11  # noqa: F401, PLC0415 - imported for what it compiles
        except ImportError:
            return None
    rows = ""
    for key, (flags, code, *rest) in found.items():
        rows += f"    {key!r}: ({flags}, {list(map(int, code))}, {', '.join(map(repr, rest))}),\n"
    made_for = (_sre.MAGIC, _sre.CODESIZE, *sys.version_info[:2])
    return f"{_HEAD}MADE_FOR = {made_for}\nCOMPILED = {{\n{rows}}}\n"
