# SPDX-License-Identifier: GPL-2.0-or-later
"""What we take from libslurm is there in every release, or has something in its place."""

from __future__ import annotations

import ast
import glob
import os
import re
import subprocess
import sys

import backend
import pytest
import rows
import told

from slurmrest_inet.schema import messages, sbatch
from slurmrest_inet.schema.job_desc import JOB_DESC
from slurmrest_inet.schema.releases import CONSTANTS, MEMBERS
from slurmrest_inet.versions import RELEASES, SONAMES

ROOT = os.path.join(os.path.dirname(__file__), "../..")
_BUILD = os.path.join(ROOT, "cffi_build")


VARIABLES = {"working_cluster_rec"}
"""Public variables of libslurm that we set; the facts tell of functions only."""


def _text(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def _ours() -> set[str]:
    """What Python may take that is no public header's: our own C, and the release (slurm_version.h)."""
    text = backend.LOADER + "".join(_text(os.path.join(_BUILD, name)) for name in backend.DECLARATIONS)
    macros = set(re.findall(r"#define (\w+)", text)) | {"SLURM_VERSION_NUMBER"}
    return set(re.findall(r"(\w+)\(", text)) | macros | VARIABLES


def _from_python(path: str) -> tuple[set[str], set[str]]:
    """What a module takes from `lib`, and what of that it asks for first with hasattr."""
    taken, asked = set(), set()
    for node in ast.walk(ast.parse(_text(path))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "lib":
            taken.add(node.attr)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hasattr":
            what, name = node.args
            if isinstance(what, ast.Name) and what.id == "lib" and isinstance(name, ast.Constant):
                asked.add(str(name.value))
    return taken, asked


def missing_in(release: str, path: str) -> list[str]:
    """What a module takes from libslurm without asking and a release does not have."""
    taken, asked = _from_python(path)
    headers = told.headers(release)
    return sorted(taken - asked - _ours() - set(headers.functions) - headers.constants)


MODULES = [
    path for path in glob.glob(os.path.join(ROOT, "slurmrest_inet/**/*.py"), recursive=True) if "lib." in _text(path)
]
SOURCES = [os.path.join(_BUILD, name) for name in backend.SOURCES]


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("path", MODULES, ids=os.path.basename)
def test_that_python_takes_what_is_there(path: str, release: str) -> None:
    """A name that tests/facts/headers.json does not have yet: run make.py again."""
    assert missing_in(release, path) == []


def test_that_a_missing_function_is_found(tmp_path: object) -> None:
    path = os.path.join(str(tmp_path), "module.py")
    with open(path, "w", encoding="utf-8") as module:
        module.write(
            "lib.slurm_free_ctl_conf(1)\nif hasattr(lib, 'slurm_xlate_job_id'):\n    lib.slurm_xlate_job_id(2)\n"
        )
    assert missing_in("22.05", path) == []
    assert missing_in("26.05", path) == ["slurm_free_ctl_conf"]


def test_that_variables_are_there() -> None:
    """In the installed library, of whichever release it is."""
    library = pytest.importorskip("slurmrest_inet.slurm.library", reason="needs the compiled extension")
    assert {name for name in VARIABLES if hasattr(library.lib, name)} == VARIABLES


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("path", SOURCES, ids=os.path.basename)
def test_that_c_calls_what_is_there(path: str, release: str) -> None:
    """A function of libslurm is in every release, declared here as weak, or its own use says what is otherwise."""
    text = _text(path)
    called = set(re.findall(r"\b(slurm(?:db)?_\w+)\(", text))
    weak = set(re.findall(r"extern [^;]*?\b(slurm\w+)\([^;]*__attribute__\(\(weak\)\)", text))
    asked = set(re.findall(r"HAS_FUNCTION_(\w+)", text))
    # One that has taken the place of another stands in the other branch of the question.
    replaced = {"slurm_free_ctl_conf"} if "slurm_free_conf" in asked else set()
    assert called - weak - asked - replaced <= set(told.headers(release).functions)


@pytest.mark.parametrize("release", RELEASES)
def test_that_a_job_is_named_in_one_of_two_ways(release: str) -> None:
    """By number or as a whole step, which releases.c knows; a third way would be one that nobody has looked at."""
    headers = told.headers(release)
    for name in ("slurm_load_job", "slurm_kill_job"):
        assert re.search(r"\b(uint32_t job_id|slurm_step_id_t step_id)\b", headers.functions[name])
    found = rows.features(_Bare({}, headers.functions, _number(release)))  # type: ignore[arg-type]  # all that it looks at
    assert ("BY_STEP_ID_slurm_load_job 1" in found) == (release >= "26.05")
    assert ("BY_STEP_ID_slurm_kill_job 1" in found) == (release >= "26.05")
    for struct in ("job_desc_msg_t", "submit_response_msg_t", "slurm_job_info_t"):
        assert {"job_id", "step_id"} & set(headers.structs[struct])
    assert {"job_id", "step_id", "step_het_comp"} <= set(headers.structs["slurm_step_id_t"])


class _Bare:
    def __init__(self, structs: dict[str, dict[str, str]], functions: dict[str, str], release: tuple[int, ...]) -> None:
        self.structs = structs
        self.functions = functions
        self.release = release


def _number(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


@pytest.mark.parametrize("release", RELEASES)
def test_what_no_header_shows(release: str) -> None:
    """What a struct that libslurm hides has in a release, its number tells."""
    found = rows.features(_Bare({}, {}, _number(release)))  # type: ignore[arg-type]  # all that it looks at
    assert ("HAS_MEMBER_job_resources_next_step_node_inx 1" in found) == (release >= "24.11")
    assert ("HAS_MEMBER_job_resources_node_ranks 1" in found) == (release >= "26.05")
    assert ("HAS_MEMBER_node_resource_layout_channel 1" in found) == (release >= "25.11")
    assert ("HAS_MEMBER_slurm_msg_data_size 1" in found) == (release < "24.05")
    assert ("HAS_MEMBER_slurm_msg_conn_fd 1" in found) == (release < "25.05")
    assert ("HAS_MEMBER_slurm_msg_tls_cert 1" in found) == (release >= "25.05")
    assert ("slurm_get_resource_layout" in told.headers(release).functions) == (release >= "25.11")


@pytest.mark.parametrize("release", RELEASES)
def test_that_a_description_can_be_filled(release: str) -> None:
    headers = told.headers(release)
    there = set(headers.structs["job_desc_msg_t"])
    for row in JOB_DESC.rows:
        found = [path for path in row.members if path.partition(".")[0] in there]
        assert found or not row.members or MEMBERS[("job_desc_msg_t", row.members[0])], row.path
        assert row.kind.count is None or row.kind.count in there
    assert {"job_id_str", "environment", "env_size"} <= there
    # Of the words of flags, tests/schema asks.
    silent = {"CORE_SPEC_THREAD", "NO_KILL_INV_DEP", "SPREAD_JOB", "USE_MIN_NODES"}
    assert set(sbatch.MACROS) - headers.constants <= silent | set(CONSTANTS)


def test_that_each_release_has_a_number() -> None:
    assert list(SONAMES) == sorted(SONAMES)
    assert set(RELEASES) <= set(SONAMES.values())


@pytest.mark.parametrize("release", RELEASES)
def test_message_types(release: str) -> None:
    types = messages.of(release)
    assert len(types) > 180
    assert len(set(types.values())) == len(types)
    for recorded, names in told.message_types().items():
        if recorded.startswith(release):
            assert {number: types.get(number) for number in names} == names


def test_that_message_types_have_moved() -> None:
    assert messages.of("23.11")[11003] == "SLURMSCRIPTD_REQUEST_RECONFIG"
    assert messages.of("24.05")[11003] == "SLURMSCRIPTD_REQUEST_RUN_SCRIPT"
    assert messages.of("27.11") == messages.of("26.05")


_ASK = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1], mode=ctypes.RTLD_GLOBAL)
library.rpc_num2string.restype = ctypes.c_char_p
for number in range(65536):
    name = library.rpc_num2string(ctypes.c_uint16(number)).decode()
    if any(letter.isalpha() for letter in name):
        print(number, name)
"""


def test_the_message_types_of_the_installed_release() -> None:
    """Slurm's own daemons have the names in a library beside their plugins."""
    library = pytest.importorskip("slurmrest_inet.slurm.library", reason="needs the compiled extension")
    folders = library.ffi.string(library.lib.conf_plugin_dir()).decode() if library.lib.conf_plugin_dir() else ""
    places = [*folders.split(":"), "/usr/lib/x86_64-linux-gnu/slurm-wlm", "/usr/lib64/slurm", "/usr/lib/slurm"]
    found = [path for folder in places if folder for path in glob.glob(os.path.join(folder, "libslurmfull.so"))]
    if not found:
        pytest.skip("libslurmfull.so is nowhere")
    done = subprocess.run([sys.executable, "-c", _ASK, found[0]], capture_output=True, text=True, check=True)
    # One name of the older releases has a comma that belongs to their source.
    real = {int(number): name.rstrip(",") for number, name in (line.split() for line in done.stdout.splitlines())}
    assert messages.of("{}.{:02d}".format(*library.VERSION)) == real
