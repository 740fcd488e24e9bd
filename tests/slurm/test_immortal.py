# SPDX-License-Identifier: GPL-2.0-or-later
"""What is made immortal before a listener forks, and what is not: it must still die."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

pytest.importorskip("slurmrest_inet._slurm")

import slurmrest_inet

ROOT = os.path.dirname(os.path.dirname(slurmrest_inet.__file__))
KNOWN = (
    (3, 12) <= sys.version_info < (3, 15) and sys.maxsize > 2**32 and getattr(sys, "_is_gil_enabled", lambda: True)()
)
needs_it = pytest.mark.skipif(not KNOWN, reason="this Python knows no immortal objects, or is laid out otherwise")


def printed(code: str) -> str:
    """What `code` prints in a process of its own that has made itself immortal; `eternal` tells of an object."""
    start = f"""
        import gc, os, socket, sys, weakref
        sys.path.append({ROOT!r})
        from slurmrest_inet.slurm import library

        class Plain: pass
        class Table(tuple): pass
        def function(a, b=(1000001, "default")):
            return [a, "a constant", 1000002, b]
        plain, opened, row, lasting = Plain(), socket.socket(), Table((1000003, "cell")), [1, 2]
        plain.member, told = "of " + str(plain), []
        weakref.finalize(plain, told.append, "plain")
        opened_number = opened.fileno()
        generator = (one for one in lasting)
        data = library.ffi.gc(library.ffi.new("char[]", 8), lambda _: told.append("data"))
        count = library.immortalise_program()
        def eternal(one): return sys.getrefcount(one) >= 1 << 30
    """
    command = [sys.executable, "-c", textwrap.dedent(start) + textwrap.dedent(code)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@needs_it
def test_what_code_is_made_of_is_immortal() -> None:
    lines = printed("""
        print(count > 5000)
        code = function.__code__
        held = (function, code, code.co_consts, code.co_names, code.co_consts[-1], function.__defaults__, Plain)
        held += (row, row[0], library, library.adopt, vars(library), os.fstat, os.__name__)
        print(*(eternal(one) for one in held))
    """).splitlines()
    assert lines[0] == "True"
    assert set(lines[1].split()) == {"True"}


@needs_it
def test_what_must_die_does() -> None:
    lines = printed("""
        print(*(eternal(one) for one in (plain, opened, generator, lasting, data, library.ffi)))
        del plain, data, opened
        gc.collect()
        print(sorted(told))
        try:
            os.fstat(opened_number)
        except OSError:
            print("closed")
    """).splitlines()
    assert lines == ["False False False False False False", "['data', 'plain']", "closed"]


@needs_it
def test_life_goes_on() -> None:
    """Functions run, dicts and types change, and the collector finds rubbish, also in a child."""
    lines = printed("""
        gc.freeze()
        class Later(Plain):
            pass
        def make():
            one, other = Later(), Later()
            one.other, other.one = other, one
            weakref.finalize(one, told.append, "rubbish")
        make()
        Plain.added = {"a": function(1)}
        library.new_name = [*"abc"]
        del library.new_name
        gc.collect()
        print(told, Plain.added, function("x") == ["x", "a constant", 1000002, (1000001, "default")], flush=True)
        if not os.fork():
            make()
            gc.collect()
            print(told[1:], flush=True)
            os._exit(0)
        print(os.wait()[1])
    """).splitlines()
    assert "['rubbish']" in lines[0] or "['rubbish']" in lines[1]
    assert lines[-1] == "0"
    assert sum("rubbish" in line for line in lines) == 2
    assert any("True" in line for line in lines)


@pytest.mark.skipif(KNOWN, reason="this Python knows immortal objects")
def test_elsewhere_nothing_happens() -> None:
    assert printed("print(count, eternal(function))").split() == ["0", "False"]
