# SPDX-License-Identifier: GPL-2.0-or-later
"""What the log says, where it goes, and that it never goes to the client."""

from __future__ import annotations

import os
import re
import socket
from typing import TYPE_CHECKING

import pytest
from wire import PATIENCE, parse, read_all, request

from slurmrest_inet.serve.log import escape

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Starter

    Syslog = tuple[str, Callable[[], list[str]]]

LINE = re.compile(r"<(\d+)>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d slurmrest-inet\[\d+\]: (.*)")


class TestLine:
    def test_content(self, start: Starter) -> None:
        answers, log, _ = start.talk(request("/echo/a?token=hidden", "X-SLURM-USER-NAME: alice"))
        size = len(answers[0].body)
        line = re.fullmatch(
            r"slurmrest-inet: peer=- user=alice method=GET path=/echo/a status=200 bytes=(\d+) ms=[\d.]+",
            log.splitlines()[0],
        )
        assert line, log
        assert int(line[1]) > size

    def test_who_is_a_plain_word(self, start: Starter) -> None:
        """A user of this machine, as a socketpair or a terminal shows it, without anything to escape."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            process = start(stdin=theirs, stdout=theirs)
            theirs.close()
            ours.sendall(request("/echo/a"))
            ours.shutdown(socket.SHUT_WR)
            _, log = process.communicate(timeout=PATIENCE)
        assert log.startswith(b"slurmrest-inet: peer=uid:%d user=- method=GET " % os.geteuid())

    def test_why(self, start: Starter) -> None:
        _, log, _ = start.talk(request("/who", "X-SLURM-USER-NAME: alice"), SLURMRESTD_AUTH_TYPES="jwt")
        assert "status=401" in log
        assert 'why="X-SLURM-USER-NAME without a token"' in log

    def test_refused_before_it_was_complete(self, start: Starter) -> None:
        _, log, _ = start.talk(b"GARBAGE\r\n\r\n")
        assert "user=- method=- path=- status=400" in log

    def test_client_cannot_forge(self, start: Starter) -> None:
        forged = 'x" status=200\\ \xff'
        _, log, _ = start.talk(request("/a%0Ab", f"X-SLURM-USER-NAME: {forged}"))
        assert r"user=x\x22\x20status=200\x5c\x20\xff method=GET path=/a%0Ab status=404" in log

    @pytest.mark.parametrize(
        ("text", "escaped"),
        [
            ("plain/-_.~%", "plain/-_.~%"),
            ("a b\n", r"a\x20b\x0a"),
            ("\x1b[2J", r"\x1b[2J"),
            ("é", r"\xc3\xa9"),
            (b"\x80\xff", r"\x80\xff"),
            ("\udcff", r"\xff"),
            ("a" * 600, "a" * 512 + "..."),
        ],
    )
    def test_escape(self, text: str | bytes, escaped: str) -> None:
        assert escape(text) == escaped

    @pytest.mark.parametrize(
        "header", ["X-SLURM-USER-TOKEN: eyJhbGciOi.secret.sign", "Authorization: Bearer eyJhbGciOi.secret.sign"]
    )
    @pytest.mark.parametrize("path", ["/echo/a", "/who", "/crash"])
    def test_no_token(self, start: Starter, header: str, path: str) -> None:
        answers, log, _ = start.talk(request(path, header), SLURMRESTD_DEBUG="debug5")
        assert len(answers) == 1
        assert "path=" + path in log
        assert "secret" not in log
        assert "eyJ" not in log

    def test_levels(self, start: Starter) -> None:
        assert start.talk(request("/echo/a"), SLURMRESTD_DEBUG="quiet")[1] == ""
        assert "closed after" not in start.talk(request("/echo/a"), SLURMRESTD_DEBUG="error")[1]


class TestFault:
    def test_the_client_gets_no_traceback(self, start: Starter) -> None:
        answers, log, status = start.talk(request("/crash"))
        assert [(answer.status, answer.body) for answer in answers] == [(500, b"Internal error")]
        assert "ValueError: a fault" in log
        assert status == 0

    def test_no_answer_can_be_made(self, start: Starter) -> None:
        """Not the one, nor another in its place: there is one that needs nothing, and the connection ends."""
        answers, log, status = start.talk(request("/vanishing") + request("/echo/a"))
        (answer,) = answers
        assert (answer.status, answer.body, answer.headers["connection"]) == (500, b"Internal error", "close")
        assert log.count("Traceback") == log.count("path=/") == 1
        assert "MemoryError" in log  # what went wrong first
        assert "LocalProtocolError" not in log
        assert "path=/vanishing status=500 bytes=" in log
        assert status == 1


class TestClientOnDescriptor2:
    """As xinetd does it."""

    def talk(self, start: Starter, data: bytes, **options: object) -> tuple[bytes, int]:
        ours, theirs = socket.socketpair()
        ours.settimeout(PATIENCE)
        with ours, theirs:
            process = start(stdin=theirs, stdout=theirs, stderr=theirs, **options)
            theirs.close()
            ours.sendall(data)
            ours.shutdown(socket.SHUT_WR)
            return read_all(ours), process.wait(PATIENCE)

    def test_traceback_of_a_request(self, start: Starter, syslog: Syslog) -> None:
        path, arrived = syslog
        data, status = self.talk(start, request("/crash"), SLURMREST_INET_SYSLOG=path)
        assert [answer.status for answer in parse(data)] == [500]
        assert status == 0
        lines = arrived()
        assert any(line.endswith("ValueError: a fault with ") for line in lines), lines
        for line in lines:
            assert LINE.fullmatch(line)

    @pytest.mark.parametrize("when", ["early", "late"])
    def test_traceback_of_the_program(self, start: Starter, syslog: Syslog, when: str) -> None:
        path, arrived = syslog
        data, status = self.talk(start, b"", args=[f"raise-{when}"], SLURMREST_INET_SYSLOG=path)
        assert data == b""
        assert status == 1
        assert any("RuntimeError: forced" in line for line in arrived())

    def test_library_that_prints(self, start: Starter, syslog: Syslog) -> None:
        path, arrived = syslog
        data, _ = self.talk(start, request("/noise"), SLURMREST_INET_SYSLOG=path)
        assert [answer.body for answer in parse(data)] == [b"quiet"]
        text = "\n".join(arrived())
        assert "noise on 1" in text
        assert "noise on 2" in text
        assert "noise on stderr" in text

    def test_last_words_of_a_process(self, start: Starter, syslog: Syslog) -> None:
        path, arrived = syslog
        data, status = self.talk(start, request("/fatal"), SLURMREST_INET_SYSLOG=path)
        assert data == b""
        assert status == 1
        assert arrived() == ["last words\n"]

    def test_request_line(self, start: Starter, syslog: Syslog) -> None:
        path, arrived = syslog
        self.talk(start, request("/echo/a"), SLURMREST_INET_SYSLOG=path)
        matches = [LINE.fullmatch(line) for line in arrived()]
        assert matches[0]
        assert matches[0][1] == str(3 * 8 + 6)  # facility daemon, severity info
        assert "path=/echo/a status=200" in matches[0][2]

    @pytest.mark.parametrize("path", ["/noise", "/crash"])
    def test_without_syslog_it_is_silent(self, start: Starter, path: str) -> None:
        data, status = self.talk(start, request(path), SLURMREST_INET_SYSLOG="/nonexistent")
        assert len(parse(data)) == 1
        assert status == 0

    def test_refusal_to_start(self, start: Starter, syslog: Syslog) -> None:
        path, arrived = syslog
        data, status = self.talk(start, b"", SLURMREST_INET_SYSLOG=path, SLURMRESTD_SECURITY="become_user")
        assert data == b""
        assert status == 1
        assert "become_user" in arrived()[0]

    def test_answers_and_errors_in_one_pipe(self, start: Starter, syslog: Syslog) -> None:
        path, arrived = syslog
        process = start(command_line='exec "$0" "$@" 2>&1', SLURMREST_INET_SYSLOG=path)
        out, err = process.communicate(request("/noise"), PATIENCE)
        assert [answer.body for answer in parse(out)] == [b"quiet"]
        assert err == b""
        assert any("noise on 2" in line for line in arrived())


class TestReceivers:
    def test_journal(self, start: Starter, tmp_path: Path) -> None:
        ours, theirs = socket.socketpair()
        ours.settimeout(PATIENCE)
        with ours, theirs:
            status = os.fstat(theirs.fileno())
            process = start(stderr=theirs, JOURNAL_STREAM=f"{status.st_dev}:{status.st_ino}")
            theirs.close()
            process.communicate(request("/echo/a") + request("/crash"), PATIENCE)
            lines = read_all(ours).decode().splitlines()
        assert lines[0].startswith("<6>peer=- ")
        assert lines[1] == "<3>Traceback (most recent call last):"

    def test_null_device_gives_way_to_syslog(self, start: Starter, syslog: Syslog) -> None:
        path, arrived = syslog
        with open(os.devnull, "wb") as null:
            start.talk(request("/echo/a"), stderr=null, SLURMREST_INET_SYSLOG=path)
        assert "path=/echo/a" in arrived()[0]
