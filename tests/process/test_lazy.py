# SPDX-License-Identifier: GPL-2.0-or-later
"""What an instance loads: every module costs each connection its time."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import h11
from wire import request

if TYPE_CHECKING:
    from conftest import Starter

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACKAGES = os.path.dirname(os.path.dirname(h11.__file__))

# Each of these is more than 1 ms, some are more than 20.
HEAVY = [
    "argparse",
    "ast",
    "asyncio",
    "dis",
    "email",
    "getopt",
    "gettext",
    "importlib.metadata",
    "inspect",
    "json",
    "logging",
    "pathlib",
    "random",
    "selectors",
    "shutil",
    "signal",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "tokenize",
    "traceback",
    "urllib.parse",
    "yaml",
    "zipfile",
]


def run(code: str) -> str:
    """What `code` prints in a fresh interpreter that has loaded h11 our way."""
    start = f"import sys; sys.path[:0] = [{REPOSITORY!r}, {PACKAGES!r}]\nfrom slurmrest_inet import lazy\n"
    command = [sys.executable, "-I", "-S", "-c", start + textwrap.dedent(code)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_h11_works_without_inspect() -> None:
    printed = run("""
        lazy.load_h11()
        import h11
        connection = h11.Connection(h11.SERVER)
        connection.receive_data(b"GET / HTTP/1.1\\r\\nHost: lab\\r\\n\\r\\n")
        print(connection.next_event())
        print("inspect" in sys.modules)
    """)
    first, second = printed.splitlines()
    assert first.startswith("Request(method=b'GET', headers=<Headers([(b'host', b'lab')])>")
    assert second == "False"


def test_inspect_is_the_real_one_for_others() -> None:
    assert (
        run("""
        lazy.load_h11()
        import inspect
        print(inspect.__file__.endswith("inspect.py"), str(inspect.signature(lambda a, *, b: 0)))
    """)
        == "True (a, *, b)\n"
    )


def test_dataclasses_is_whole_for_others() -> None:
    use = """
        import dataclasses
        @dataclasses.dataclass
        class Point:
            x: int
            y: "str" = "a"
        print(Point.__doc__, Point(1), [field.type for field in dataclasses.fields(Point)])
    """
    assert run("lazy.load_h11()\n" + textwrap.dedent(use)) == run(use)


def test_nothing_is_touched_where_there_is_nothing_to_save() -> None:
    assert (
        run("""
        import dataclasses, inspect
        lazy.load_h11()
        print(dataclasses.inspect is inspect, sys.modules["inspect"] is inspect, "h11" in sys.modules)
    """)
        == "True True False\n"
    )


def test_an_instance_loads_nothing_heavy(start: Starter) -> None:
    answers, _, _ = start.talk(request("/modules"))
    loaded = set(answers[0].body.decode().split())
    assert "h11" in loaded
    # ctypes is the tests' own stand-in for prctl; site's and ctypes's imports are not ours.
    assert loaded & set(HEAVY) == set()
