# SPDX-License-Identifier: GPL-2.0-or-later
"""What an instance loads: every module costs each connection its time."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import h11
import pytest
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
    "dataclasses",
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
    "typing",
    "urllib.parse",
    "yaml",
    "zipfile",
]


SEEN = (
    "Request(method=b'POST', headers=<Headers([(b'host', b'lab'), (b'content-length', b'1')])>, "
    "target=b'/', http_version=b'1.1')"
)


def run(code: str) -> str:
    """What `code` prints in a fresh interpreter that has loaded h11 our way."""
    start = f"import sys; sys.path[:0] = [{REPOSITORY!r}, {PACKAGES!r}]\nfrom slurmrest_inet import lazy\n"
    command = [sys.executable, "-I", "-S", "-c", start + textwrap.dedent(code)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def loaded(*names: str) -> str:
    """Code that prints which of `names` are really loaded; a stand-in has no file."""
    return f"print(*[name for name in {names!r} if hasattr(sys.modules.get(name), '__file__')])"


SLOW = ("typing", "dataclasses", "inspect")

needs_stand_ins = pytest.mark.skipif(sys.version_info >= (3, 14), reason="there are no stand-ins from 3.14 on")


@needs_stand_ins
def test_h11_works_without_them() -> None:
    printed = run(f"""
        lazy.start()
        import h11
        connection = h11.Connection(h11.SERVER)
        connection.receive_data(b"POST / HTTP/1.1\\r\\nHost: lab\\r\\nContent-Length: 1\\r\\n\\r\\n1")
        events = [connection.next_event() for _ in range(3)]
        print(*events, sep="\\n")
        print(events[1] == h11.Data(bytearray(b"1")), events[1] == h11.Data(b"2"), events[1] == events[2])
        try:
            events[0].method = b"GET"
        except AttributeError as error:
            print(error)
        head = h11.Response(status_code=200, headers=[("Content-Length", "2")])
        print(b"".join(connection.send(event) for event in (head, h11.Data(b"ab"), h11.EndOfMessage())))
        connection.start_next_cycle()
        connection.receive_data(b"bad\\r\\n\\r\\n")
        try:
            connection.next_event()
        except h11.RemoteProtocolError as error:
            print(error)
        {loaded(*SLOW)}
    """)
    assert printed.splitlines() == [
        SEEN,
        "Data(data=bytearray(b'1'), chunk_start=False, chunk_end=False)",
        "EndOfMessage(headers=<Headers([])>)",
        "True False False",
        "cannot assign to field 'method'",
        "b'HTTP/1.1 200 \\r\\nContent-Length: 2\\r\\n\\r\\nab'",
        "illegal request line: bytearray(b'bad')",
        "",
    ]


def test_others_get_the_real_modules() -> None:
    use = """
        import dataclasses, inspect, typing
        from typing import Generic, Optional, TypeVar
        @dataclasses.dataclass
        class Point:
            x: int
            y: "str" = "a"
        T = TypeVar("T")
        class Box(Generic[T]): ...
        print(Point.__doc__, Point(1), [field.type for field in dataclasses.fields(Point)], Optional[int], Box[int])
        print(inspect.signature(lambda a, *, b: 0), typing.get_type_hints(Point))
        print(typing.NamedTuple("N", [("a", int)])(1))
    """
    assert run("lazy.start()\n" + textwrap.dedent(use)) == run(use)
    # The words that both know are the same for both.
    first = "lazy.start()\nfrom typing import TYPE_CHECKING, NamedTuple, cast\nimport typing\n"
    assert run(first + textwrap.dedent(use)) == run(use)


def test_records_are_what_typing_makes_of_them() -> None:
    use = """
        from __future__ import annotations
        from typing import NamedTuple
        class Point(NamedTuple):
            'A point.'
            x: int
            y: float | None = None
            z: tuple[int, ...] = ()
            @property
            def sum(self) -> int:
                return self.x + 1
            def __repr__(self) -> str:
                return f"P{tuple(self)}"
        point = Point(1, z=(2,))
        print(point, point.sum, point == (1, None, (2,)), point._replace(x=7), Point._fields, Point._field_defaults)
        print(Point.__doc__, Point.__module__, Point.__qualname__, Point.__mro__)
        try:
            class Wrong(NamedTuple):
                x: int = 1
                y: int
        except TypeError as error:
            print("TypeError")
        import pickle, copy
        print(copy.copy(point), pickle.loads(pickle.dumps(point)))
    """
    future, code = textwrap.dedent(use).strip().split("\n", 1)
    start = f"{future}\nimport sys; sys.path[:0] = [{REPOSITORY!r}, {PACKAGES!r}]\nfrom slurmrest_inet import lazy\n"
    outputs = []
    for first in ("", "lazy.start()\n"):
        command = [sys.executable, "-I", "-S", "-c", start + first + code]
        outputs.append(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert outputs[0] == outputs[1]


def test_an_h11_that_needs_more_gets_the_real_modules() -> None:
    printed = run(f"""
        import importlib.abc, importlib.machinery, os
        # As if a future h11 used another word of dataclasses.
        source = os.path.join({PACKAGES!r}, "h11", "_util.py")
        class Loader(importlib.machinery.SourceFileLoader):
            def get_code(self, name):
                return compile("from dataclasses import field\\n" + open(source).read(), source, "exec")
        class Finder(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path, target=None):
                if name == "h11._util":
                    return importlib.machinery.ModuleSpec(name, Loader(name, source), origin=source)
        sys.meta_path.insert(0, Finder())
        for name in [name for name in sys.modules if name in ("typing", "dataclasses", "inspect")]:
            del sys.modules[name]
        lazy.start()
        import h11
        print(h11.Data(b"1"), h11.Data.__dataclass_fields__.keys())
    """)
    assert printed.startswith("Data(data=b'1', chunk_start=False, chunk_end=False) dict_keys(['data', ")


def test_what_is_loaded_is_not_replaced() -> None:
    assert (
        run("""
        import dataclasses, typing
        before = dict(sys.modules)
        lazy.start()
        import h11
        print(sys.modules["typing"] is typing, sys.modules["dataclasses"] is dataclasses)
        print(h11.Data.__dataclass_fields__.keys())
    """)
        == "True True\ndict_keys(['data', 'chunk_start', 'chunk_end'])\n"
    )


@needs_stand_ins
def test_an_instance_loads_nothing_heavy(start: Starter) -> None:
    answers, _, _ = start.talk(request("/modules"))
    names = set(answers[0].body.decode().split())
    assert "h11" in names
    assert names & set(HEAVY) == set()
