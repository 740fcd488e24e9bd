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

import slurmrest_inet

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Starter

REPOSITORY = os.path.dirname(os.path.dirname(slurmrest_inet.__file__))
PACKAGES = os.path.dirname(os.path.dirname(h11.__file__))

# Each of these is more than 1 ms, some are more than 20.
HEAVY = [
    "argparse",
    "ast",
    "asyncio",
    "collections",
    "contextlib",
    "dataclasses",
    "dis",
    "email",
    "enum",
    "functools",
    "getopt",
    "gettext",
    "importlib.metadata",
    "inspect",
    "json",
    "logging",
    "pathlib",
    "random",
    "re",
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
    start = (
        f"import sys; sys.path[:0] = [{REPOSITORY!r}, {PACKAGES!r}]\nfrom slurmrest_inet import lazy\nenviron = {{}}\n"
    )
    command = [sys.executable, "-I", "-S", "-c", start + textwrap.dedent(code)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def loaded(*names: str) -> str:
    """Code that prints which of `names` are really loaded; a stand-in has no file."""
    return f"print(*[name for name in {names!r} if hasattr(sys.modules.get(name), '__file__')])"


SLOW = ("typing", "dataclasses", "inspect", "re", "enum", "functools", "collections")


def test_h11_works_without_them() -> None:
    printed = run(f"""
        lazy.start(environ)
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
        import dataclasses, inspect, re, typing
        from typing import Generic, Optional, TypeVar
        @dataclasses.dataclass
        class Point:
            x: int
            y: "str" = "a"
        T = TypeVar("T")
        class Box(Generic[T]): ...
        print(Point.__doc__, Point(1), [field.type for field in dataclasses.fields(Point)], Optional[int], Box[int])
        print(inspect.signature(lambda a, *, b: 0), typing.get_type_hints(Point), re.split("a+", "baac", flags=re.I))
    """
    assert run("lazy.start(environ)\n" + textwrap.dedent(use)) == run(use)


EXPRESSIONS = """
    import sys, h11._readers, h11._events, h11._headers, h11._receivebuffer
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("h11.")]
    kind = type(h11._readers.request_line_re)
    found = [value for module in modules for value in vars(module).values() if type(value) is kind]
    print(len(found))
    print(*[(one.pattern, one.flags, one.groups, one.groupindex) for one in found], sep="\\n")
    for one in found:
        for text in (
            *(b"GET /a HTTP/1.1", b"Host: a b ", b"a", b"12", b"1f;x\\r\\n"),
            *(b"HTTP/1.1 200 OK", b"\\n\\r\\n", b"\\x00", b" \\t", b""),
        ):
            match = one.fullmatch(text)
            print(one.pattern, text, match and match.groupdict(), one.search(b"  " + text) is not None)
"""


def test_the_expressions_of_the_build_are_those_of_re() -> None:
    seen = run("lazy.start(environ)\n" + textwrap.dedent(EXPRESSIONS))
    assert seen == run(EXPRESSIONS)
    assert int(seen.split("\n", 1)[0]) >= 10
    assert run(f"lazy.start(environ)\n{loaded('re')}") == "\n"


def test_other_expressions_are_compiled_by_re() -> None:
    printed = run(f"""
        import slurmrest_inet._regexes as regexes
        regexes.COMPILED.popitem()
        lazy.start(environ)
        import h11
        {loaded("re", "typing")}
    """)
    assert printed == "re typing\n"


def test_another_interpreter_compiles_them_itself() -> None:
    printed = run(f"""
        import slurmrest_inet._regexes as regexes
        regexes.MADE_FOR = (1, *regexes.MADE_FOR[1:])
        lazy.start(environ)
        {loaded("re", "typing")}
    """)
    assert printed == "re\n"


def test_they_can_be_switched_off() -> None:
    printed = run(f"""
        lazy.start({{"SLURMREST_INET_STAND_INS": "no"}})
        print("h11" in sys.modules)
        import h11
        {loaded("re", "typing", "dataclasses")}
    """)
    assert printed == "False\nre typing dataclasses\n"


OTHER_USES = {
    "another word of dataclasses": "from dataclasses import field",
    "a base class that is no abstract one": "from typing import NamedTuple\nclass Pair(NamedTuple):\n    left: int",
    "an operator": "from typing import Mapping\nisinstance({}, Mapping)",
    "a module that uses them": "from uses import Pair\nfrom dataclasses import field",
}


@pytest.mark.parametrize("more", OTHER_USES.values(), ids=OTHER_USES)
def test_an_h11_that_needs_more_gets_the_real_modules(more: str, tmp_path: Path) -> None:
    (tmp_path / "uses.py").write_text("from typing import Mapping\nclass Pair(Mapping[int, int]): ...\n")
    printed = run(f"""
        import importlib.abc, importlib.machinery, os
        sys.path.append({str(tmp_path)!r})
        # As if a future h11 used more than today's.
        source = os.path.join({PACKAGES!r}, "h11", "_util.py")
        class Loader(importlib.machinery.SourceFileLoader):
            def get_code(self, name):
                return compile(open(source).read() + "\\n" + {more!r} + "\\n", source, "exec")
        class Finder(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path, target=None):
                if name == "h11._util":
                    return importlib.machinery.ModuleSpec(name, Loader(name, source), origin=source)
        sys.meta_path.insert(0, Finder())
        for name in [name for name in sys.modules if name in ("typing", "dataclasses", "inspect", "re")]:
            del sys.modules[name]
        lazy.start(environ)
        print("h11" in sys.modules, "uses" in sys.modules)
        import h11
        print(h11.Data(b"1"), h11.Data.__dataclass_fields__.keys())
    """)
    assert printed.startswith("False False\nData(data=b'1', chunk_start=False, chunk_end=False) dict_keys(['data', ")


def test_an_h11_that_cannot_be_loaded_says_so_where_it_is_needed() -> None:
    printed = run("""
        sys.modules["h11._events"] = None
        lazy.start(environ)
        try:
            import h11
        except ImportError as error:
            print(error)
    """)
    assert printed == "import of h11._events halted; None in sys.modules\n"


def test_what_is_loaded_is_not_replaced() -> None:
    assert (
        run("""
        import dataclasses, typing
        before = dict(sys.modules)
        lazy.start(environ)
        import h11
        print(sys.modules["typing"] is typing, sys.modules["dataclasses"] is dataclasses)
        print(h11.Data.__dataclass_fields__.keys())
    """)
        == "True True\ndict_keys(['data', 'chunk_start', 'chunk_end'])\n"
    )


def test_an_instance_loads_nothing_heavy(start: Starter) -> None:
    answers, _, _ = start.talk(request("/modules"))
    names = set(answers[0].body.decode().split())
    assert "h11" in names
    # The guard of these tests is made with ctypes, which loads that from Python 3.14 on.
    assert names & set(HEAVY) - {"threading"} == set()
