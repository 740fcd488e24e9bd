# SPDX-License-Identifier: GPL-2.0-or-later
"""One connection on two descriptors of every kind: bytes, deadlines, signals, what is left open."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import socket
import struct
import termios
from typing import TYPE_CHECKING

import pytest
from wire import PATIENCE, parse, read_all, request

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Starter

CHUNK = 65536
BIG = 400  # chunks of a large answer: more than all buffers on its way take


def big_body(count: int) -> bytes:
    return b"".join(b"%08d" % number * 8192 for number in range(count))


def pair() -> tuple[socket.socket, socket.socket]:
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE)
    return ours, theirs


class TestKinds:
    def test_pipes(self, start: Starter) -> None:
        answers, log, status = start.talk(request("/echo/a") + request("/echo/b", method="POST", body=b"123"))
        assert [answer.body for answer in answers] == [b"GET a 0", b"POST b 3"]
        assert status == 0, log

    def test_files(self, start: Starter, tmp_path: Path) -> None:
        (tmp_path / "in").write_bytes(request("/big/20") + request("/echo/a"))
        with open(tmp_path / "in", "rb") as source, open(tmp_path / "out", "wb") as sink:
            process = start(stdin=source, stdout=sink)
            assert process.wait(PATIENCE) == 0
        big, small = parse((tmp_path / "out").read_bytes())
        assert big.body == big_body(20)
        assert small.body == b"GET a 0"

    def test_one_socket(self, start: Starter) -> None:
        ours, theirs = pair()
        with ours, theirs:
            process = start(stdin=theirs, stdout=theirs)
            theirs.close()
            ours.sendall(request("/echo/a"))
            first = ours.recv(65536)
            ours.sendall(request("/big/20", "Connection: close"))
            answers = parse(first + read_all(ours))
        assert [len(answer.body) for answer in answers] == [7, 20 * CHUNK]
        assert process.wait(PATIENCE) == 0

    def test_two_sockets(self, start: Starter) -> None:
        # As sshd gives them to a command.
        to, their_in = pair()
        back, their_out = pair()
        with to, their_in, back, their_out:
            process = start(stdin=their_in, stdout=their_out)
            their_in.close()
            their_out.close()
            to.sendall(request("/big/20"))
            to.shutdown(socket.SHUT_WR)
            (answer,) = parse(read_all(back))
        assert answer.body == big_body(20)
        assert process.wait(PATIENCE) == 0

    def test_tcp(self, start: Starter, tcp: tuple[socket.socket, socket.socket]) -> None:
        client, served = tcp
        process = start(stdin=served, stdout=served)
        served.close()
        client.sendall(request("/echo/a", "Connection: close"))
        (answer,) = parse(read_all(client))
        assert answer.body == b"GET a 0"
        assert process.wait(PATIENCE) == 0
        log = process.stderr.read().decode()
        assert f"peer=127.0.0.1:{client.getsockname()[1]} " in log

    def test_terminal(self, start: Starter) -> None:
        master, slave = pty.openpty()
        attributes = termios.tcgetattr(slave)
        attributes[1] &= ~termios.OPOST
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        process = start(stdin=slave, stdout=slave)
        # Typed with plain line ends, and longer than a terminal takes at once.
        os.write(master, b"GET /big/2 HTTP/1.1\nHost: lab\nConnection: close\n\n")
        data = b""
        while process.poll() is None or select.select([master], [], [], 0)[0]:
            if select.select([master], [], [], 0.1)[0]:
                data += os.read(master, 65536)
        assert parse(data)[0].body == big_body(2)
        assert process.returncode == 0
        # The shell that started us keeps a terminal as it was.
        assert not fcntl.fcntl(slave, fcntl.F_GETFL) & os.O_NONBLOCK
        os.close(master)
        os.close(slave)

    def test_no_input(self, start: Starter) -> None:
        assert start.talk(b"") == ([], "slurmrest-inet: peer=- closed after 0 answers: done\n", 0)

    @pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
    def test_pipe_of_another_user(self, start: Starter) -> None:
        # It cannot be opened once more, so it is written in small pieces; slowly read, none of them may block.
        process = start(user=65534, group=65534, extra_groups=[])
        process.stdin.write(request("/big/40", "Connection: close"))
        process.stdin.close()
        assert select.select([process.stdout], [], [], PATIENCE)[0]
        (answer,) = parse(process.stdout.read())
        assert answer.body == big_body(40)
        assert process.wait(PATIENCE) == 0


class TestEnds:
    def test_half_closed_socket_still_gets_its_answer(self, start: Starter) -> None:
        ours, theirs = pair()
        with ours, theirs:
            process = start(stdin=theirs, stdout=theirs)
            theirs.close()
            ours.sendall(request(f"/big/{BIG}"))
            ours.shutdown(socket.SHUT_WR)
            (answer,) = parse(read_all(ours))
        assert answer.body == big_body(BIG)
        assert process.wait(PATIENCE) == 0

    @pytest.mark.parametrize(
        "part",
        [b"", b"G", b"GET /echo/a HTTP/1.1\r\nHost: lab\r\n", request("/echo/a", method="POST", body=b"123")[:-1]],
    )
    def test_end_before_a_complete_request_is_silent(self, start: Starter, part: bytes) -> None:
        answers, _, status = start.talk(part)
        assert (answers, status) == ([], 0)

    def test_errors_are_answers(self, start: Starter) -> None:
        answers, _, status = start.talk(request("/nothing"))
        assert [answer.status for answer in answers] == [404]
        assert status == 0

    def test_parse_error(self, start: Starter) -> None:
        answers, log, status = start.talk(b"\x16\x03\x01\x02 what is this\r\n\r\n")
        assert [answer.status for answer in answers] == [400]
        assert status == 1
        assert " status=400 " in log

    def test_client_that_leaves(self, start: Starter) -> None:
        process = start()
        process.stdin.write(request(f"/big/{BIG}"))
        process.stdin.flush()
        process.stdout.read(100)
        process.stdout.close()
        assert process.wait(PATIENCE) == 0
        log = process.stderr.read().decode()
        assert "Traceback" not in log
        assert "status=200" in log
        assert 'why="writing: Broken pipe"' in log

    def test_client_that_resets(self, start: Starter, tcp: tuple[socket.socket, socket.socket]) -> None:
        client, served = tcp
        process = start(stdin=served, stdout=served)
        served.close()
        client.sendall(request(f"/big/{BIG}"))
        client.recv(100)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        assert process.wait(PATIENCE) == 0
        assert "Traceback" not in process.stderr.read().decode()

    @pytest.mark.parametrize("expect", [(), ("Expect: 100-continue",)])
    def test_refusal_reaches_a_client_that_sends_on(
        self, start: Starter, tcp: tuple[socket.socket, socket.socket], expect: tuple[str, ...]
    ) -> None:
        client, served = tcp
        process = start(stdin=served, stdout=served)
        served.close()
        size = 60_000_000
        client.sendall(request("/echo/a", f"Content-Length: {size}", *expect, method="POST"))
        # A simple client sends everything before it reads.
        piece = bytes(1_000_000)
        for _ in range(size // len(piece)):
            client.sendall(piece)
        (answer,) = parse(read_all(client))
        assert answer.status == 413
        assert answer.headers["connection"] == "close"
        client.close()
        assert process.wait(PATIENCE) == 1

    def test_refusal_reaches_a_client_that_writes_on_to_a_pipe(self, start: Starter) -> None:
        head = request("/echo/a", "Content-Length: 60000000", method="POST")
        answers, _, status = start.talk(head + bytes(60_000_000))
        assert [answer.status for answer in answers] == [413]
        assert status == 1

    def test_slow_writer_of_a_large_body(self, start: Starter) -> None:
        process = start(SLURMREST_INET_BODY_SECONDS=PATIENCE)
        body = bytes(3_000_000)
        data = request("/echo/a", method="POST", body=body)
        for offset in range(0, len(data), 70_001):
            process.stdin.write(data[offset : offset + 70_001])
            process.stdin.flush()
        process.stdin.close()
        (answer,) = parse(process.stdout.read())
        assert answer.body == b"POST a 3000000"


class TestDeadlines:
    def test_first_byte(self, start: Starter) -> None:
        process = start(SLURMREST_INET_FIRST_BYTE_SECONDS=0.2)
        assert process.wait(PATIENCE) == 0
        assert process.stdout.read() == b""
        assert "deadline of the phase first" in process.stderr.read().decode()

    def test_idle(self, start: Starter) -> None:
        process = start(SLURMREST_INET_IDLE_SECONDS=0.2)
        process.stdin.write(request("/echo/a"))
        process.stdin.flush()
        assert process.wait(PATIENCE) == 0
        assert [answer.status for answer in parse(process.stdout.read())] == [200]
        assert "deadline of the phase idle" in process.stderr.read().decode()

    @pytest.mark.parametrize(
        ("sent", "setting"),
        [
            (b"GET /echo/a HTT", "SLURMREST_INET_HEAD_SECONDS"),
            (request("/echo/a", "Content-Length: 9", method="POST"), "SLURMREST_INET_BODY_SECONDS"),
        ],
    )
    def test_half_a_request(self, start: Starter, sent: bytes, setting: str) -> None:
        process = start(**{setting: 0.2})
        process.stdin.write(sent)
        process.stdin.flush()
        (answer,) = parse(process.stdout.read())
        assert answer.status == 408
        process.stdin.close()
        assert process.wait(PATIENCE) == 0

    @pytest.mark.parametrize(
        ("head", "setting"),
        [
            (b"GET /echo/", "SLURMREST_INET_HEAD_SECONDS"),
            (request("/echo/a", "Content-Length: 9999", method="POST"), "SLURMREST_INET_BODY_SECONDS"),
        ],
    )
    def test_single_bytes_buy_no_time(self, start: Starter, head: bytes, setting: str) -> None:
        process = start(SLURMREST_INET_BODY_BYTES_PER_SECOND=1000, **{setting: 0.5})
        process.stdin.write(head)
        sent = 0
        with contextlib.suppress(BrokenPipeError):
            # Each byte comes well before the deadline after the one before it.
            while not select.select([process.stdout], [], [], 0.02)[0]:
                process.stdin.write(b"a")
                process.stdin.flush()
                sent += 1
                assert sent < 5000
        (answer,) = parse(process.stdout.read())
        assert answer.status == 408
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        assert process.wait(PATIENCE) == 0

    def test_many_bytes_buy_time(self, start: Starter) -> None:
        # All of them take longer than the deadline, but each byte of the rate buys its share.
        process = start(SLURMREST_INET_BODY_SECONDS=2, SLURMREST_INET_BODY_BYTES_PER_SECOND=1)
        process.stdin.write(request("/echo/a", "Content-Length: 50", method="POST"))
        for _ in range(50):
            process.stdin.write(b"a")
            process.stdin.flush()
            select.select([process.stdout], [], [], 0.05)
        process.stdin.close()
        (answer,) = parse(process.stdout.read())
        assert answer.status == 200

    @pytest.mark.parametrize("kind", ["pipe", "socket", "terminal"])
    def test_client_that_does_not_read(self, start: Starter, kind: str) -> None:
        ends: list[int] = []
        if kind == "pipe":
            ours, theirs = os.pipe()
        elif kind == "socket":
            ours, theirs = (end.detach() for end in socket.socketpair())
        else:
            ours, theirs = pty.openpty()
        ends = [ours, theirs]
        process = start(stdout=theirs, SLURMREST_INET_WRITE_SECONDS=0.3)
        process.stdin.write(request(f"/big/{BIG}"))
        process.stdin.flush()
        assert process.wait(PATIENCE) == 0
        assert 'why="the client does not read"' in process.stderr.read().decode()
        # What others hold of the same pipe or terminal is as blocking as before.
        assert not fcntl.fcntl(theirs, fcntl.F_GETFL) & os.O_NONBLOCK
        for end in ends:
            os.close(end)

    @pytest.mark.parametrize(("rate", "seconds", "whole"), [(10**9, 0.5, False), (1, 2, True)])
    def test_reading_in_small_pieces_buys_as_much_time_as_the_rate_says(
        self, start: Starter, rate: int, seconds: float, whole: bool
    ) -> None:
        ours, theirs = pair()
        with ours, theirs:
            patience = {"SLURMREST_INET_WRITE_SECONDS": seconds, "SLURMREST_INET_WRITE_BYTES_PER_SECOND": rate}
            process = start(stdout=theirs, **patience)
            theirs.close()
            process.stdin.write(request("/big/10"))
            process.stdin.close()
            data = b""
            while piece := ours.recv(4096):
                data += piece
                # Each piece is read well before the deadline, all of them take longer.
                select.select([], [], [], 0.02)
        assert process.wait(PATIENCE) == 0
        assert (len(data) > 10 * CHUNK) == whole

    @pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
    def test_client_that_does_not_read_a_pipe_of_another_user(self, start: Starter) -> None:
        process = start(user=65534, group=65534, extra_groups=[], SLURMREST_INET_WRITE_SECONDS=0.3)
        process.stdin.write(request(f"/big/{BIG}"))
        process.stdin.flush()
        assert process.wait(PATIENCE) == 0
        assert 'why="the client does not read"' in process.stderr.read().decode()

    def test_log_that_nobody_reads(self, start: Starter) -> None:
        # Behind `ssh host slurmrest-inet` the client is the reader of descriptor 2.
        ours, theirs = os.pipe()
        os.set_blocking(theirs, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(theirs, bytes(4096))
        os.set_blocking(theirs, True)
        answers, _, status = start.talk(request("/echo/a"), stderr=theirs)
        assert [answer.status for answer in answers] == [200]
        assert status == 0
        os.close(ours)
        os.close(theirs)


class TestSignals:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    @pytest.mark.parametrize("before", [b"", b"GET /ech", request("/echo/a")])
    def test_while_waiting(self, start: Starter, number: int, before: bytes) -> None:
        process = start()
        process.stdin.write(request("/echo/first") + before)
        process.stdin.flush()
        # The first answer says that the handlers are in place.
        process.stdout.read1(65536)
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0
        log = process.stderr.read().decode()
        assert "Traceback" not in log
        assert "asked to end" in log

    def test_while_answering(self, start: Starter, tmp_path: Path) -> None:
        process = start()
        process.stdin.write(request(f"/until{tmp_path}/awake") + request("/echo/a"))
        process.stdin.flush()
        assert process.stderr.readline() == b"asleep\n"
        process.send_signal(signal.SIGTERM)
        (tmp_path / "awake").touch()
        awake, refused = parse(process.stdout.read())
        assert awake.body == b"awake"
        # The request behind it was not begun, and says so.
        assert refused.status == 503
        assert process.wait(PATIENCE) == 0

    def test_while_writing_to_a_reader(self, start: Starter) -> None:
        process = start()
        process.stdin.write(request(f"/big/{BIG}"))
        process.stdin.flush()
        first = process.stdout.read(10)
        process.send_signal(signal.SIGTERM)
        (answer,) = parse(first + process.stdout.read())
        assert answer.body == big_body(BIG)
        assert process.wait(PATIENCE) == 0

    def test_while_writing_to_nobody(self, start: Starter) -> None:
        process = start(SLURMREST_INET_GRACE_SECONDS=0.3, SLURMREST_INET_WRITE_SECONDS=10 * PATIENCE)
        process.stdin.write(request(f"/big/{BIG}"))
        process.stdin.flush()
        process.stdout.read(10)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert 'why="asked to end"' in process.stderr.read().decode()


class TestDescriptors:
    def test_others_are_closed(self, start: Starter) -> None:
        ours, theirs = os.pipe()
        high = fcntl.fcntl(theirs, fcntl.F_DUPFD, 200)
        answers, _, _ = start.talk(request("/descriptors"), pass_fds=(theirs, high))
        open_ones = answers[0].body.decode().splitlines()
        os.close(theirs)
        os.close(high)
        assert os.read(ours, 1) == b""
        os.close(ours)
        # The test's own guard needs ctypes, and a libffi from 3.5 on keeps its file open then.
        open_ones = [line for line in open_ones if "/libffi.so" not in line]
        # 0 to 2, the client's two, and the two of the pipe that wakes.
        assert len(open_ones) == 7, open_ones
        assert open_ones[0] == "0 /dev/null"

    @pytest.mark.parametrize("missing", [(0,), (1,), (2,), (0, 2), (0, 1, 2)])
    def test_missing_ones_are_opened(self, start: Starter, missing: tuple[int, ...]) -> None:
        streams = [f"{number}>&-" for number in missing]
        shell = f'exec "$0" "$@" {" ".join(streams)}'
        process = start(command_line=shell, SLURMREST_INET_SYSLOG="/nonexistent")
        out, err = process.communicate(request("/descriptors"), PATIENCE)
        assert process.returncode == 0
        assert b"Traceback" not in err
        if 0 not in missing and 1 not in missing:
            open_ones = parse(out)[0].body.decode().splitlines()
            assert [line.split()[0] for line in open_ones[:3]] == ["0", "1", "2"]
            assert open_ones[2] == "2 /dev/null"
        elif missing == (1,):
            assert out == b""

    def test_what_is_printed_on_1_is_no_answer(self, start: Starter) -> None:
        answers, log, _ = start.talk(request("/noise"))
        assert [answer.body for answer in answers] == [b"quiet"]
        assert "noise on 1" in log
        assert "noise on 2" in log


class TestGuard:
    """What the edge asks of the guard around libslurm; what the guard does is tested with it."""

    FULL = "armed 10000 600.0 'HTTP/1.1 500' 'Internal error'"
    NOTHING = "armed 10000 600.0 '' ''"

    def trace(self, start: Starter, data: bytes, **options: object) -> list[str]:
        _, log, _ = start.talk(data, args=["trace"], **options)
        return [line for line in log.splitlines() if "armed" in line]

    def test_a_call(self, start: Starter) -> None:
        assert self.trace(start, request("/echo/a") * 2) == [self.FULL, "disarmed"] * 2

    def test_a_call_that_raises(self, start: Starter) -> None:
        assert self.trace(start, request("/crash")) == [self.FULL, "disarmed"]

    def test_chunks(self, start: Starter) -> None:
        # While nothing has been written the answer can be another; afterwards it can only break off.
        call_and_two_chunks, third, end = [self.FULL, "disarmed"], *[[self.NOTHING, "disarmed"]] * 2
        assert self.trace(start, request("/big/3")) == call_and_two_chunks + third + end

    def test_the_deadline(self, start: Starter) -> None:
        (armed, _) = self.trace(start, request("/echo/a"), SLURMREST_INET_REQUEST_SECONDS=7)
        assert armed.split()[2] == "7.0"

    def test_nothing_outside_of_requests(self, start: Starter) -> None:
        assert self.trace(start, b"GARBAGE\r\n\r\n") == []
