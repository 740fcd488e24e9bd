# SPDX-License-Identifier: GPL-2.0-or-later
"""Our records beside those of `typing`: the same code must print the same."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

USE = """
    from __future__ import annotations
    import sys
    sys.path.insert(0, {root!r})
    from {module} import TYPE_CHECKING, NamedTuple, cast

    class Point(NamedTuple):
        "A point."
        x: int
        y: float | None = None
        z: tuple[int, ...] = ()

        @property
        def sum(self) -> int:
            return self.x + 1

        def __repr__(self) -> str:
            return f"P{{tuple(self)}}"

    class Plain(NamedTuple):
        a: int
        b: list[int] = []

    point = Point(1, z=(2,))
    print(point, point.sum, point == (1, None, (2,)), point._replace(x=7), Point._fields, Point._field_defaults)
    print(Point.__doc__, Point.__module__, Point.__qualname__, Point.__mro__, Plain(1), Plain(b=[1], a=2))
    print(Point._make((1, 2, 3)), Plain(1)._asdict(), hash(point) == hash((1, None, (2,))), point.y, point.z)
    for wrong in (lambda: Point(), lambda: Point(1, 2, 3, 4), lambda: Point(1, q=2), lambda: Point(1, x=2)):
        try:
            wrong()
        except TypeError:
            print("TypeError")
    for wrong in (lambda: point._replace(q=1), lambda: Plain(1)._replace(q=1)):
        try:
            wrong()
        except (TypeError, ValueError):
            print("refused")
    try:
        point.x = 2
    except AttributeError:
        print("AttributeError")
    try:
        class Wrong(NamedTuple):
            x: int = 1
            y: int
    except TypeError as error:
        print("TypeError")
    import copy, pickle
    print(copy.copy(point), copy.deepcopy(point), pickle.loads(pickle.dumps(point)))
    print(TYPE_CHECKING, cast("int", 5))
    print(Point.__annotations__.keys())
"""


def _printed(module: str, *, then: str = "") -> str:
    code = textwrap.dedent(USE.format(root=ROOT, module=module)) + then
    return subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True, text=True).stdout


def test_records_are_what_typing_makes_of_them() -> None:
    assert _printed("slurmrest_inet.record") == _printed("typing")


@pytest.mark.parametrize("heavy", ["typing", "collections", "functools", "re"])
def test_that_a_record_loads_nothing(heavy: str) -> None:
    code = f"import sys; sys.path.insert(0, {ROOT!r}); import slurmrest_inet.record; print({heavy!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"
