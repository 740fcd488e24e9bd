# SPDX-License-Identifier: GPL-2.0-or-later
"""The command: which Python it starts, where it finds the package, and what becomes of modules that lie elsewhere."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VERSION = f"python{sys.version_info[0]}.{sys.version_info[1]}"
STRICT = ("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes", "-Werror")

BUILD = """
import sys
sys.path.insert(0, "cffi_build")
import commands
commands.launcher(sys.argv[1], source=sys.argv[2], flags=tuple(sys.argv[3:]))
"""

TELLS = """
import sys
if not __package__:
    sys.path.append(__file__[: -len("/slurmrest_inet/__main__.py")])
    from slurmrest_inet import paths
    paths.complete()
print(sys.flags.isolated, sys.flags.no_site, sys.argv[1:], __file__)
print(sys.executable)
if "beside" in sys.argv:
    import beside
    print(beside.__file__, "site" in sys.modules)
if "elsewhere" in sys.argv:
    import elsewhere
    print(elsewhere.__file__, "site" in sys.modules)
if "nowhere" in sys.argv:
    try:
        import nowhere
    except ModuleNotFoundError as error:
        print(error)
"""


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Compiles the command as the build does, once for each checkout that it shall know."""
    built: dict[str, Path] = {}

    def make(source: str = "") -> Path:
        if source not in built:
            built[source] = tmp_path_factory.mktemp("launcher") / "slurmrest-inet"
            command = [sys.executable, "-c", BUILD, str(built[source]), source, *STRICT]
            subprocess.run(command, cwd=ROOT, check=True)
        return built[source]

    return make


def package(folder: Path) -> Path:
    """A package of that name which tells how it was started."""
    where = folder / "slurmrest_inet"
    where.mkdir(parents=True)
    (where / "__init__.py").touch()
    (where / "__main__.py").write_text(TELLS)
    shutil.copy(os.path.join(ROOT, "slurmrest_inet/paths.py"), where)
    return where


def real_package(folder: Path, paths: str) -> None:
    """This package below a prefix, with something else done where it looks for modules."""
    where = folder / "lib" / VERSION / "site-packages" / "slurmrest_inet"
    shutil.copytree(os.path.join(ROOT, "slurmrest_inet"), where, ignore=shutil.ignore_patterns("*.so"))
    (where / "paths.py").write_text(paths)


def put(launcher: Path, folder: Path, *, environment: bool = False) -> Path:
    """The command in `folder`/bin, which becomes a virtual environment if wanted."""
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    if environment:
        python = os.path.realpath(sys.executable)
        (folder / "bin" / VERSION).symlink_to(python)
        (folder / "pyvenv.cfg").write_text(f"home = {os.path.dirname(python)}\n")
    return shutil.copy(launcher, folder / "bin" / "slurmrest-inet")


def tell(command: Path | str, *arguments: str, **environ: str) -> list[str]:
    """What the package's start prints."""
    done = subprocess.run([command, *arguments], env=environ, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    "layout",
    [
        f"lib/{VERSION}/site-packages",
        f"lib64/{VERSION}/site-packages",
        f"lib/{VERSION}/dist-packages",
        "lib/python3/dist-packages",
        ".",
    ],
)
def test_the_layouts(build: Callable[..., Path], tmp_path: Path, layout: str) -> None:
    where = package(tmp_path / layout)
    first, second = tell(put(build(), tmp_path), "-a", "x y", "")
    assert first.split(" ", 2)[:2] == ["1", "1"]
    assert "['-a', 'x y', '']" in first
    assert os.path.samefile(first.rpartition(" ")[2], where / "__main__.py")
    assert os.path.realpath(second) == os.path.realpath(sys.executable)


def test_an_environment_has_its_own_python(build: Callable[..., Path], tmp_path: Path) -> None:
    package(tmp_path / "lib" / VERSION / "site-packages")
    assert tell(put(build(), tmp_path, environment=True))[1] == f"{tmp_path}/bin/{VERSION}"


def test_links_are_followed(build: Callable[..., Path], tmp_path: Path) -> None:
    package(tmp_path / "venv" / "lib" / VERSION / "site-packages")
    (tmp_path / "link").symlink_to(put(build(), tmp_path / "venv", environment=True))
    assert tell(tmp_path / "link")[1] == f"{tmp_path}/venv/bin/{VERSION}"


def test_the_environment_of_the_caller_means_nothing(build: Callable[..., Path], tmp_path: Path) -> None:
    package(tmp_path / "lib" / VERSION / "site-packages")
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / VERSION).write_text("#!/bin/sh\necho evil")
    (tmp_path / "evil" / VERSION).chmod(0o755)
    (tmp_path / "evil" / "nowhere.py").touch()
    command = put(build(), tmp_path)
    told = tell(command, "nowhere", PATH=f"{tmp_path}/evil", PYTHONPATH=f"{tmp_path}/evil", PYTHONHOME="/nonexistent")
    assert told[2:] == ["No module named 'nowhere'"]


def test_modules_that_lie_elsewhere_are_found_with_site(build: Callable[..., Path], tmp_path: Path) -> None:
    where = package(tmp_path / "lib" / VERSION / "site-packages").parent
    (where / "beside.py").touch()
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "elsewhere.py").touch()
    (where / "away.pth").write_text(f"{tmp_path}/away\n")
    command = put(build(), tmp_path, environment=True)
    assert tell(command, "beside")[2:] == [f"{where}/beside.py False"]
    assert tell(command, "elsewhere")[2:] == [f"{tmp_path}/away/elsewhere.py True"]
    assert tell(command, "nowhere")[2:] == ["No module named 'nowhere'"]


def test_a_checkout(build: Callable[..., Path], tmp_path: Path) -> None:
    where = package(tmp_path / "checkout")
    told = tell(put(build(str(tmp_path / "checkout")), tmp_path / "elsewhere"))
    assert os.path.samefile(told[0].rpartition(" ")[2], where / "__main__.py")


def without_a_build(folder: Path) -> Path:
    """The command of a build that knew nothing, so that none of this machine's Pythons is found."""
    command = folder / "bin" / "slurmrest-inet"
    command.parent.mkdir(exist_ok=True)
    known = [f'-D{name}="{value}"' for name, value in {"PYTHON": VERSION, "BASE": "/x", "SOURCE": ""}.items()]
    subprocess.run(["cc", *known, "-DOWNER=0", os.path.join(ROOT, "cffi_build/launcher.c"), "-o", command], check=True)
    return command


def refusal(command: Path) -> str:
    """What is said by a command that does not start anything."""
    done = subprocess.run([command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


NOWHERE = "slurmrest-inet: the package or its Python is not where it was installed.\n"


def test_without_a_package(build: Callable[..., Path], tmp_path: Path) -> None:
    # The environment of these tests, in which it was built, has a package: it is no business of this one.
    assert refusal(put(build(), tmp_path)) == NOWHERE


def test_without_a_python(tmp_path: Path) -> None:
    package(tmp_path / "lib" / VERSION / "site-packages")
    assert refusal(without_a_build(tmp_path)) == NOWHERE


def test_the_python_beside_the_package(tmp_path: Path) -> None:
    package(tmp_path / "lib" / VERSION / "site-packages")
    command = without_a_build(tmp_path)
    (tmp_path / "bin" / VERSION).symlink_to(os.path.realpath(sys.executable))
    assert tell(command)[1] == f"{tmp_path}/bin/{VERSION}"


@pytest.mark.parametrize(("layout", "which"), [("site-packages", "own"), ("dist-packages", "base")])
def test_whose_python(build: Callable[..., Path], tmp_path: Path, layout: str, which: str) -> None:
    """The prefix's own, but for Debian's folder, where only Debian's own Python installs."""
    package(tmp_path / "lib" / VERSION / layout)
    command = put(build(), tmp_path)
    (tmp_path / "bin" / VERSION).symlink_to(os.path.realpath(sys.executable))
    assert (tell(command)[1] == f"{tmp_path}/bin/{VERSION}") is (which == "own")


def test_the_environment_of_a_checkout(build: Callable[..., Path], tmp_path: Path) -> None:
    """A build frontend may have built it in another one."""
    where = package(tmp_path / "checkout")
    told = tell(put(build(str(tmp_path / "checkout")), tmp_path / "venv", environment=True))
    assert os.path.samefile(told[0].rpartition(" ")[2], where / "__main__.py")
    assert told[1] == f"{tmp_path}/venv/bin/{VERSION}"


only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount and give files away")


@only_root
@pytest.mark.parametrize("checkout", [False, True])
def test_mounted_elsewhere(build: Callable[..., Path], tmp_path: Path, checkout: bool) -> None:
    """As contrib/systemd-socket/slurmrestd.service.d does it, from a folder whose name has to be escaped."""
    tree = tmp_path / "a venv"
    package(tmp_path / "checkout" if checkout else tree / "lib" / VERSION / "site-packages")
    source = str(tmp_path / "checkout") if checkout else ""
    (tmp_path / "link").symlink_to(put(build(source), tree, environment=True))
    target = tmp_path / "sbin" / "slurmrestd"
    target.parent.mkdir()
    target.touch()
    script = 'mount --bind "$0" "$1" && exec "$1"'
    told = tell("/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, str(tmp_path / "link"), str(target))
    assert told[0].endswith(f"{tmp_path}/{'checkout/' if checkout else f'a venv/lib/{VERSION}/site-packages/'}"
                            "slurmrest_inet/__main__.py")  # fmt: skip
    assert told[1] == f"{tree}/bin/{VERSION}"


@only_root
def test_mounted_from_another_file_system(build: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "away").touch()
    tree = f"lib/{VERSION}/site-packages/slurmrest_inet"
    package(tmp_path / "tree" / "lib" / VERSION / "site-packages")
    put(build(), tmp_path / "tree", environment=True)
    script = "mount -t tmpfs none disk && cp -a tree disk && mount --bind disk/tree/bin/slurmrest-inet away && ./away"
    told = tell("/usr/bin/unshare", "--mount", "/bin/sh", "-c", f"cd '{tmp_path}' && {script}")
    assert told[0].endswith(f" {tmp_path}/disk/tree/{tree}/__main__.py")


@only_root
def test_a_copy_runs_nothing_that_anybody_put_there(build: Callable[..., Path], tmp_path: Path) -> None:
    """Root has it in a folder that is open to all, or somebody else's."""
    where = package(tmp_path / "lib" / VERSION / "site-packages")
    command = put(build(), tmp_path)
    for path in (where / "__main__.py", where, where.parent):
        said = f"slurmrest-inet: {where}/__main__.py is not run: it or its folder is somebody else's, "
        os.chown(path, 65534, 65534)
        assert refusal(command).startswith(said)
        os.chown(path, 0, 0)
        mode = path.stat().st_mode
        path.chmod(mode | 0o002)
        assert refusal(command).startswith(said)
        path.chmod(mode)
        assert tell(command)


@only_root
def test_a_link_to_what_is_trusted_leads_there(build: Callable[..., Path], tmp_path: Path) -> None:
    """And not to what lies beside the link."""
    where = package(tmp_path / "true" / "lib" / VERSION / "site-packages")
    evil = tmp_path / "evil" / "lib" / VERSION / "site-packages"
    evil.mkdir(parents=True)
    (evil / "slurmrest_inet").symlink_to(where)
    (evil / "beside.py").touch()
    os.chown(evil, 65534, 65534)
    told = tell(put(build(), tmp_path / "evil"))
    assert told[0].endswith(f" {where}/__main__.py")


@only_root
def test_who_owns_the_program_owns_the_package(build: Callable[..., Path], tmp_path: Path) -> None:
    where = package(tmp_path / "lib" / VERSION / "site-packages")
    command = put(build(), tmp_path)
    for path in (command, where, where.parent, where / "__main__.py"):
        os.chown(path, 65534, 65534)
    assert tell(command)


@only_root
def test_who_owned_the_checkout_at_the_build_may(build: Callable[..., Path], tmp_path: Path) -> None:
    where = package(tmp_path / "checkout")
    os.chown(where.parent, 65534, 65534)
    command = put(build(str(where.parent)), tmp_path / "elsewhere")
    os.chown(where, 65534, 65534)
    assert tell(command)
    os.chown(where, 65533, 65533)
    assert refusal(command).startswith(f"slurmrest-inet: {where}/__main__.py is not run: ")


@pytest.mark.parametrize("others", ["no package", "a package that breaks"])
def test_a_client_on_descriptor_2_is_told_nothing(build: Callable[..., Path], tmp_path: Path, others: str) -> None:
    """xinetd gives its socket as 0, 1 and 2; what breaks may break the program's first lines already."""
    if others != "no package":
        real_package(tmp_path, "raise RuntimeError('forced')\n")
    command = put(build(), tmp_path)
    log = str(tmp_path / "log")
    ours, theirs = socket.socketpair()
    with ours, theirs, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
        syslog.bind(log)
        environ = {"SLURMREST_INET_SYSLOG": log}
        done = subprocess.run([command], stdin=theirs, stdout=theirs, stderr=theirs, env=environ, check=False)
        theirs.close()
        assert (done.returncode, ours.recv(4096)) == (1, b"")
        if others != "no package":
            assert b"Traceback" in syslog.recv(4096)


def test_the_name_of_the_process(build: Callable[..., Path], tmp_path: Path) -> None:
    """Else ps and the journal would have a Python."""
    real_package(tmp_path, "import os\nwith open('/proc/self/comm') as name:\n    os.write(1, name.read().encode())\n")
    done = subprocess.run([put(build(), tmp_path)], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.stdout == b"slurmrest-inet\n"
