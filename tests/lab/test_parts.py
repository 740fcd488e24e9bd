# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's parts that need no cluster: configuration, ports, processes, the folder and its register, packages."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from string import Formatter
from typing import TYPE_CHECKING

import pytest
from labkit import (
    apt,
    catalogue,
    config,
    daemons,
    packages,
    place,
    ports,
    process,
    program,
    releases,
    rootfs,
    users,
    wheels,
)
from labkit.config import Shape
from labkit.place import Place, State
from labkit.process import Identity
from labkit.trouble import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Callable

_FIRST = ("slurmctld", "slurmdbd", "nobody", *config.NODES)
_SECOND = (config.SECOND_CONTROLLER, *config.SECOND_NODES)
PORTS = {name: 20000 + index for index, name in enumerate(_FIRST)}
ALL_PORTS = {name: 20000 + index for index, name in enumerate((*_FIRST, *_SECOND))}
FOLDER = "/var/tmp/some-lab"


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A register of labs of our own."""
    folder = tmp_path / "register"
    monkeypatch.setattr(place, "REGISTER", str(folder))
    return folder


def state(**values: object) -> State:
    return State({"stage": "up", "ports": {}, "daemons": {}, "sizes": [0, 0], **values})


# Configuration


NOTHING_MORE = Shape()


def slurm_conf(shape: Shape = NOTHING_MORE, *, settled: bool = True) -> str:
    return config.slurm_conf(Place(FOLDER), PORTS, shape, host="h", settled=settled)


def second_conf(shape: Shape = NOTHING_MORE) -> str:
    return config.second_conf(Place(FOLDER), ALL_PORTS, shape, host="h")


@pytest.mark.parametrize(
    "text",
    [
        slurm_conf(Shape(1000, 10000)),
        second_conf(),
        config.slurmdbd_conf(Place(FOLDER), PORTS, NOTHING_MORE),
        config.gres_conf(Place(FOLDER)),
        config.mariadb_conf(Place(FOLDER)),
    ],
)
def test_no_path_leaves_the_folder(text: str) -> None:
    paths = set(re.findall(r"=(/[^,\s]+)", text))
    assert {path for path in paths if not path.startswith(FOLDER + "/")} <= {"/bin/true"}


def test_ports_are_all_the_labs_own() -> None:
    text = slurm_conf() + config.slurmdbd_conf(Place(FOLDER), PORTS, NOTHING_MORE)
    assert _named_ports(text) == set(PORTS.values())
    assert _named_ports(text + second_conf()) == set(ALL_PORTS.values())


def _named_ports(text: str) -> set[int]:
    return {int(number) for number in re.findall(r"Port=(\d+)", text)}


def test_a_settled_cluster_differs_in_nothing_but_its_pace() -> None:
    busy, still = (set(slurm_conf(settled=settled).splitlines()) for settled in (False, True))
    assert {line.partition("=")[0] for line in busy ^ still} == {"SchedulerParameters"}


@pytest.mark.parametrize("text", [slurm_conf(), second_conf(), slurm_conf(Shape(auth="slurm"))])
def test_each_parameter_is_said_once(text: str) -> None:
    names = [line.partition("=")[0] for line in text.splitlines() if line and not line.startswith(" ")]
    several = {name for name in names if names.count(name) > 1}
    assert several <= {"NodeName", "PartitionName"}


@pytest.mark.parametrize("make", [slurm_conf, second_conf])
def test_clusters_of_a_federation_share_all_but_what_they_are(make: Callable[[Shape], str]) -> None:
    one, other = slurm_conf(), make(Shape(auth="slurm"))
    assert "munge" in one
    assert "munge" not in other
    assert "munge" not in config.slurmdbd_conf(Place(FOLDER), PORTS, Shape(auth="slurm"))
    assert "AuthAltTypes=auth/jwt\n" in other


def test_the_second_cluster_takes_no_job_that_names_no_partition() -> None:
    assert "Default=YES" not in second_conf()
    mine = {"SlurmctldPort", "StateSaveLocation", "SlurmctldPidFile", "ClusterName", "SchedulerParameters"}
    first, second = (dict(line.split("=", 1) for line in text.splitlines() if "=" in line and " " not in line)
                     for text in (slurm_conf(), second_conf()))  # fmt: skip
    assert {name for name in first.keys() & second.keys() if first[name] != second[name]} == mine


@pytest.mark.parametrize(
    ("shape", "present"),
    [
        (Shape(), ["munged", "mariadb", "slurmdbd", "slurmctld", *config.NODES]),
        (Shape(auth="slurm"), ["mariadb", "slurmdbd", "slurmctld", *config.NODES]),
        (Shape(clusters=2), ["munged", "mariadb", "slurmdbd", "slurmctld", *config.NODES, *_SECOND]),
    ],
)
def test_a_lab_knows_its_daemons(shape: Shape, present: list[str]) -> None:
    one = state(sizes=list(shape), ports=ALL_PORTS if shape.clusters > 1 else PORTS)
    assert one.shape == shape
    assert daemons.of(one) == present
    assert daemons.expand(one, "slurmd") == [name for name in present if name in daemons.NODES]
    confs = {daemons.conf(Place(FOLDER), name) for name in present}
    assert len(confs) == shape.clusters


def test_a_lab_of_an_earlier_checkout_has_a_shape() -> None:
    assert state(sizes=[20, 150]).shape == Shape(20, 150)


def test_a_release_without_auth_slurm_is_told() -> None:
    releases.require_auth("24.11", "slurm")
    releases.require_auth("22.05", "munge")
    with pytest.raises(LabError, match=r"^Slurm 22\.05 has no auth/slurm$"):
        releases.require_auth("22.05", "slurm")


def test_cloud_nodes_come_with_a_partition_only_when_asked_for() -> None:
    assert "PartitionName=cloud" not in slurm_conf()
    assert slurm_conf(Shape(nodes=1000)).count("cloud[0001-1000]") == 2
    assert config.cloud_nodes(7) == "cloud[1-7]"


def test_there_is_room_for_the_jobs() -> None:
    match = re.search(r"MaxJobCount=(\d+)", slurm_conf(Shape(jobs=50000)))
    assert match
    assert int(match[1]) > 50000


# Catalogue


def test_jobs_name_only_earlier_ones() -> None:
    known = {"work"}
    jobs = (*catalogue.VICTIMS, *catalogue.EARLY, *catalogue.PAST, *catalogue.PRESENT, *catalogue.FUTURE)
    for job in (*jobs, *catalogue.SECOND):
        wanted = {field for _, field, _, _ in Formatter().parse(job.options) if field}
        assert wanted <= known, job.label
        assert job.label not in known
        assert job.user in (*users.ACCOUNTS, "root")
        assert shlex.split(job.options)
        known.add(job.label)
    assert set(catalogue.CHANGED) <= known


# Ports


def test_ports_are_different_free_and_not_taken() -> None:
    span = range(ports.FIRST, ports.LAST)
    free = set(list(span)[:5])
    assert set(ports.choose(4, taken={min(free)}, free=free.__contains__)) == free - {min(free)}


def test_too_few_ports_are_told() -> None:
    with pytest.raises(LabError, match="no 2 free"):
        ports.choose(2, taken=(), free=lambda port: port == ports.FIRST)


def test_a_port_with_a_listener_is_not_free() -> None:
    # Out of the range that labs are given, where the kernel puts no other program's socket in the meantime.
    (number,) = ports.choose(1, taken=())
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", number))
        listener.listen()
        assert not ports.is_free(number)
    assert ports.is_free(number)


# Processes


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process to be recognised and ended."""
    with subprocess.Popen(["sleep", "600"]) as child:
        yield child
        child.kill()


def known(child: subprocess.Popen[bytes]) -> Identity:
    found = process.identify(child.pid)
    assert found
    return found


def test_a_process_is_itself(sleeper: subprocess.Popen[bytes]) -> None:
    assert process.is_alive(known(sleeper))


@pytest.mark.parametrize("change", [{"start": 1}, {"boot": "another"}])
def test_a_process_with_the_same_pid_is_another(sleeper: subprocess.Popen[bytes], change: dict[str, object]) -> None:
    other = known(sleeper)._replace(**change)
    assert not process.is_alive(other)
    assert not process.send(other, signal.SIGKILL)
    process.end([other])
    assert sleeper.poll() is None


def test_a_zombie_is_gone(sleeper: subprocess.Popen[bytes]) -> None:
    one = known(sleeper)
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert not process.is_alive(one)
    assert process.identify(sleeper.pid) is None


@contextmanager
def shell(script: str) -> Iterator[subprocess.Popen[bytes]]:
    """A shell in a session of its own, killed with all its children at the end."""
    with subprocess.Popen(["sh", "-c", script], start_new_session=True) as child:
        try:
            yield child
        finally:
            os.killpg(child.pid, signal.SIGKILL)


def test_a_stopped_process_can_end_by_itself(tmp_path: Path) -> None:
    ready, ended = tmp_path / "ready", tmp_path / "ended"
    with shell(f"trap 'touch {ended}; exit' TERM; touch {ready}; sleep 600 & wait") as child:
        process.wait_for("the trap", ready.exists, 10)
        one = known(child)
        process.send(one, signal.SIGSTOP)
        process.end([one])
        assert not process.is_alive(one)
    assert ended.exists()


def test_a_process_that_minds_nothing_is_killed(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with shell(f"trap '' TERM; touch {ready}; while :; do sleep 600; done") as child:
        process.wait_for("the trap", ready.exists, 10)
        one = known(child)
        process.end([one], patience=0.1)
        assert not process.is_alive(one)


def test_waiting_tells_for_what() -> None:
    with pytest.raises(LabError, match="waiting for the moon"):
        process.wait_for("the moon", lambda: False, 0.05)


def test_strays_are_told_by_program_and_cluster(tmp_path: Path) -> None:
    step = tmp_path / "slurmstepd-wlm"
    shutil.copy("/bin/sh", step)
    conf = str(tmp_path / "slurm.conf")
    ours, theirs = {"SLURM_CONF": conf}, {"SLURM_CONF": conf + ".other"}
    children = []
    try:
        for program, environment in ((str(step), ours), (str(step), theirs), ("/bin/sh", ours)):
            child = subprocess.Popen(  # its sleep carries no mark: it is found as a descendant
                [program, "-c", "env -i /bin/sleep 600; :"], env={"PATH": "/bin:/usr/bin", **environment},
                start_new_session=True,
            )  # fmt: skip
            children.append(child)
        process.wait_for("the step's sleep", lambda: len(process.strays(conf)) == 2, 10)
        assert children[0].pid in [one.pid for one in process.strays(conf)]
        assert not {child.pid for child in children[1:]} & {one.pid for one in process.strays(conf)}
    finally:
        for child in children:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


# The folder and the register


@pytest.mark.parametrize("path", ["/var/tmp/" + "x" * 90, "/var/tmp/a b", "/var/tmp/a,b", "/var/tmp/%n"])
def test_a_folder_that_cannot_be_configured_is_refused(path: str) -> None:
    with pytest.raises(LabError):
        Place(path)


def test_only_a_lab_is_removed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.touch()
    lab = Place(str(tmp_path))
    lab.remove()
    assert kept.exists()
    lab.save(state())
    lab.remove()
    assert not tmp_path.exists()


def test_a_state_is_remembered(tmp_path: Path) -> None:
    lab = Place(str(tmp_path))
    assert lab.load() is None
    made = state()
    made.started("munged", Identity(1, 2, "boot"))
    lab.save(made)
    loaded = lab.load()
    assert loaded
    assert loaded.daemons == {"munged": Identity(1, 2, "boot")}


def test_a_damaged_state_is_told(tmp_path: Path) -> None:
    (tmp_path / "lab.json").write_text("{")
    with pytest.raises(LabError, match="damaged"):
        Place(str(tmp_path)).load()


def test_labs_see_each_other_until_they_are_gone(tmp_path: Path, register: Path) -> None:
    labs = [Place(str(tmp_path / name)) for name in ("one", "two")]
    for port, lab in enumerate(labs):
        os.mkdir(lab.folder)
        lab.save(state(ports={"slurmctld": port}))
        with place.register_of_labs() as entries:
            entries.add(lab)
    with place.register_of_labs() as entries:
        assert [other.ports for other in entries.others(labs[0])] == [{"slurmctld": 1}]
    shutil.rmtree(labs[1].folder)  # by hand, without `down`
    with place.register_of_labs() as entries:
        assert entries.others(labs[0]) == []
        entries.drop(labs[0])
    with labs[0].locked():
        assert register.exists()
    assert not register.exists()


def test_a_lab_is_held_alone(tmp_path: Path, register: Path) -> None:
    lab = Place(str(tmp_path / "lab"))
    second = threading.Event()

    def wait() -> None:
        with lab.locked():
            second.set()

    thread = threading.Thread(target=wait)
    with lab.locked():
        thread.start()
        assert not second.wait(0.2)
    thread.join()
    assert second.is_set()
    assert not register.exists()


def test_the_register_may_come_and_go_at_any_time(tmp_path: Path, register: Path) -> None:
    inside: set[str] = set()

    def come_and_go(name: str) -> int:
        lab = Place(str(tmp_path / name))
        for _ in range(20):
            with lab.locked():
                assert name not in inside
                inside.add(name)
                os.sched_yield()
                inside.remove(name)
        return 20

    with ThreadPoolExecutor() as pool:
        assert sum(pool.map(come_and_go, ("one", "one", "two", "three"))) == 80
    assert not register.exists()


def test_an_enclosure_is_remembered_until_it_is_forgotten(tmp_path: Path, register: Path) -> None:
    lab = Place(str(tmp_path))
    assert lab.enclosure() is None
    with lab.locked():
        known = place.Enclosed("24.11", Identity(1, 2, "boot"))
        lab.enclosed(known)
        assert lab.enclosure() == known
        with Place(str(tmp_path / "other")).locked():
            pass  # tidies the register
        assert lab.enclosure() == known
        lab.enclosed(None)
    assert lab.enclosure() is None
    assert not list(tmp_path.parent.glob(tmp_path.name + "/register*"))


# Releases and their folders


@pytest.mark.parametrize(
    ("version", "release"), [("22.05.8-4+deb12u3", "22.05"), ("1:26.05.5-2", "26.05"), ("", ""), ("unknown", "")]
)
def test_a_release_is_the_start_of_a_version(version: str, release: str) -> None:
    assert releases.number(version) == release


def test_what_stands_for_other_words_stands_in_the_catalogue() -> None:
    words = {word for job in catalogue.FUTURE for word in shlex.split(job.options)}
    for release in releases.BY_NAME.values():
        assert {old for old, _ in release.other_words} <= words


def test_an_unknown_release_has_no_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "own", lambda: "19.05")
    with pytest.raises(LabError, match=r"no lab for Slurm 19\.05"):
        releases.here()


SOURCES = """\
sid-tools main http://elsewhere/tools
bookworm contrib http://mirror/contrib
bookworm main http://mirror/debian
"""


def _apt(monkeypatch: pytest.MonkeyPatch, sources: str) -> None:
    said = {"apt-get": sources, "apt-config": 'Acquire::http::Proxy "http://p:1";\nAcquire::http "";\nDir "/";\n'}
    monkeypatch.setattr(apt, "_ask", lambda *argv: said[argv[0]])
    monkeypatch.setattr(apt, "own_suite", lambda: "bookworm")


def test_mirror_and_proxy_are_those_of_apt(monkeypatch: pytest.MonkeyPatch) -> None:
    _apt(monkeypatch, SOURCES)
    assert apt.mirror() == apt.Mirror("http://mirror/debian", ('Acquire::http::Proxy "http://p:1"',))


def test_an_apt_without_debian_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    _apt(monkeypatch, SOURCES.replace("bookworm main", "bookworm other"))
    with pytest.raises(LabError, match="no source for bookworm main"):
        apt.mirror()


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """A cache of folders of our own, and a stand-in for mmdebstrap that brings a version of Slurm, or fails without."""
    monkeypatch.setattr(rootfs, "CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(apt, "mirror", lambda: apt.Mirror("http://mirror", ()))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def brings(version: str) -> None:
        status = f"Package: slurmctld\\nStatus: install ok installed\\nArchitecture: all\\nVersion: {version}\\n"
        script = tmp_path / "mmdebstrap"
        script.write_text(f"""#!/bin/sh
        for word; do case $word in */root) root=$word;; esac; done
        echo made >> {tmp_path}/log
        [ -n "{version}" ] || {{ echo E: no such suite >&2; exit 25; }}
        mkdir -p $root/var/lib/dpkg; printf '{status}' > $root/var/lib/dpkg/status
        """)
        script.chmod(0o755)

    return brings


def test_a_folder_is_made_once(tmp_path: Path, maker: Callable[[str], None]) -> None:
    maker("24.11.5-4")
    for _ in range(2):
        with rootfs.hold("24.11"):
            assert os.path.isdir(rootfs.folder("24.11"))
    assert (tmp_path / "log").read_text() == "made\n"


def test_a_folder_by_another_recipe_is_made_anew_when_nobody_uses_it(
    tmp_path: Path, maker: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    maker("24.11.5-4")
    with rootfs.hold("24.11"):
        monkeypatch.setattr(rootfs, "_PACKAGES", ("another",))
        with pytest.raises(LabError, match="to be made anew, and a lab runs on it"), rootfs.hold("24.11"):
            pass
    with rootfs.hold("24.11"):
        pass
    assert (tmp_path / "log").read_text() == "made\nmade\n"


def test_two_who_need_a_folder_make_one(tmp_path: Path, maker: Callable[[str], None]) -> None:
    maker("24.11.5-4")

    def use(_: int) -> None:
        with rootfs.hold("24.11"):
            assert os.path.isdir(rootfs.folder("24.11"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(use, range(4)))
    assert (tmp_path / "log").read_text() == "made\n"


@pytest.mark.parametrize(
    ("version", "told"),
    [("25.05.2-1", r"trixie has Slurm 25\.05\.2-1, not 24\.11"), ("", r"mmdebstrap trixie failed(.|\n)*no such suite")],
)
def test_a_folder_that_is_not_right_is_not_kept(maker: Callable[[str], None], version: str, told: str) -> None:
    maker(version)
    with pytest.raises(LabError, match=told), rootfs.hold("24.11"):
        pass
    assert sorted(os.listdir(rootfs.CACHE)) == ["24.11.lock", "24.11.log"]


def test_requirements_are_those_of_the_project() -> None:
    wanted = wheels.requirements(place.CHECKOUT, "test")
    assert {re.split(r"[^\w-]", one)[0] for one in wanted} >= {"setuptools", "cffi", "h11", "pytest"}


def test_a_program_is_known_by_its_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slurmrest_inet").mkdir()
    source = tmp_path / "slurmrest_inet" / "cli.py"
    source.write_text("one")
    monkeypatch.setattr(program, "CHECKOUT", str(tmp_path))
    before = program._digest()
    (tmp_path / "slurmrest_inet" / "cli.pyc").write_text("compiled")
    assert program._digest() == before
    source.write_text("two")
    assert program._digest() != before


# Packages


def test_missing_packages_are_named() -> None:
    assert packages.missing(["dpkg", "no-such-package"]) == ["no-such-package"]
    with pytest.raises(LabError, match="not installed: no-such-package\n"):
        packages.require(["dpkg", "no-such-package"], install=False)


def test_no_service_starts_while_packages_are_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(packages, "_POLICY", str(policy))

    def fail_meanwhile() -> None:
        with packages._no_service_starts():
            assert subprocess.run([policy, "munge", "start"], check=False).returncode == 101
            raise LabError

    with pytest.raises(LabError):
        fail_meanwhile()
    assert not policy.exists()


def test_the_machines_own_policy_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("theirs")
    monkeypatch.setattr(packages, "_POLICY", str(policy))
    with packages._no_service_starts():
        pass
    assert policy.read_text() == "theirs"


# Accounts


@pytest.mark.skipif(os.geteuid() != 0, reason="makes Unix accounts")
def test_an_account_that_was_there_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "ACCOUNTS", {"daemon": 1, "labtester": 61009})
    users.ensure()
    assert users._exists("labtester")
    users.ensure()
    users.remove()
    assert users._exists("daemon")
    assert not users._exists("labtester")
