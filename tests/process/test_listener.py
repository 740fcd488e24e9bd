# SPDX-License-Identifier: GPL-2.0-or-later
"""The listener: sockets, limits, penalties, signals and what an instance is born with."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

import pytest
from running import CLOSE, HERE, LOCAL, end_one, next_answer, sleeps, start_one, unix, whole
from wire import PATIENCE, read_all, request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="becomes other users")


ONE = {"SLURMREST_INET_SPARE_INSTANCES": "0"}
# The addresses 127.0.0.* of this machine are sources like all others.
COUNTED = {"SLURMREST_INET_EXEMPT_SOURCES": "none"}


class TestInstances:
    @pytest.mark.parametrize("spares", ["0", "2"])
    def test_each_connection_has_its_own(self, listen: Any, spares: str) -> None:
        one = listen(LOCAL, SLURMREST_INET_SPARE_INSTANCES=spares)
        with one.connect() as connection:
            pids = []
            for _ in range(2):
                connection.sendall(request("/pid"))
                pids.append(next_answer(connection).body)
            assert pids[0] == pids[1]
        others = {one.ask("/pid").body for _ in range(4)}
        assert len(others) == 4
        assert pids[0] not in others
        assert str(one.process.pid).encode() not in others | set(pids)

    def test_identities_of_one_connection(self, listen: Any) -> None:
        one = listen(LOCAL, "-a", "jwt")
        said = []
        with one.connect() as connection:
            for user in ("alice", "bob", "alice"):
                connection.sendall(request("/who", f"X-SLURM-USER-NAME: {user}", "X-SLURM-USER-TOKEN: a.b.c"))
                said.append(next_answer(connection).body)
            connection.sendall(request("/who", "X-SLURM-USER-NAME: carol"))
            assert whole(connection).status == 401
        assert said == [f"rest_auth/jwt {user} inet".encode() for user in ("alice", "bob", "alice")]

    def test_nothing_of_the_listener_is_inherited(self, listen: Any) -> None:
        one = listen()
        with one.connect(), one.connect("127.0.0.2"):
            kinds = one.ask("/descriptors").body.decode().split()
        # The client, and the pipe that wakes; 0, 1, 2 and the log; the listing itself.
        assert kinds.count("socket") == 1
        assert kinds.count("pipe") <= 3

    def test_limits(self, listen: Any) -> None:
        one = listen(LOCAL, SLURMREST_INET_CPU_SECONDS="77")
        assert re.search(r"Max cpu time +77 ", one.ask("/limits").body.decode())
        with open(f"/proc/{one.process.pid}/limits", encoding="ascii") as file:
            text = file.read()
        assert re.search("Max cpu time +unlimited", text)
        assert re.search("Max core file size +0 +0", text)

    def test_a_probe_costs_no_instance(self, listen: Any) -> None:
        one = listen(LOCAL, **ONE)
        before = one.ask("/pid")
        for _ in range(20):
            one.connect().close()
        assert one.ask("/pid").status == before.status
        # Process numbers go up: twenty instances in between would show.
        assert "closed" not in one.read_log()
        one.wait_until(lambda: not one.children())

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            ("/die/SIGKILL", r"pid=\d+ source=127.0.0.1 died by signal 9"),
            ("/exit", r"pid=\d+ source=\S+ ended with status 1"),
        ],
    )
    def test_a_bad_end_is_logged(self, listen: Any, path: str, line: str) -> None:
        one = listen()
        with one.connect() as connection:
            connection.sendall(request(path))
            assert connection.recv(100) == b""
        one.wait_for(line)
        assert one.ask("/pid").status == 200

    def test_a_fault_of_ours_ends_one_instance(self, listen: Any) -> None:
        one = listen()
        assert one.ask("/unknown").status == 500
        one.wait_for("AttributeError")
        assert one.ask("/pid").status == 200

    def test_spares_that_die_are_no_storm(self, listen: Any) -> None:
        one = listen(LOCAL, SLURM_DEBUG_FLAGS="bad-rehearsal")
        one.wait_for("before it had a connection")
        assert one.ask("/pid").status == 200
        assert one.read_log().count("before it had a connection") < 10


class TestSockets:
    def test_several_addresses(self, listen: Any, tmp_path: Path) -> None:
        one = listen(LOCAL, f"unix:{tmp_path}/a", f"unix://{tmp_path}/b", SLURMRESTD_LISTEN="[::1]:0")
        port = int(one.wait_for(r"\[::1\]:(\d+)")[1])
        one.wait_for(r"unix:\S+/b\.")
        with socket.create_connection(("::1", port), PATIENCE) as connection:
            connection.sendall(request("/who", CLOSE, "X-SLURM-USER-TOKEN: a.b.c"))
            assert whole(connection).body == b"rest_auth/jwt None inet"
        for name in "ab":
            with unix(f"{tmp_path}/{name}") as connection:
                connection.sendall(request("/who", CLOSE))
                assert whole(connection).body == b"rest_auth/local None unix"
            assert os.stat(f"{tmp_path}/{name}").st_mode & 0o777 == 0o777

    def test_no_host_is_every_address(self, listen: Any) -> None:
        one = listen(":0")
        assert one.ask("/pid").status == 200
        with socket.create_connection(("::1", one.port()), PATIENCE) as connection:
            connection.sendall(request("/pid", CLOSE))
            assert whole(connection).status == 200

    def test_stale_and_live_unix_sockets(self, listen: Any, tmp_path: Path) -> None:
        path = str(tmp_path / "s")
        first = listen(f"unix:{path}")
        first.wait_for("Listening")
        second = listen(f"unix:{path}")
        assert second.process.wait(PATIENCE) == 1
        assert "Somebody else is listening" in second.read_log()
        first.process.kill()
        first.process.wait()
        third = listen(f"unix:{path}")
        third.wait_for("Listening")
        with unix(path) as connection:
            connection.sendall(request("/pid", CLOSE))
            assert whole(connection).status == 200

    def test_what_is_no_socket_stays(self, listen: Any, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("precious")
        one = listen(f"unix:{tmp_path}/file")
        assert one.process.wait(PATIENCE) == 1
        assert "something else than a socket" in one.read_log()
        assert (tmp_path / "file").read_text() == "precious"

    @pytest.mark.parametrize(
        ("address", "sentence"),
        [
            ("nowhere", "An address is"),
            ("1.2.3.4", "An address is"),
            ("::1:80", "in brackets"),
            ("localhost:70000", "An address is"),
            ("unix:relative", "absolute path"),
            ("unix:/" + "x" * 120, "at most 107 bytes"),
            ("192.0.2.1:0", "Nobody can listen on 192.0.2.1:0"),
            ("no.such.host.invalid:80", "There is no address"),
            ("unix:/no/such/folder/socket", "Nobody can listen on"),
        ],
    )
    def test_bad_addresses(self, listen: Any, address: str, sentence: str) -> None:
        one = listen(address)
        assert one.process.wait(PATIENCE) == 1
        assert re.fullmatch(rf"slurmrest-inet: .*{re.escape(sentence)}.*\n", one.read_log()), one.log

    def test_a_port_that_is_taken(self, listen: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            one = listen(f"127.0.0.1:{taken.getsockname()[1]}")
            assert one.process.wait(PATIENCE) == 1
        assert "Address already in use" in one.read_log()

    def test_sockets_from_systemd(self, listen: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as given:
            command = [sys.executable, "-c", SYSTEMD, str(given.fileno()), sys.executable, f"{HERE}/listening.py"]
            process = subprocess.Popen(
                command,
                env={"PATH": os.environ["PATH"], "SLURMRESTD_SECURITY": "disable_user_check"},
                pass_fds=(given.fileno(),),
                stderr=subprocess.PIPE,
            )
            try:
                with socket.create_connection(given.getsockname(), PATIENCE) as connection:
                    connection.sendall(request("/pid", CLOSE))
                    assert whole(connection).status == 200
            finally:
                process.terminate()
                process.communicate(timeout=PATIENCE)
        assert process.returncode == 0


SYSTEMD = """
import os, sys
if int(sys.argv[1]) != 3:
    os.dup2(int(sys.argv[1]), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""


class TestLimits:
    @pytest.mark.parametrize("args", [("--max-connections", "2"), ("-t", "2")])
    def test_full(self, listen: Any, args: tuple[str, ...]) -> None:
        """Nobody gives a place for the third connection of who has them all and uses them."""
        one = listen(LOCAL, *args)
        busy = [one.connect(), one.connect()]
        for connection in busy:
            start_one(connection)
        for _ in range(3):
            answer = one.ask("/pid")
            assert answer.status == 503
            assert answer.headers["retry-after"] == "1"
            assert answer.headers["connection"] == "close"
        for connection in busy:
            end_one(connection)
            connection.close()
        one.wait_until(lambda: one.ask("/pid").status == 200 and "served again" in one.read_log())
        assert one.read_log().count("New connections are refused") == 1

    def test_a_refused_client_that_sends_much_reads_its_answer(self, listen: Any) -> None:
        one = listen(LOCAL, "--max-connections", "1")
        with one.connect() as busy:
            start_one(busy)
            with one.connect() as connection:
                connection.sendall(request("/pid", body=b"x" * 500_000))
                assert whole(connection).status == 503

    def test_one_source_cannot_take_all(self, listen: Any) -> None:
        one = listen(LOCAL, "--max-connections", "10", SLURMREST_INET_PER_SOURCE_CONNECTIONS="3", **COUNTED)
        greedy = [one.connect("127.0.0.2") for _ in range(8)]
        assert one.ask("/pid").status == 200
        with one.connect("127.0.0.2") as another:
            assert whole(another).status == 503
        one.wait_for("source=127.0.0.2 has all connections")
        for connection in greedy:
            connection.close()
        one.wait_until(lambda: one.ask("/pid", source="127.0.0.2").status == 200)

    def test_silent_connections_give_way(self, listen: Any) -> None:
        one = listen(LOCAL, "--max-connections", "4")
        silent = [one.connect(f"127.0.0.{number}") for number in range(2, 10)]
        assert one.ask("/pid").status == 200
        # The longest silent one has been told.
        assert whole(silent[0]).status == 503
        for connection in silent:
            connection.close()

    def test_silence_ends(self, listen: Any) -> None:
        one = listen(LOCAL, SLURMREST_INET_FIRST_BYTE_SECONDS="0.2")
        with one.connect() as silent:
            assert silent.recv(100) == b""

    @needs_root
    def test_no_process_is_left(self, listen: Any) -> None:
        # The limit counts all processes of the user; the listener and one instance are two.
        one = listen(LOCAL, "-u", "daemon", **ONE, processes=2)
        with one.connect() as busy:
            busy.sendall(request("/pid"))
            next_answer(busy)
            assert [one.ask("/pid").status for _ in range(3)] == [503] * 3
            one.wait_for("no process can be started")
        one.wait_until(lambda: one.ask("/pid").status == 200 and "served again" in one.read_log())
        assert one.log.count("New connections are refused") == 1

    def test_no_descriptor_is_left(self, listen: Any) -> None:
        one = listen(LOCAL, **ONE)
        assert one.ask("/pid").status == 200
        pid = one.process.pid
        old = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (len(os.listdir(f"/proc/{pid}/fd")), old[1]))
        assert one.ask("/pid").status == 503
        one.wait_for("no descriptor is left")
        resource.prlimit(pid, resource.RLIMIT_NOFILE, old)
        one.wait_until(lambda: one.ask("/pid").status == 200 and "served again" in one.read_log())


class TestDescriptors:
    def test_silent_clients_and_few_descriptors(self, listen: Any) -> None:
        """Who says nothing gives way long before there is no descriptor left."""
        one = listen(LOCAL, **ONE, descriptors=60)
        one.wait_for(r"With a limit of 60 descriptors \S+ \S+ \S+ only \d+ connections, not 124, can wait")
        with contextlib.ExitStack() as held:
            silent = [held.enter_context(one.connect("127.0.0.2")) for _ in range(150)]
            for _ in range(5):
                assert one.ask("/pid", source="127.0.0.3").status == 200
            assert whole(silent[0]).status == 503
            log = one.read_log()
            assert log.count("With a limit of") == 1
            assert "no descriptor is left" not in log
            one.wait_until(lambda: sleeps(one.process.pid))  # it waits, it does not spin

    def test_two_sockets_and_no_descriptor(self, listen: Any, tmp_path: Path) -> None:
        """Both have a client at once, and not even the descriptor that is kept helps: they wait in the kernel."""
        path = str(tmp_path / "s")
        one = listen(LOCAL, f"unix:{path}", **ONE)
        one.wait_for("unix:")
        pid, port = one.process.pid, one.port()
        old = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        with socket.socket() as first, socket.socket(socket.AF_UNIX) as second:
            with stopped(one):
                resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, old[1]))
                for connection, address in ((first, ("127.0.0.1", port)), (second, path)):
                    connection.settimeout(PATIENCE)
                    connection.connect(address)
                    connection.sendall(request("/pid", CLOSE))
            one.wait_for("no descriptor is left")
            one.wait_until(lambda: sleeps(pid))
            resource.prlimit(pid, resource.RLIMIT_NOFILE, old)
            assert whole(first).status == whole(second).status == 200

    def test_silent_clients_when_the_limit_falls(self, listen: Any) -> None:
        one = listen(LOCAL, **ONE)
        with contextlib.ExitStack() as held:
            for _ in range(50):
                held.enter_context(one.connect("127.0.0.2"))
            pid = one.process.pid
            one.wait_until(lambda: len(os.listdir(f"/proc/{pid}/fd")) > 50)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (len(os.listdir(f"/proc/{pid}/fd")),) * 2)
            for _ in range(3):
                assert one.ask("/pid", source="127.0.0.3").status == 200
            assert "no descriptor is left" not in one.read_log()

    def test_the_hard_limit_is_used(self, listen: Any) -> None:
        one = listen(LOCAL, descriptors="20:1000")
        assert one.ask("/pid").status == 200
        soft, hard = resource.prlimit(one.process.pid, resource.RLIMIT_NOFILE)
        assert soft == hard > 124
        assert "With a limit" not in one.read_log()

    def test_too_few(self, listen: Any) -> None:
        one = listen(LOCAL, descriptors=24)
        assert one.process.wait(PATIENCE) == 1
        assert "A limit of 24 descriptors" in one.read_log()
        assert "Traceback" not in one.log


class TestSpares:
    """A spare that is told to go while it rehearses goes in silence."""

    SLOW = {"SLURM_DEBUG_FLAGS": "slow-rehearsal", "SLURMREST_INET_SPARE_INSTANCES": "1"}  # noqa: RUF012

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    @pytest.mark.parametrize("whom", ["listener", "spare", "group"])
    def test_told_by_a_signal(self, listen: Any, number: int, whom: str) -> None:
        """By the listener, by hand, or as systemd tells all processes of a unit at once."""
        one = listen(LOCAL, **self.SLOW)
        spare = int(one.wait_for(r"rehearses (\d+)")[1])
        if whom == "spare":
            os.kill(spare, number)
            one.wait_until(lambda: spare not in one.children())
            assert one.ask("/pid").status == 200
            assert one.end() == 0
        else:
            (os.killpg if whom == "group" else os.kill)(one.process.pid, number)
            assert one.process.wait(PATIENCE) == 0
        log = one.read_log()
        assert "Traceback" not in log
        assert "before it had a connection" not in log
        assert "ended with" not in log
        assert "terminated" not in log  # no request has been lost

    def test_let_go_by_a_reload(self, listen: Any) -> None:
        one = listen(LOCAL, **self.SLOW)
        one.wait_for("rehearses")
        one.process.send_signal(signal.SIGHUP)
        one.wait_for("read again(.|\n)*Listening(.|\n)*rehearses")
        assert one.ask("/pid").status == 200
        assert one.end() == 0
        assert "Traceback" not in one.read_log()
        assert "ended with" not in one.log


@contextlib.contextmanager
def stopped(one: Any) -> Iterator[None]:
    """What happens meanwhile, the listener sees all at once."""
    one.process.send_signal(signal.SIGSTOP)
    try:
        one.wait_until(lambda: state(one.process.pid) == "T")
        yield
    finally:
        one.process.send_signal(signal.SIGCONT)


def state(pid: int) -> str:
    """A process's state, one letter (proc(5)): X when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def is_refused(one: Any) -> bool:
    try:
        one.connect().close()
    except ConnectionRefusedError:
        return True
    return False


STRICT = {**COUNTED, "SLURMREST_INET_SOURCES": "strict"}


class TestPenalties:
    def test_repeated_refusals(self, listen: Any) -> None:
        one = listen(LOCAL, "-a", "jwt", **STRICT)
        # On a busy machine some of the seconds are over before the next ones come.
        one.wait_until(lambda: one.ask("/who", source="127.0.0.5").status == 503)
        one.wait_for("source=127.0.0.5 is not served for (1.|20) s, last for: refused")
        answer = one.ask("/pid", source="127.0.0.5")
        assert answer.status == 503
        assert 1 <= int(answer.headers["retry-after"]) <= 600
        assert one.ask("/pid", source="127.0.0.6").status == 200

    def test_a_crash(self, listen: Any) -> None:
        one = listen(LOCAL, **STRICT)
        with one.connect("127.0.0.5") as connection:
            connection.sendall(request("/die/SIGSEGV"))
            assert connection.recv(10) == b""
        one.wait_for("source=127.0.0.5 is not served for 90 s, last for: crash")
        assert one.ask("/pid", source="127.0.0.5").status == 503

    def test_bytes_that_are_no_request(self, listen: Any) -> None:
        one = listen(LOCAL, **STRICT, SLURMREST_INET_PENALTY_FAULT_SECONDS="20")
        with one.connect("127.0.0.5") as connection:
            connection.sendall(b"\x16\x03\x01\x02\x00\r\n\r\n")
            assert whole(connection).status == 400
        one.wait_for("last for: fault")

    def test_an_answer_that_breaks_off_is_our_fault(self, listen: Any) -> None:
        one = listen(LOCAL, **STRICT, **ONE, SLURMREST_INET_PENALTY_FAULT_SECONDS="20")
        with one.connect("127.0.0.5") as connection:
            connection.sendall(request("/breaks"))
            assert read_all(connection).endswith(b"some\r\n")
        one.wait_until(lambda: not one.children())
        assert one.ask("/pid", source="127.0.0.5").status == 200
        assert "no more" in one.read_log()

    def test_an_unfinished_request(self, listen: Any) -> None:
        one = listen(LOCAL, **STRICT, SLURMREST_INET_HEAD_SECONDS="0.1", SLURMREST_INET_PENALTY_LATE_SECONDS="20")
        with one.connect("127.0.0.5") as connection:
            connection.sendall(b"GET / HT")
            assert whole(connection).status == 408
        one.wait_for("last for: late")

    def test_exempt_and_unix(self, listen: Any, tmp_path: Path) -> None:
        one = listen(LOCAL, f"unix:{tmp_path}/s", "-a", "jwt", SLURMREST_INET_SOURCES="strict")
        one.wait_for("unix:")
        for _ in range(5):
            assert one.ask("/who").status == 401
            with unix(f"{tmp_path}/s") as connection:
                connection.sendall(request("/who", CLOSE))
                assert whole(connection).status == 401
        assert "not served" not in one.read_log()


class TestSignals:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_requests_are_finished(self, listen: Any, number: int) -> None:
        one = listen()
        idle, busy, silent = one.connect(), one.connect(), one.connect()
        idle.sendall(request("/pid"))
        next_answer(idle)
        busy.sendall(request("/sleep/0.7"))
        one.wait_for("asleep")
        one.process.send_signal(number)
        assert whole(busy).body == b"awake"
        assert idle.recv(10) == b""
        assert silent.recv(10) == b""
        assert one.process.wait(PATIENCE) == 0
        for connection in (idle, busy, silent):
            connection.close()

    def test_two_signals_before_it_looks(self, listen: Any) -> None:
        """The door is closed and instances are told, however many signals have come by then."""
        one = listen(LOCAL, SLURMREST_INET_SPARE_INSTANCES="2")
        with one.connect() as busy, one.connect() as silent:
            busy.sendall(request("/sleep/1"))
            one.wait_for("asleep")
            with stopped(one):
                for number in (signal.SIGTERM, signal.SIGINT):
                    one.process.send_signal(number)
            assert silent.recv(10) == b""
            one.wait_until(lambda: is_refused(one))
            assert whole(busy).body == b"awake"
        assert one.process.wait(PATIENCE) == 0
        assert one.read_log().count("The listener ends") == 1

    def test_who_asks_again_and_again_puts_nothing_off(self, listen: Any) -> None:
        one = listen(LOCAL, SLURMREST_INET_DRAIN_SECONDS="0.1", SLURMREST_INET_GRACE_SECONDS="0.1")
        with one.connect() as busy:
            busy.sendall(request("/sleep/500"))
            one.wait_for("asleep")

            def has_ended() -> bool:
                one.process.send_signal(signal.SIGTERM)
                time.sleep(0.2)
                return one.process.poll() is not None

            one.wait_until(has_ended)

    def test_no_more_connections_while_it_ends(self, listen: Any) -> None:
        one = listen()
        with one.connect() as busy:
            busy.sendall(request("/sleep/1"))
            one.wait_for("asleep")
            one.process.send_signal(signal.SIGTERM)
            one.wait_for("The listener ends")
            # A spare that was forked at this moment holds the socket until it has had a turn of the processor.
            one.wait_until(lambda: is_refused(one))
            assert whole(busy).body == b"awake"

    def test_patience_ends(self, listen: Any) -> None:
        one = listen(LOCAL, SLURMREST_INET_DRAIN_SECONDS="0.2", SLURMREST_INET_GRACE_SECONDS="0.1")
        with one.connect() as busy:
            busy.sendall(request("/sleep/500"))
            one.wait_for("asleep")
            one.process.send_signal(signal.SIGTERM)
            # The application here does not hear SIGTERM either; SIGKILL it is.
            assert one.process.wait(PATIENCE) == 0
            with contextlib.suppress(ConnectionResetError):
                assert busy.recv(10) == b""

    def test_reload(self, listen: Any, tmp_path: Path) -> None:
        conf = tmp_path / "conf"
        conf.write_text("fine")
        one = listen(LOCAL, SLURM_CONF=str(conf), SLURMREST_INET_SPARE_INSTANCES="2")
        with one.connect() as busy, one.connect() as silent, one.connect() as idle:
            idle.sendall(request("/pid"))
            next_answer(idle)
            busy.sendall(request("/sleep/1.5"))
            one.wait_for("asleep")
            one.process.send_signal(signal.SIGHUP)
            one.wait_for("read again(.|\n)*Listening")
            silent.sendall(request("/pid", CLOSE))
            assert whole(silent).status == 200
            assert one.ask("/pid").status == 200
            busy.shutdown(socket.SHUT_WR)
            assert whole(busy).body == b"awake"
            idle.sendall(request("/pid", CLOSE))
            assert whole(idle).status == 200
        one.wait_until(lambda: len(one.children()) == 2)
        assert one.end() == 0
        assert "Traceback" not in one.log
        assert "ended with" not in one.log

    def test_children_count_after_a_reload(self, listen: Any) -> None:
        one = listen(LOCAL, "--max-connections", "1")
        with one.connect() as busy:
            start_one(busy)
            one.process.send_signal(signal.SIGHUP)
            one.wait_for("read again(.|\n)*Listening")
            assert one.ask("/pid").status == 503
            end_one(busy)
        one.wait_until(lambda: one.ask("/pid").status == 200)

    def test_a_bad_configuration_is_not_taken(self, listen: Any, tmp_path: Path) -> None:
        conf = tmp_path / "conf"
        conf.write_text("fine")
        one = listen(LOCAL, SLURM_CONF=str(conf))
        assert one.ask("/pid").status == 200
        conf.write_text("broken")
        one.process.send_signal(signal.SIGHUP)
        one.wait_for("cannot be read again")
        assert one.ask("/pid").status == 200

    def test_idle_exit(self, listen: Any) -> None:
        one = listen(LOCAL, "--idle-exit", "2")
        with one.connect() as connection:
            connection.sendall(request("/sleep/2.5"))
            assert next_answer(connection).body == b"awake"
            begin = time.monotonic()
        assert one.process.wait(PATIENCE) == 0
        assert time.monotonic() - begin >= 2  # from the end of the last connection on
        assert "Nobody came" in one.read_log()


class TestTrials:
    """A reload is tried by another process, and neither that nor its end may cost anything."""

    @pytest.fixture
    def conf(self, tmp_path: Path) -> Path:
        """The slurm.conf, whose text is "fine"."""
        conf = tmp_path / "conf"
        conf.write_text("fine")
        return conf

    @pytest.mark.parametrize(
        ("first", "second", "log"),
        [
            ("broken", "fine", "cannot be read again(.|\n)*is read again(.|\n)*Listening"),
            ("fine", "broken", "cannot be read again: the listener goes on"),
            ("fine", "fine", "is read again(.|\n)*Listening"),
        ],
    )
    def test_another_reload_during_one(self, listen: Any, conf: Path, first: str, second: str, log: str) -> None:
        """What is taken is what was tried last."""
        one = listen(LOCAL, SLURM_CONF=str(conf))
        assert one.ask("/pid").status == 200
        with on_trial(one, conf) as tried:
            conf.write_text(second)
            one.process.send_signal(signal.SIGHUP)
            time.sleep(0.2)
            tried.write(first)
        one.wait_for(log)
        assert one.ask("/pid").status == 200

    def test_it_holds_no_client(self, listen: Any, conf: Path) -> None:
        one = listen(LOCAL, SLURM_CONF=str(conf), SLURMREST_INET_FIRST_BYTE_SECONDS="2", **ONE)
        one.port()
        before = len(descriptors(one.process.pid))
        with one.connect() as silent:
            one.wait_until(lambda: len(descriptors(one.process.pid)) > before)
            with on_trial(one, conf):
                assert silent.recv(10) == b""

    def test_who_is_refused_meanwhile_reads_the_answer(self, listen: Any, conf: Path) -> None:
        """The connection is not reset, though its client sends on (RFC 9112 section 9.6)."""
        one = listen(LOCAL, "--max-connections", "1", SLURM_CONF=str(conf))
        with one.connect() as busy, one.connect() as refused:
            start_one(busy)
            with on_trial(one, conf) as tried:
                refused.sendall(request("/pid", body=b"x" * 1000)[:-1000])
                select.select([refused], [], [], PATIENCE)
                tried.write("fine")
            one.wait_for("read again(.|\n)*Listening")
            for _ in range(10):
                refused.sendall(b"x" * 100)
                time.sleep(0.01)
            assert whole(refused).status == 503
            end_one(busy)

    def test_it_ends_with_its_listener(self, listen: Any, conf: Path) -> None:
        one = listen(LOCAL, SLURM_CONF=str(conf), **ONE)
        one.port()
        with on_trial(one, conf):
            (trial,) = one.children()
            assert one.end() == 0
            one.wait_until(lambda: state(trial) in "XZ")
        assert "cannot be" not in one.read_log()  # nothing was wrong with it

    def test_it_has_a_deadline(self, listen: Any, conf: Path) -> None:
        one = listen(LOCAL, SLURM_CONF=str(conf), SLURM_DEBUG_FLAGS="short-trial", **ONE)
        one.port()
        with on_trial(one, conf):
            one.wait_for("cannot be tried within 0.3 s(.|\n)*cannot be read again: the listener goes on")
            assert one.ask("/pid").status == 200
        one.wait_until(lambda: not one.children())
        one.wait_until(lambda: sleeps(one.process.pid))

    def test_a_signal_at_the_last_moment(self, listen: Any) -> None:
        """It ends the listener that follows."""
        one = listen(LOCAL, SLURM_DEBUG_FLAGS="late-signal")
        one.port()
        one.process.send_signal(signal.SIGHUP)
        one.wait_for("is read again(.|\n)*The listener ends")
        assert one.process.wait(PATIENCE) == 0

    def test_the_program_cannot_be_executed(self, listen: Any) -> None:
        """All is as before, spares included."""
        one = listen(LOCAL, SLURM_DEBUG_FLAGS="no-exec", SLURMREST_INET_SPARE_INSTANCES="2")
        assert one.ask("/pid").status == 200
        with one.connect() as silent:
            one.wait_until(lambda: len(one.children()) == 2)
            one.wait_until(lambda: sleeps(one.process.pid))
            before = descriptors(one.process.pid), one.children()
            one.process.send_signal(signal.SIGHUP)
            one.wait_for("cannot be read again: Cannot allocate memory")
            assert (descriptors(one.process.pid), one.children()) == before
            silent.sendall(request("/pid", CLOSE))
            assert whole(silent).status == 200
        assert one.end() == 0
        assert "Traceback" not in one.read_log()

    def test_the_trial_cannot_be_executed(self, listen: Any) -> None:
        one = listen(LOCAL, SLURM_DEBUG_FLAGS="no-exec-of-trial")
        one.port()
        one.process.send_signal(signal.SIGHUP)
        one.wait_for("cannot be tried: Cannot allocate memory(.|\n)*cannot be read again: the listener goes on")
        assert one.ask("/pid").status == 200


@contextlib.contextmanager
def on_trial(one: Any, conf: Path) -> Iterator[TextIO]:
    """A reload whose trial reads as slurm.conf what is written here; `conf` is a file that is fine again."""
    conf.unlink()
    os.mkfifo(conf)
    one.process.send_signal(signal.SIGHUP)
    with conf.open("w") as tried:  # opened for reading by the trial
        conf.unlink()
        conf.write_text("fine")
        yield tried


def descriptors(pid: int) -> dict[str, tuple[str, str]]:
    """What each descriptor of a process is, and its flags, close-on-exec among them (proc(5), fdinfo)."""
    found = {}
    for number in os.listdir(f"/proc/{pid}/fd"):
        with open(f"/proc/{pid}/fdinfo/{number}", encoding="ascii") as file:
            flags = next(line for line in file if line.startswith("flags:"))
        found[number] = os.readlink(f"/proc/{pid}/fd/{number}"), flags
    return found


@needs_root
class TestUsers:
    def test_rights_are_given_up(self, listen: Any) -> None:
        user = pwd.getpwnam("daemon")
        one = listen(LOCAL, "-u", "daemon", SLURMRESTD_SECURITY="")
        assert one.ask("/ids").body.decode() == f"{(user.pw_uid,) * 3} {(user.pw_gid,) * 3} [{user.pw_gid}]"
        with open(f"/proc/{one.process.pid}/status", encoding="ascii") as file:
            assert f"Uid:\t{user.pw_uid}\t{user.pw_uid}\t{user.pw_uid}" in file.read()

    def test_root_is_refused(self, listen: Any) -> None:
        one = listen(LOCAL, SLURMRESTD_SECURITY="")
        assert one.process.wait(PATIENCE) == 1
        assert "does not serve as root" in one.read_log()

    @pytest.mark.parametrize("spares", ["0", "1"])
    def test_become_user(self, listen: Any, tmp_path_factory: Any, spares: str) -> None:
        folder = tmp_path_factory.mktemp("s")
        for parent in (folder, folder.parent, folder.parent.parent):
            parent.chmod(0o755)
        path = f"{folder}/s"
        one = listen(
            f"unix:{path}", "-a", "local", SLURMRESTD_SECURITY="become_user", SLURMREST_INET_SPARE_INSTANCES=spares
        )
        one.wait_for("Listening")
        user = pwd.getpwnam("daemon")
        program = (
            "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
            "s.sendall(sys.argv[2].encode()); print(b''.join(iter(lambda: s.recv(9999), b'')).decode())"
        )
        said = {}
        for name, uid in (("daemon", user.pw_uid), ("root", 0)):
            said[name] = subprocess.run(
                [sys.executable, "-c", program, path, request("/ids", CLOSE).decode()],
                user=uid, stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=True,
            ).stdout  # fmt: skip
        assert f"{(user.pw_uid,) * 3} {(user.pw_gid,) * 3}" in said["daemon"]
        assert said["root"].startswith("HTTP/1.1 401 ")
        with open(f"/proc/{one.process.pid}/status", encoding="ascii") as file:
            assert "Uid:\t0\t0" in file.read()

    @pytest.mark.parametrize(
        ("args", "sentence"),
        [
            (["unix:/tmp/never"], "rest_auth/jwt"),
            (["unix:/tmp/never", "-a", "local", "-u", "daemon"], "-u and -g"),
            ([LOCAL, "-a", "local"], "needs unix sockets"),
        ],
    )
    def test_become_user_has_conditions(self, listen: Any, args: list[str], sentence: str, tmp_path: Path) -> None:
        args = [word.replace("/tmp/never", str(tmp_path / "s")) for word in args]
        one = listen(*args, SLURMRESTD_SECURITY="become_user")
        assert one.process.wait(PATIENCE) == 1
        assert sentence in one.read_log()


def test_bad_numbers(listen: Any) -> None:
    one = listen(LOCAL, "-t", "many")
    assert one.process.wait(PATIENCE) == 1
    assert "-t needs a number" in one.read_log()
    one = listen(LOCAL, SLURMREST_INET_EXEMPT_SOURCES="here")
    assert one.process.wait(PATIENCE) == 1
    assert "'here' is neither" in one.read_log()
