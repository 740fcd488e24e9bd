# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may serve, and what an instance has given up before it reads the first byte."""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING

import pytest
from wire import PATIENCE, parse, request

from slurmrest_inet.serve import confine
from slurmrest_inet.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Starter

ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not ROOT, reason="needs to change users")
USER = 12345


def process_of(start: Starter, **options: object) -> tuple[dict[str, str], dict[str, tuple[str, str]], list[str]]:
    """/proc/self/status, the soft and hard limits, and the names in the environment, as an instance sees itself."""
    answers, log, status = start.talk(request("/process"), **options)
    assert status == 0, log
    return _parts(answers[0].body.decode())


def _parts(text: str) -> tuple[dict[str, str], dict[str, tuple[str, str]], list[str]]:
    status_text, rest = text.split("\nLimit", 1)
    limits_text, names = rest.split("\n\n", 1)
    status = {name: value.strip() for name, _, value in (line.partition(":") for line in status_text.splitlines())}
    limits = {line[:26].strip(): tuple(line[26:].split()[:2]) for line in limits_text.splitlines()[1:]}
    return status, limits, names.splitlines()


class TestHarden:
    def test_flags_and_limits(self, start: Starter) -> None:
        status, limits, _ = process_of(start)
        assert status["NoNewPrivs"] == "1"
        assert status["Umask"] == "0077"
        assert limits["Max core file size"] == ("0", "0")
        assert limits["Max open files"] == ("256", "256")
        assert limits["Max file size"] == (str(64 << 20),) * 2
        assert limits["Max address space"] == (str(16384 << 20),) * 2
        assert limits["Max cpu time"] == ("3600", "3600")

    def test_settings(self, start: Starter) -> None:
        _, limits, _ = process_of(start, SLURMREST_INET_MEMORY_MIB=2048, SLURMREST_INET_CPU_SECONDS=0)
        assert limits["Max address space"] == (str(2048 << 20),) * 2
        assert limits["Max cpu time"] == ("unlimited", "unlimited")

    def test_limits_are_never_raised(self, start: Starter) -> None:
        def lower() -> None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 128))

        _, limits, _ = process_of(start, preexec_fn=lower)
        assert limits["Max open files"] == ("64", "64")

    def test_answers_into_a_file_may_be_large(self, start: Starter, tmp_path: Path) -> None:
        with open(tmp_path / "out", "wb") as sink:
            start.talk(request("/process"), stdout=sink)
        _, limits, _ = _parts(parse((tmp_path / "out").read_bytes())[0].body.decode())
        assert limits["Max file size"] == ("unlimited", "unlimited")

    def test_environment(self, start: Starter) -> None:
        kept = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "SLURM_CONF": "/etc/slurm.conf", "SLURM_JWT": "daemon"}
        lost = {"SLURM_CLUSTERS": "other", "LD_LIBRARY_PATH": "/tmp", "REMOTE_ADDR": "192.0.2.1", "SSH_AUTH_SOCK": "/x"}
        _, _, names = process_of(start, **kept, **lost)
        assert set(kept) | {"PATH", "SLURMRESTD_SECURITY"} == set(names)

    def test_flags_that_cannot_be_set(self) -> None:
        with pytest.raises(confine.RefusedError, match="Operation not permitted"):
            confine.harden(Settings(), {}, 1, lambda: 1)

    @needs_root
    def test_not_dumpable(self, start: Starter) -> None:
        # Others of the same user may not look into the process, which holds tokens.
        process = start(user=USER, group=USER, extra_groups=[])
        process.stdin.write(request("/echo/a"))
        process.stdin.flush()
        process.stdout.read1(65536)
        assert os.stat(f"/proc/{process.pid}/mem").st_uid == 0


class TestRefusals:
    def refusal(self, start: Starter, **options: object) -> str:
        answers, log, status = start.talk(b"", **{"SLURMRESTD_SECURITY": "", **options})
        assert answers == []
        assert status == 1
        assert len(log.splitlines()) == 1
        assert log.startswith("slurmrest-inet: ")
        return log

    @needs_root
    def test_root(self, start: Starter) -> None:
        assert "as root" in self.refusal(start)

    @needs_root
    @pytest.mark.parametrize(
        ("user", "group", "extra", "sentence"),
        [
            (USER, 0, [], "with gid 0"),
            (USER, USER, [0], "with gid 0"),
            (99, USER, [], "as uid 99"),
            (USER, 99, [], "with gid 99"),
            (USER, USER, [99], "with gid 99"),
        ],
    )
    def test_ids(self, start: Starter, user: int, group: int, extra: list[int], sentence: str) -> None:
        assert sentence in self.refusal(start, user=user, group=group, extra_groups=extra)

    @needs_root
    def test_slurm_user(self, start: Starter) -> None:
        ids = {"user": 1, "group": USER, "extra_groups": [], "SLURMRESTD_TEST_SLURM_USER": 1}
        assert "as SlurmUser" in self.refusal(start, **ids)

    @needs_root
    def test_group_of_slurm_user(self, start: Starter) -> None:
        # uid 1 is "daemon" with the group 1 on every Linux.
        ids = {"user": USER, "group": USER, "extra_groups": [1], "SLURMRESTD_TEST_SLURM_USER": 1}
        assert "SlurmUser's group" in self.refusal(start, **ids)

    @needs_root
    def test_another_user(self, start: Starter) -> None:
        options = {"SLURMRESTD_SECURITY": "", "SLURMRESTD_TEST_SLURM_USER": 1}
        answers, log, _ = start.talk(request("/echo/a"), user=65534, group=65534, extra_groups=[], **options)
        assert [answer.status for answer in answers] == [200], log

    def test_become_user_needs_a_listener(self, start: Starter) -> None:
        assert "become_user" in self.refusal(start, SLURMRESTD_SECURITY="become_user,disable_user_check")

    @needs_root
    def test_nothing_is_read_before_a_refusal(self, start: Starter) -> None:
        ours, theirs = os.pipe()
        os.write(theirs, request("/echo/a"))
        assert start(stdin=ours, SLURMRESTD_SECURITY="").wait(PATIENCE) == 1
        assert os.read(ours, 65536) == request("/echo/a")
        os.close(ours)
        os.close(theirs)


@needs_root
class TestDropIds:
    """With -u and -g, as a super-server that starts everything as root needs it."""

    def ids(self, start: Starter, *args: str, **options: object) -> tuple[list[str], list[str], list[str]]:
        answers, log, status = start.talk(request("/process"), args=args, **options)
        assert status == 0, log
        status_lines, _, _ = _parts(answers[0].body.decode())
        return status_lines["Uid"].split(), status_lines["Gid"].split(), status_lines["Groups"].split()

    def test_user_with_its_groups(self, start: Starter) -> None:
        assert self.ids(start, "-u", "daemon") == (["1"] * 4, ["1"] * 4, ["1"])

    def test_user_by_number(self, start: Starter) -> None:
        assert self.ids(start, "-u", "1")[0] == ["1"] * 4

    def test_user_and_group(self, start: Starter) -> None:
        assert self.ids(start, "-u", "daemon", "-g", str(USER)) == (["1"] * 4, [str(USER)] * 4, [])

    def test_group_alone(self, start: Starter) -> None:
        assert self.ids(start, "-g", "daemon") == (["0"] * 4, ["1"] * 4, [])

    def test_the_same_user_needs_no_right(self, start: Starter) -> None:
        ids = self.ids(start, "-u", "daemon", user=1, group=1, extra_groups=[])
        assert ids == (["1"] * 4, ["1"] * 4, [])

    @pytest.mark.parametrize(
        ("args", "sentence"),
        [
            (("-u", "nobody-here"), "no user 'nobody-here'"),
            (("-g", "nobody-here"), "no group 'nobody-here'"),
            (("-u", "54321"), "give one with -g"),
        ],
    )
    def test_unknown(self, start: Starter, args: tuple[str, ...], sentence: str) -> None:
        answers, log, status = start.talk(b"", args=args)
        assert (answers, status) == ([], 1)
        assert sentence in log

    def test_without_the_right(self, start: Starter) -> None:
        answers, log, status = start.talk(b"", args=("-u", "daemon"), user=USER, group=USER, extra_groups=[])
        assert (answers, status) == ([], 1)
        assert "Only root can change" in log
