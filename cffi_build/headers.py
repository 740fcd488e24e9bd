# SPDX-License-Identifier: GPL-2.0-or-later
"""The installed Slurm headers, as cffi declarations and as the members of every struct.

Rule 1: nothing about a struct is written by hand; what the headers do not say, the build does not know.
Rule 2: only functions that the installed library exports are declared; a header's promise cannot break the link.
Rule 3: whatever is missing on the host ends in one sentence with the packages to install, and so do headers and a
        library of two releases.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sysconfig
from typing import TYPE_CHECKING, NamedTuple

import prefix

from slurmrest_inet.versions import SONAMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prefix import Place

PACKAGES = {
    "compiler": "install a C compiler: the packages gcc and libc6-dev on Debian, gcc and glibc-devel on RPM systems",
    "headers": "install Slurm's headers: the package libslurm-dev on Debian, slurm-devel on RPM systems",
    "python": "install Python's headers: the package python3-dev on Debian, python3-devel on RPM systems",
    "library": "install Slurm's library: the package libslurm-dev on Debian, slurm-devel on RPM systems",
}

OWN = ("shares.h", "resources.h")
"""Our own headers with structs that records are written from."""

SOURCE = "#include <slurm/slurm.h>\n#include <slurm/slurmdb.h>\n#include <slurm/slurm_errno.h>\n"

SYSTEM_TYPES = """
typedef int... time_t;
typedef int... uid_t;
typedef int... gid_t;
typedef int... pid_t;
typedef struct { ...; } FILE;
typedef struct { ...; } pthread_mutex_t;
typedef struct { ...; } pthread_cond_t;
typedef unsigned long pthread_t;
struct sockaddr_storage { ...; };
struct sockaddr { ...; };
struct sockaddr_in { ...; };
struct timeval { time_t tv_sec; ...; };
"""
"""The few types that the headers take from the system; their layout is the compiler's business."""

_PARSER_TYPES = """
typedef long time_t; typedef unsigned int uid_t; typedef unsigned int gid_t; typedef int pid_t;
typedef signed char int8_t; typedef short int16_t; typedef int int32_t; typedef long int64_t;
typedef unsigned char uint8_t; typedef unsigned short uint16_t; typedef unsigned int uint32_t;
typedef unsigned long uint64_t; typedef unsigned long size_t; typedef long ssize_t; typedef int bool;
typedef struct _file FILE; typedef struct _mutex pthread_mutex_t; typedef struct _cond pthread_cond_t;
typedef unsigned long pthread_t; typedef void *va_list; typedef unsigned long uintptr_t; typedef long intptr_t;
"""


class BuildError(Exception):
    """The build cannot go on; the text is the one sentence to show."""


class Headers(NamedTuple):
    """What the installed headers and library say.

    ``cdef`` is for cffi; ``structs`` maps a struct's type name to its members and their type names (``*`` for
    pointers); ``constants`` holds the names of macros and enumerators; ``functions`` maps those that the library
    exports to their declarations; ``release`` is (year, month, patch); ``api`` is the number in libslurm's SONAME,
    which every release raises; ``place`` is what the compiler is told of where they are, ``include`` and ``library``
    what it found: the folder of slurm.h and the path of libslurm.so.
    """

    cdef: str
    structs: dict[str, dict[str, str]]
    constants: frozenset[str]
    functions: dict[str, str]
    release: tuple[int, int, int]
    api: int
    place: Place
    include: str
    library: str


def compiler() -> list[str]:
    """Return the C compiler's command line (``CC`` or the first of cc, gcc)."""
    words = shlex.split(os.environ.get("CC", "")) or ["cc" if shutil.which("cc") else "gcc"]
    if shutil.which(words[0]) is None:
        raise BuildError(f"no C compiler ({words[0]}) was found: {PACKAGES['compiler']}")
    return words + shlex.split(os.environ.get("CPPFLAGS", ""))


def _preprocess(place: Place, *options: str) -> str:
    command = [*compiler(), *place.compile, "-E", *options, "-x", "c", "-"]
    done = subprocess.run(command, input=SOURCE, capture_output=True, text=True, check=False)
    if done.returncode:
        if "slurm/" in done.stderr:
            raise BuildError(f"the headers slurm/slurm.h and slurm/slurmdb.h were not found: {PACKAGES['headers']}")
        raise BuildError(f"the C compiler cannot read its own headers: {PACKAGES['compiler']}")
    return done.stdout


def _from_slurm(preprocessed: str) -> str:
    """Return the lines that come from slurm/*.h themselves, by the preprocessor's line marks."""
    kept: list[str] = []
    ours = False
    for line in preprocessed.splitlines():
        mark = re.match(r'# \d+ "([^"]*)"', line)
        if mark:
            ours = re.search(r"/slurm/slurm\w*\.h$", mark.group(1)) is not None
        elif ours:
            kept.append(line)
    text = re.sub(r"__attribute__\s*\(\(.*?\)\)", "", "\n".join(kept), flags=re.DOTALL)
    return re.sub(r"\b(__extension__|__restrict|__inline)\b", "", text)


def _folder(preprocessed: str) -> str:
    """Return the folder that slurm.h was found in."""
    mark = re.search(r'^# \d+ "([^"]*)/slurm\.h"', preprocessed, re.MULTILINE)
    return os.path.normpath(mark.group(1)) if mark else ""


def _library(place: Place) -> str:
    """Return the path of libslurm.so; the linker is asked, because it is the one that will use it."""
    flags = [*place.link, *shlex.split(os.environ.get("LDFLAGS", ""))]
    done = subprocess.run(
        [*compiler(), *flags, "-shared", "-Wl,--trace", "-o", os.devnull, "-lslurm"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"^(\S*libslurm\.so\S*)$", done.stdout, re.MULTILINE)
    if found is None:
        raise BuildError(f"the library libslurm.so was not found: {PACKAGES['library']}")
    return os.path.normpath(found.group(1))


def _tool(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _exported(library: str) -> frozenset[str]:
    symbols = _tool("nm", "-D", "--defined-only", library)
    return frozenset(line.split()[-1].split("@")[0] for line in symbols.splitlines() if line)


def _api(library: str) -> int:
    soname = re.search(r"SONAME\s+libslurm\.so\.(\d+)", _tool("objdump", "-p", library))
    if soname is None:
        raise BuildError(f"{library} names no release in its SONAME: {PACKAGES['library']}")
    return int(soname.group(1))


def _walk(text: str) -> tuple[dict[str, dict[str, str]], set[str], dict[str, str]]:
    """Parse the declarations; return structs, enumerators and the source text of each function by name."""
    from pycparser import c_ast, c_generator, c_parser  # noqa: PLC0415 - cffi brings it; only the build needs it

    tree = c_parser.CParser().parse(_PARSER_TYPES + text)
    generator = c_generator.CGenerator()
    tagged: dict[str, dict[str, str]] = {}
    aliases: dict[str, str] = {}
    enumerators: set[str] = set()
    functions: dict[str, str] = {}

    def name_of(node: c_ast.Node) -> str:
        if isinstance(node, (c_ast.PtrDecl, c_ast.ArrayDecl)):
            return name_of(node.type) + "*"
        if isinstance(node, c_ast.TypeDecl):
            return name_of(node.type)
        if isinstance(node, (c_ast.Struct, c_ast.Union, c_ast.Enum)):
            return node.name or ""
        if isinstance(node, c_ast.IdentifierType):
            return " ".join(node.names)
        return "()"

    def members(node: c_ast.Struct) -> dict[str, str]:
        return {decl.name: name_of(decl.type) for decl in node.decls or () if decl.name}

    class Visitor(c_ast.NodeVisitor):  # type: ignore[misc]  # pycparser ships no types
        def visit_Struct(self, node: c_ast.Struct) -> None:  # noqa: N802 - pycparser's naming
            if node.name and node.decls:
                tagged[node.name] = members(node)
            self.generic_visit(node)

        def visit_Enumerator(self, node: c_ast.Enumerator) -> None:  # noqa: N802
            enumerators.add(node.name)

        def visit_Typedef(self, node: c_ast.Typedef) -> None:  # noqa: N802
            inner = node.type.type if isinstance(node.type, c_ast.TypeDecl) else None
            if isinstance(inner, c_ast.Struct):
                if inner.decls and not inner.name:
                    tagged[node.name] = members(inner)
                elif inner.name:
                    aliases[node.name] = inner.name
            elif isinstance(inner, c_ast.IdentifierType):
                aliases[node.name] = inner.names[0]
            self.generic_visit(node)

        def visit_Decl(self, node: c_ast.Decl) -> None:  # noqa: N802
            if isinstance(node.type, c_ast.FuncDecl):
                functions[node.name] = generator.visit(node)
            self.generic_visit(node)

    Visitor().visit(tree)
    for alias in aliases:
        target, seen = alias, set()
        while target in aliases and target not in seen and aliases[target] != target:
            seen.add(target)
            target = aliases[target]
        if target in tagged:
            tagged.setdefault(alias, tagged[target])
    return tagged, enumerators, functions


def _for_cffi(text: str, functions: Iterable[str], exported: frozenset[str]) -> str:
    """Return the text with enumerators left to the compiler and without functions that the library lacks."""

    def leave_values(match: re.Match[str]) -> str:
        body = re.sub(r"=[^,}]*", "= ...", match.group(2))
        return f"{match.group(1)}{{{body}}}"

    text = re.sub(r"(\benum\b\s*\w*\s*)\{([^}]*)\}", leave_values, text)
    for name in functions:
        if name not in exported:
            text = re.sub(rf"(?:extern\s+)?[\w\s*]*?\b{name}\s*\([^;]*?\)\s*;", "", text, count=1)
    return text


def _release(macros: str) -> tuple[int, int, int]:
    number = re.search(r"^#define SLURM_VERSION_NUMBER (0x[0-9a-fA-F]+)", macros, re.MULTILINE)
    if number is None:
        raise BuildError(f"slurm/slurm_version.h names no release: {PACKAGES['headers']}")
    value = int(number.group(1), 16)
    return value >> 16 & 0xFF, value >> 8 & 0xFF, value & 0xFF


def _refuse_two_releases(release: tuple[int, int, int], api: int, library: str) -> None:
    """Refuse a library of another release than the headers: it would be read by the wrong structs."""
    name = f"{release[0]}.{release[1]:02d}"
    # A release that is not known yet can only be compared with those that are.
    if SONAMES.get(api, name) == name and (api in SONAMES or name not in SONAMES.values()):
        return
    other = SONAMES.get(api, f"another release (libslurm.so.{api})")
    raise BuildError(
        f"the headers are of Slurm {name}, but {library} is of {other}: "
        "install both of one release, or say with SLURM_PREFIX where they are"
    )


def read() -> Headers:
    """Read the installed headers and library; raises BuildError with one sentence."""
    python = os.path.join(sysconfig.get_path("include"), "Python.h")
    if not os.path.exists(python):
        raise BuildError(f"{python} was not found: {PACKAGES['python']}")
    try:
        place = prefix.find()
    except prefix.PrefixError as error:
        raise BuildError(str(error)) from None
    preprocessed = _preprocess(place)
    text = _from_slurm(preprocessed)
    defined = _preprocess(place, "-dM")
    release = _release(defined)
    library = _library(place)
    api = _api(library)
    _refuse_two_releases(release, api, library)
    structs, enumerators, functions = _walk(text)
    for name in OWN:
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), encoding="utf-8") as own:
            own_structs, own_enumerators, _ = _walk(re.sub(r"/\*.*?\*/", "", own.read(), flags=re.DOTALL))
        structs.update(own_structs)
        enumerators.update(own_enumerators)
    exported = _exported(library)
    return Headers(
        cdef=_for_cffi(text, functions, exported),
        structs=structs,
        constants=frozenset(re.findall(r"^#define (\w+) ", defined, re.MULTILINE)) | enumerators,
        functions={name: one for name, one in functions.items() if name in exported},
        release=release,
        api=api,
        place=place,
        include=_folder(preprocessed),
        library=library,
    )
