# SPDX-License-Identifier: GPL-2.0-or-later
"""The in-tree PEP 517 backend: make the C sources for the installed Slurm, then let setuptools build.

Rule 1: everything generated goes to ``build/``; nothing generated is in the source tree but the extension of an
        editable install.
Rule 2: a host that lacks something ends the build with one sentence, not with a traceback.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from typing import TYPE_CHECKING, Any

import setuptools
from setuptools import build_meta

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from headers import Headers

    from slurmrest_inet.schema.model import Table

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
GENERATED = os.path.join("build", "generated")

SOURCES = (
    *("writer.c", "json.c", "yaml.c", "storage.c", "lookup.c", "values.c", "sequences.c", "codec.c"),
    *("derived.c", "accounting.c", "job_resources.c", "slurmdbd.c", "configuration.c", "shares.c", "tasks.c"),
    *("message.c", "components.c", "resources.c", "releases.c", "immortal.c", "guard.c", "lifeline.c", "plugin.c"),
)
DECLARATIONS = (
    *("codec_api.h", "accounting.h", "shares.h", "resources.h", "message.h", "components.h", "releases.h"),
    *("lifeline.h", "immortal.h", "tasks.h"),
)
"""What Python may call of our own C."""

WARNINGS = ("-std=gnu11", "-fvisibility=hidden", "-Wall", "-Wextra")

STRICT = (
    *("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes", "-Wmissing-declarations"),
    "-Werror",
)
"""What our own C is held to in the tests; cffi's generated code is not ours."""

CONSTANTS = (
    *("NO_VAL", "NO_VAL64", "INFINITE", "SHOW_ALL", "SHOW_DETAIL", "SHOW_MIXED", "SLURM_VERSION_NUMBER"),
    *("SHOW_LOCAL", "SHOW_SIBLING", "SHOW_FEDERATION", "SHOW_FUTURE"),
    *("STAT_COMMAND_GET", "KILL_FULL_JOB", "SLURM_AUTH_NOBODY"),
    *("JOBCOND_FLAG_DUP", "JOBCOND_FLAG_ENV", "JOBCOND_FLAG_NO_DEFAULT_USAGE", "JOBCOND_FLAG_NO_STEP"),
    *("JOBCOND_FLAG_NO_TRUNC", "JOBCOND_FLAG_NO_WAIT", "JOBCOND_FLAG_NO_WHOLE_HETJOB", "JOBCOND_FLAG_SCRIPT"),
    *("JOBCOND_FLAG_WHOLE_HETJOB", "SLURMDB_JOB_FLAG_ALTERED", "SLURMDB_JOB_FLAG_BACKFILL", "SLURMDB_JOB_FLAG_NOTSET"),
    *("SLURMDB_JOB_FLAG_SCHED", "SLURMDB_JOB_FLAG_START_R", "SLURMDB_JOB_FLAG_SUBMIT"),
    *("SLURM_BATCH_SCRIPT", "SLURM_PENDING_STEP", "SLURM_EXTERN_CONT", "SLURM_INTERACTIVE_STEP"),
)
"""Macros that Python reads; enumerators need no mention."""

PREAMBLE = """
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <slurm/slurm.h>
#include <slurm/slurmdb.h>
#include <slurm/slurm_errno.h>
#include "codec_api.h"
#include "accounting.h"
#include "shares.h"
#include "resources.h"
#include "message.h"
#include "components.h"
#include "releases.h"
#include "lifeline.h"
#include "immortal.h"
#include "tasks.h"
"""

LOADER = """
#define BUILT_FOR_API ...
const char *built_for_package(void);
void *dlopen(const char *, int);
void *dlsym(void *, const char *);
char *dlerror(void);
#define RTLD_NOLOAD ...
#define RTLD_LAZY ...
int slurm_auth_init_if_exported(void);
void read_conf(const char *path);
int64_t conf_slurm_user(void);
const char *conf_plugin_dir(void);
const slurm_conf_t *conf_loaded(void);
void free_statistics(stats_info_response_msg_t *message);
void name_program(char *name);
"""

LOADER_SOURCE = """
const char *built_for_package(void)
{
	return BUILT_FOR_PACKAGE;
}

/* Exported by 22.05 and 23.02, in no header; from 23.02 on slurm_init does its work. */
extern int slurm_auth_init(char *type) __attribute__((weak));

int slurm_auth_init_if_exported(void)
{
	return slurm_auth_init ? slurm_auth_init(NULL) : 0;
}

/* Exported, in no header: the first half of slurm_init, which later releases let load plugins, too. */
extern int slurm_conf_init(const char *path) __attribute__((weak));

void read_conf(const char *path)
{
	if (slurm_conf_init)
		slurm_conf_init(path);
	else
		slurm_init(path);
}

/* The loaded slurm.conf: the type is public, the variable is exported without a declaration. */
extern slurm_conf_t slurm_conf __attribute__((weak));

int64_t conf_slurm_user(void)
{
	return &slurm_conf ? (int64_t) slurm_conf.slurm_user_id : -1;
}

const char *conf_plugin_dir(void)
{
	return &slurm_conf ? slurm_conf.plugindir : NULL;
}

const slurm_conf_t *conf_loaded(void)
{
	return &slurm_conf;
}

/* libslurm puts this before what it prints (program_invocation_name(3)); else it would be python3. */
extern char *program_invocation_name;

void name_program(char *name)
{
	program_invocation_name = name;
}

/* Exported, in no header. Where a release hides it, the message is left to the end of the process. */
extern void slurm_free_stats_response_msg(stats_info_response_msg_t *message) __attribute__((weak));

void free_statistics(stats_info_response_msg_t *message)
{
	if (slurm_free_stats_response_msg)
		slurm_free_stats_response_msg(message);
}
"""


def prepare(headers: Headers, tables: Iterable[Table], folder: str) -> None:
    """Write the generated C files for ``tables`` into ``folder``."""
    import rows  # noqa: PLC0415 - needs the package on the path, which only a build has

    os.makedirs(folder, exist_ok=True)
    for name, text in (
        ("rows.c", rows.Generator(headers).write(tables)),
        ("slurm_features.h", rows.features(headers)),
    ):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
            out.write(text)


def builder(headers: Headers, module: str, generated: str, *, cdef: str = "", flags: Sequence[str] = ()) -> Any:
    """Return cffi's builder of the extension ``module`` with the generated files in ``generated``.

    ``cdef`` declares what the tests add; ``flags`` go to the compiler and the linker.
    """
    import package  # noqa: PLC0415 - on the path in a build only
    from cffi import FFI  # noqa: PLC0415 - a build requirement, absent while metadata is asked for
    from headers import SYSTEM_TYPES  # noqa: PLC0415 - as above

    own = ""
    for name in DECLARATIONS:
        with open(os.path.join(HERE, name), encoding="utf-8") as source:
            own += source.read()
    # setuptools wants relative sources; cffi's own compile, which the tests use, works in another folder.
    ours = HERE if os.path.isabs(generated) else os.path.relpath(HERE)
    from slurmrest_inet.schema import tables  # noqa: PLC0415 - needs the package on the path

    # cffi knows the enumerators from the headers; a macro has to be declared.
    macros = headers.constants - set(re.findall(r"\w+", headers.cdef))
    names = (name for name in dict.fromkeys((*CONSTANTS, *tables.constants())) if name in macros)
    constants = "".join(f"#define {name} ...\n" for name in names)
    called = package.word(headers.place, headers.release)
    ffi = FFI()
    ffi.cdef(SYSTEM_TYPES + headers.cdef + own + LOADER + constants + cdef)
    ffi.set_source(
        module,
        f'#define BUILT_FOR_API {headers.api}\n#define BUILT_FOR_PACKAGE "{called}"\n' + PREAMBLE + LOADER_SOURCE,
        sources=[os.path.join(ours, name) for name in SOURCES] + [os.path.join(generated, "rows.c")],
        include_dirs=[ours, generated, *filter(None, [headers.place.include])],
        libraries=["slurm"],
        library_dirs=[*filter(None, [headers.place.library])],
        # The loader does not know a prefix: the extension tells it (ld.so(8), DT_RUNPATH).
        runtime_library_dirs=[*filter(None, [headers.place.library])],
        extra_compile_args=[*WARNINGS, *flags, *shlex.split(os.environ.get("CPPFLAGS", ""))],
        extra_link_args=[*flags, *shlex.split(os.environ.get("LDFLAGS", ""))],
    )
    return ffi


def across_files() -> tuple[str, ...]:
    """Return the option with which the extension's compiler optimises across files, none where it cannot link so."""
    command = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    with tempfile.TemporaryDirectory() as folder:
        for option in ("-flto=auto", "-flto"):
            made = ["-shared", "-fPIC", "-x", "c", "-", "-o", os.path.join(folder, "tried.so")]
            options = [option, "-Werror", *shlex.split(os.environ.get("LDFLAGS", ""))]
            tried = subprocess.run([*command, *options, *made], input=b"int tried;", capture_output=True, check=False)
            if not tried.returncode:
                return (option,)
    return ()


@contextlib.contextmanager
def _attributes(**more: Any) -> Iterator[None]:
    """Within the block, setuptools is told more than pyproject.toml can say."""
    original = setuptools.setup

    def setup(**attributes: Any) -> Any:
        return original(**{**attributes, **more})

    setuptools.setup = setup
    try:
        yield
    finally:
        setuptools.setup = original


def _with_extension(hook: Callable[..., str], *args: Any) -> str:
    """Run a setuptools hook with the extension for the installed Slurm, and with the command."""
    sys.path[:0] = [HERE, ROOT]
    import commands  # noqa: PLC0415 - on the path since the line above
    from headers import BuildError, read  # noqa: PLC0415 - on the path since the line above

    from slurmrest_inet.schema.tables import TABLES  # noqa: PLC0415 - likewise

    try:
        headers = read()
        sys.stderr.write(f"slurmrest-inet: {_found(headers)}\n")
        prepare(headers, TABLES, GENERATED)
        ffi = builder(headers, "slurmrest_inet._slurm", GENERATED, flags=("-O3", *across_files()))
        extension = ffi.distutils_extension(tmpdir=GENERATED)
    except BuildError as error:
        raise SystemExit(f"slurmrest-inet: {error}") from None
    own = commands.classes(editable=hook is build_meta.build_editable, headers=headers)
    with _attributes(ext_modules=[extension], zip_safe=False, scripts=[commands.LAUNCHER], cmdclass=own):
        return hook(*args)


def _found(headers: Headers) -> str:
    """Return the sentence that says what the build took."""
    release = "{}.{:02d}.{}".format(*headers.release)
    return f"for Slurm {release} ({headers.place.why}): headers in {headers.include}, library {headers.library}"


get_requires_for_build_sdist = build_meta.get_requires_for_build_sdist
get_requires_for_build_wheel = build_meta.get_requires_for_build_wheel
get_requires_for_build_editable = build_meta.get_requires_for_build_editable
prepare_metadata_for_build_wheel = build_meta.prepare_metadata_for_build_wheel
prepare_metadata_for_build_editable = build_meta.prepare_metadata_for_build_editable


def build_sdist(sdist_directory: str, config_settings: Any = None) -> str:
    """Build a source distribution, for which no Slurm is needed (PEP 517)."""
    sys.path.insert(0, HERE)
    import commands  # noqa: PLC0415 - on the path since the line above

    with _attributes(scripts=[commands.LAUNCHER], cmdclass=commands.classes()):
        return str(build_meta.build_sdist(sdist_directory, config_settings))


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: Any = None) -> str:
    """Build a wheel for the installed Slurm (PEP 517)."""
    return _with_extension(build_meta.build_wheel, wheel_directory, config_settings, metadata_directory)


def build_editable(wheel_directory: str, config_settings: Any = None, metadata_directory: Any = None) -> str:
    """Build an editable wheel, with the extension beside its package (PEP 660)."""
    return _with_extension(build_meta.build_editable, wheel_directory, config_settings, metadata_directory)
