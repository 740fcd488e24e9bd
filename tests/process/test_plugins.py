# SPDX-License-Identifier: GPL-2.0-or-later
"""A site's own plug-ins and the command line: who is found, what is listed, and how a broken one ends the start."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sidebyside import plugins
from wire import PATIENCE

from slurmrest_inet import entry_points, settings
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    import pathlib

needs_extension = pytest.mark.skipif(
    importlib.util.find_spec("slurmrest_inet._slurm") is None, reason="the compiled extension is not built"
)
TOKEN = "a.b.c"
_CHECKOUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")


def program(folder: pathlib.Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the program with packages of a folder beside its own."""
    return subprocess.run(
        [sys.executable, "-m", "slurmrest_inet", *args],
        cwd="/",
        env={"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_they_are_listed_behind_ours(tmp_path: pathlib.Path) -> None:
    plugins.install(str(tmp_path))
    listed = program(tmp_path, "-s", "list")
    assert listed.returncode == 0
    assert listed.stdout.splitlines()[-1] == "openapi/quota"
    assert "Traceback" not in listed.stderr
    ways = program(tmp_path, "-a", "list").stdout.splitlines()
    assert (sorted(ways[:-1]), ways[-1]) == (sorted(settings.AUTH_PLUGINS), "rest_auth/proxy")
    assert "quota" not in program(tmp_path, "-d", "list").stdout


@needs_extension
def test_the_document_is_printed_with_theirs(tmp_path: pathlib.Path) -> None:
    plugins.install(str(tmp_path))
    for name in ("quota", "openapi/quota"):
        done = program(tmp_path, "--generate-openapi-spec", "-s", name, SLURM_CONF="/nonexistent")
        assert (done.returncode, done.stderr) == (0, "")
        paths = json.loads(done.stdout)["paths"]
        assert {path for path in paths if not path.startswith("/openapi")} == {
            "/site/v1/quota",
            "/site/v1/quota/{user}",
            "/site/v1/file-systems",
        }
    assert "/site/v1/quota" not in program(tmp_path, "--generate-openapi-spec", "-s", "v0.0.38").stdout


_BROKEN = {
    "raises": ("raise ValueError('one\\ntwo')", "of site_own-1.0 cannot be loaded: ValueError: one two."),
    "exits": ("raise SystemExit(0)", "cannot be loaded: SystemExit: 0."),
    "lacks a module": ("import nowhere_at_all", "ModuleNotFoundError: No module named 'nowhere_at_all'."),
    "lacks the object": ("", "AttributeError: module 'site_own' has no attribute 'PLUGIN'."),
    "is no program": ("(", "SyntaxError"),
    "is something else": ("PLUGIN = 5", "cannot be used: it is no Service of slurmrest_inet.plugin."),
    "is in the way": (
        """
from slurmrest_inet.plugin import Operation, Service
PLUGIN = Service("/slurm/v0.0.45", "X", (Operation("GET", "jobs", lambda asked: {}, "X"),))
""",
        "cannot be used: its path /slurm/v0.0.45 would stand in the way of those below /slurm, which are",
    ),
}


@needs_extension
@pytest.mark.parametrize("how", _BROKEN)
def test_a_broken_one_is_one_sentence(tmp_path: pathlib.Path, how: str) -> None:
    source, sentence = _BROKEN[how]
    plugins.made_up(str(tmp_path), "own", source)
    done = program(tmp_path, "--generate-openapi-spec", "-s", "slurmctld,own")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("slurmrest-inet: The plug-in openapi/own ")
    assert sentence in line


@pytest.mark.parametrize(("option", "group"), [("-s", "openapi"), ("-a", "auth")])
def test_two_of_one_name(tmp_path: pathlib.Path, option: str, group: str) -> None:
    plugins.made_up(str(tmp_path), "own", "", group)
    plugins.announce(str(tmp_path), "another-2.0", {f"slurmrest_inet.{group}": {"own": "another:PLUGIN"}})
    for word in ("own", "list"):
        done = program(tmp_path, option, word)
        (line,) = done.stderr.splitlines()
        assert (done.returncode, done.stdout) == (1, "")
        assert "Two packages offer the plug-in" in line


@pytest.mark.parametrize("args", [("-s", "own"), ("-a", "own"), ("-s", "slurmctld,openapi/own"), ("-d", "own")])
def test_one_that_is_not_there(tmp_path: pathlib.Path, args: tuple[str, str]) -> None:
    done = program(tmp_path, *args)
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout, line.startswith("slurmrest-inet: There is no ")) == (1, "", True)


def test_the_recipe(tmp_path: pathlib.Path) -> None:
    """What stands on the page of contrib/plug-ins is what a site can install."""
    with open(os.path.join(_CHECKOUT, "contrib", "plug-ins", "README.md"), encoding="utf-8") as file:
        page = file.read()
    modules = re.findall(r"(?ms)^`(\w+\.py)`.*?^```python\n(.*?)^```", page)
    (project,) = re.findall(r"(?ms)^```toml\n(.*?)^```", page)
    assert [name for name, _ in modules] == ["site_storage.py", "site_login.py"]
    for name, source in modules:
        (tmp_path / name).write_text(source, encoding="utf-8")
    plugins.announce(str(tmp_path), "site_plugins-1.0", plugins.offers(project))
    assert program(tmp_path, "-a", "list").stdout.splitlines()[-1] == "rest_auth/login"
    if importlib.util.find_spec("slurmrest_inet._slurm") is None:
        return
    done = program(tmp_path, "--generate-openapi-spec", "-s", "storage", "-a", "login", SLURM_JWT=TOKEN)
    assert (done.returncode, done.stderr) == (0, "")
    assert {"/site/v1/space", "/site/v1/scratch"} < set(json.loads(done.stdout)["paths"])
    checked = program(tmp_path, "--check", "-s", "storage", "-a", "login", SLURM_JWT=TOKEN).stdout
    assert "ok  plug-in openapi/storage\n" in checked
    assert "ok  plug-in rest_auth/login\n" in checked


def _entry_points(folder: pathlib.Path, text: str, name: str = "x-1.0.dist-info") -> None:
    (folder / name).mkdir()
    (folder / name / "entry_points.txt").write_text(text, encoding="utf-8")


class TestLook:
    """As importlib.metadata reads it."""

    @pytest.fixture(autouse=True)
    def _alone(self, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "nowhere"), str(tmp_path / "more")])
        (tmp_path / "more").mkdir()

    def test_spellings(self, tmp_path: pathlib.Path) -> None:
        text = "# x\n[console_scripts]\no = a:b\n\n[ slurmrest_inet.openapi ]\n; y\n a=b.c : d.e [extra]\nlone\nf = g\n"
        _entry_points(tmp_path, text)
        assert entry_points.offered("openapi") == {
            "a": entry_points.Offer("a", "b.c:d.e", "x-1.0"),
            "f": entry_points.Offer("f", "g", "x-1.0"),
        }
        assert entry_points.offered("rest_auth") == entry_points.offered("data_parser") == {}

    def test_the_first_package_of_a_name_counts(self, tmp_path: pathlib.Path) -> None:
        _entry_points(tmp_path, "[slurmrest_inet.openapi]\na = first\n", "X_Y-2.0.dist-info")
        _entry_points(tmp_path / "more", "[slurmrest_inet.openapi]\nb = second\n", "x.y-1.0.dist-info")
        _entry_points(tmp_path / "more", "[slurmrest_inet.openapi]\nc = third\n", "z.egg-info")
        assert set(entry_points.offered("openapi")) == {"a", "c"}

    def test_that_it_loads_no_importlib_metadata(self) -> None:
        code = (
            "import sys; from slurmrest_inet import entry_points; entry_points.offered('openapi');"
            "sys.exit('importlib.metadata' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-S", "-c", code], check=False, cwd=_root()).returncode == 0

    def test_that_a_name_of_nobody_is_an_error(self) -> None:
        with pytest.raises(StartError, match="no openapi plugin 'x'"):
            entry_points.load("openapi", "x")


def _root() -> str:
    return os.path.dirname(os.path.dirname(os.path.abspath(settings.__file__)))


def test_that_nobody_looks_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(kind: str, name: str) -> bool:
        raise AssertionError((kind, name))

    from slurmrest_inet import cli  # noqa: PLC0415

    for args in ([], ["-s", "slurmctld,openapi/util,v0.0.38", "-a", "jwt,rest_auth/local", "-d", "v0.0.42"]):
        settings.read(cli.parse(args).options, {}, fail)
