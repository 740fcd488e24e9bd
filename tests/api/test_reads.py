# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes before and after a call to Slurm: routes, ids, parameters, statuses and what an answer is about."""

from __future__ import annotations

import os
import pwd
import re
import time

import pytest

from slurmrest_inet import slurm
from slurmrest_inet.auth import Identity
from slurmrest_inet.auth.peer import INET, PIPE, Peer
from slurmrest_inet.http.message import RestError
from slurmrest_inet.settings import Settings

try:
    slurm.release()
except ImportError as problem:
    pytest.skip(str(problem), allow_module_level=True)

from slurmrest_inet import versions
from slurmrest_inet.api import errors, meta, modern, router, selection
from slurmrest_inet.api.app import Call
from slurmrest_inet.api.job_id import JobId
from slurmrest_inet.api.routes import ROUTES

EVERYTHING = Settings()


def found(method: str, path: str) -> tuple[str, dict[str, str]] | int:
    """The function and the parameters for a request, or the status without one."""
    try:
        dialect = versions.HTTP[versions.home_of(path, 38)]
        match = router.find(method, tuple(path.split("/")), EVERYTHING, dialect)
    except RestError as error:
        return error.status
    return match.route.function, match.parameters


class TestRoutes:
    def test_that_each_is_there(self) -> None:
        for route in ROUTES:
            module, _, name = route.function.rpartition(".")
            imported = __import__(f"slurmrest_inet.api.{module}", fromlist=(name,))
            assert callable(getattr(imported, name)), route

    def test_that_none_hides_another(self) -> None:
        for version in versions.HOME:
            keys = [(r.method, r.side, r.path) for r in ROUTES if r.serves(version)]
            assert len(keys) == len(set(keys))

    @pytest.mark.parametrize("version", versions.SERVED)
    def test_reads_of_a_version(self, version: int) -> None:
        paths = {r.path.replace(":int", "") for r in ROUTES if r.method == "GET" and r.serves(version)}
        wanted = {"ping", "diag", "jobs", "job/{job_id}", "nodes", "node/{node_name}", "partitions"}
        wanted |= {"partition/{partition_name}"}
        wanted |= {"reservations", "reservation/{reservation_name}"} if version > 36 else set()
        wanted |= {"licenses"} if version > 37 else set()
        wanted |= {"jobs/state", "shares"} if version > 39 else set()
        assert paths == wanted

    def test_that_a_job_s_id_is_a_number_in_v36(self) -> None:
        assert found("GET", "slurm/v0.0.36/job/12") == ("slurmctld.jobs.get_by_number", {"job_id": "12"})
        assert found("GET", "slurm/v0.0.36/job/007") == ("slurmctld.jobs.get_by_number", {"job_id": "7"})
        assert found("GET", "slurm/v0.0.36/job/1.5") == ("slurmctld.jobs.get_by_number", {"job_id": "2"})
        for word in ("abc", "1_2", "true", "0x10", "1e0", ""):
            assert found("GET", f"slurm/v0.0.36/job/{word}") == 404
        assert found("GET", "slurm/v0.0.37/job/abc") == ("slurmctld.jobs.get", {"job_id": "abc"})

    def test_that_submit_is_no_job(self) -> None:
        for version in (36, 37, 38):
            assert found("GET", f"slurm/v0.0.{version}/job/submit") == 405

    def test_that_an_undefined_method_is_unknown_from_23_11_on(self) -> None:
        assert found("PUT", "slurm/v0.0.38/ping") == 405
        assert found("PUT", "slurm/v0.0.42/ping") == 404

    @pytest.mark.parametrize(
        ("method", "path", "allow"),
        [
            ("PUT", "slurm/v0.0.38/ping", "GET"),
            ("GET", "slurm/v0.0.38/job/submit", "POST"),
            ("PATCH", "slurm/v0.0.38/job/1", "DELETE, GET, POST"),
            ("PROPFIND", "slurm/v0.0.42/ping", "GET"),
            ("PROPFIND", "slurm/v0.0.38/nope", ""),
            ("PROPFIND", "", ""),
        ],
    )
    def test_that_a_405_names_the_methods_of_its_path(self, method: str, path: str, allow: str) -> None:
        dialect = versions.HTTP[versions.home_of(path, 42)]
        with pytest.raises(RestError) as caught:
            router.find(method, tuple(path.split("/")) if path else (), EVERYTHING, dialect)
        assert (caught.value.status, caught.value.headers) == (405, (("Allow", allow),))

    @pytest.mark.parametrize(
        ("path", "home"),
        [
            ("/slurm/v0.0.36/ping", 2205),
            ("//slurm//v0.0.38", 2205),
            ("/slurmdb/v0.0.39/jobs", 2302),
            ("/slurm/v0.0.42/nope/nope/nope", 2411),
            ("/nowhere/v0.0.45", 2605),
            ("/", 2205),
            ("/slurm", 2205),
            ("/v0.0.42", 2205),
            ("/slurm/v0.0.1/ping", 2205),
            ("/slurm/v0.0.46/ping", 2205),
            ("/slurm/v0.0.042/ping", 2205),
            ("/openapi/v3", 2205),
        ],
    )
    def test_that_the_target_s_version_decides_whose_words_are_used(self, path: str, home: int) -> None:
        assert versions.home_of(path, 38) == home
        assert home in versions.HTTP

    def test_the_newest_that_is_served(self) -> None:
        assert selection.newest(EVERYTHING) == max(versions.SERVED)
        assert selection.newest(EVERYTHING._replace(openapi_plugins=("openapi/v0.0.37", "openapi/dbv0.0.36"))) == 37
        assert selection.newest(EVERYTHING._replace(openapi_plugins=())) == max(versions.SERVED)

    def test_the_words_of_each_release(self) -> None:
        unknown = {home: versions.HTTP[home].unknown_path.text.split()[:3] for home in versions.HTTP}
        assert unknown[2205] == unknown[2302] == unknown[2411] == ["Unable", "find", "requested"]
        assert unknown[2605] == ["Unable", "to", "find"]
        undefined = {home: versions.HTTP[home].undefined_method.status for home in versions.HTTP}
        assert undefined == {2205: 405, 2302: 405, 2411: 404, 2605: 404}

    def test_that_a_path_comes_before_the_names_that_it_fits(self) -> None:
        for at, route in enumerate(ROUTES):
            fits = re.compile(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(route.path))).fullmatch
            assert not [r.path for r in ROUTES[at:] if "{" in route.path and "{" not in r.path and fits(r.path)]


class TestJobId:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("7", (7, None, None, None)),
            ("7_3", (7, 3, None, None)),
            ("7_0", (7, 0, None, None)),
            ("7+1", (7, None, 1, None)),
            ("7.0", (7, None, None, "0")),
            ("7.batch", (7, None, None, "batch")),
            ("7_3.extern", (7, 3, None, "extern")),
        ],
    )
    def test_ids(self, text: str, parts: tuple[object, ...]) -> None:
        assert JobId.parse(text) == parts
        assert str(JobId.parse(text)) == text

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "0",
            "00",
            "abc",
            "-1",
            "4294967294",
            "7+4294967296",
            "7 ",
            "7.x",
            "7_",
            "7+",
            "7.",
            "7_a",
            "7+1_2",
            "7_1+2",
            "1,2",
            "\u0667",
        ],
    )
    def test_what_is_none(self, text: str) -> None:
        with pytest.raises(ValueError, match=re.escape(text) or None):
            JobId.parse(text)


def parameters(*known: str, **query: str | None) -> tuple[modern.Parameters, modern.Report]:
    """A query of v0.0.42, read."""
    report = modern.Report()
    return modern.Parameters(Call(42, {}, dict(query)), report, "X_QUERY", *known), report


class TestParameters:
    @pytest.mark.parametrize(
        ("text", "epoch"),
        [("0", 0), ("17", 17), ("1.5", 2), ("-5", -5), ("uts1800000000", 1_800_000_000), ("1970-01-02T00:00", None)],
    )
    def test_update_time(self, text: str, epoch: int | None) -> None:
        read, report = parameters("update_time", update_time=text)
        expected = int(time.mktime((1970, 1, 2, 0, 0, 0, 0, 0, -1))) if epoch is None else epoch
        assert (read.update_time, read.unreadable, report.errors, report.warnings) == (expected, False, [], [])

    @pytest.mark.parametrize("text", [None, True, "", "abc", "true", "no", "1ex", ".5", "inf", "~", ["1", "2"]])
    def test_that_other_words_are_no_time(self, text: str | None) -> None:
        read, report = parameters("update_time", update_time=text)
        assert read.unreadable
        assert report.code == errors.CONVERSION_FAILED
        assert report.errors[0]["source"] == "#/update_time/"

    def test_flags(self) -> None:
        assert parameters("flags", flags="DETAIL")[0].flags == parameters("flags", flags="detail")[0].flags == 2
        read, report = parameters("flags", flags="DETAIL,ALL")
        assert (read.flags, read.unreadable, report.code) == (0, False, errors.FLAGS_INVALID)
        read, report = parameters("flags", flags=None)
        assert (read.unreadable, report.code) == (True, errors.FLAGS_NO_LIST)

    def test_that_unknown_ones_give_a_warning_each(self) -> None:
        read, report = parameters("flags", update_time="abc", foo=None)
        assert (read.unreadable, report.code, report.errors) == (False, 0, [])
        assert [one["source"] for one in report.warnings] == ["#/update_time/", "#/foo/"]


class TestReport:
    def test_that_the_first_code_counts(self) -> None:
        report = modern.Report()
        report.error(0, "a", "nothing to see")
        assert report.answer().code == 0
        report.error(9207, "b", "first")
        report.error(9000, "c", "second")
        assert report.answer().code == 9207
        assert all(set(one) == {"description", "error_number", "error", "source"} for one in report.errors)

    def test_that_codes_of_later_releases_have_sentences(self) -> None:
        for code in (errors.FLAGS_INVALID, errors.FLAGS_NO_LIST):
            assert errors.sentence_of(code).startswith("Data parser")


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [(0, 200, 200), (1900, 304, 304), (9000, 400, 422), (9001, 400, 400), (9003, 500, 200), (2017, 500, 404),
     (1800, 500, 502), (7000, 500, 502), (5004, 500, 504), (1007, 500, 511), (-1, 500, 500), (9202, 500, 500)],
)  # fmt: skip
def test_statuses(code: int, old: int, new: int) -> None:
    assert (errors.status_of(code, versions.HOME[38]), errors.status_of(code, versions.HOME[42])) == (old, new)


class TestMeta:
    PEER = Peer(INET, None, 0, 1000, "192.0.2.1:4711")

    def test_up_to_v38(self) -> None:
        found = {v: meta.of("slurm", v, self.PEER, Identity("rest_auth/jwt", "root", "t")) for v in (36, 37, 38)}
        assert [list(one) for one in found.values()] == [["plugin", "Slurm"]] * 3
        assert [one["plugin"]["name"] for one in found.values()] == [
            "REST v0.0.36", "Slurm OpenAPI v0.0.37", "Slurm OpenAPI v0.0.38",
        ]  # fmt: skip
        assert all(isinstance(one, int) for one in found[38]["Slurm"]["version"].values())

    def test_v42(self) -> None:
        own = pwd.getpwuid(os.geteuid()).pw_name
        names = {
            Identity("rest_auth/jwt", "root", "t"): "root",
            Identity("rest_auth/jwt", "no such user", "t"): "no such user",
            Identity("rest_auth/jwt", None, "t"): "",
            Identity("rest_auth/local", None, None): own,
        }
        for identity, name in names.items():
            found = meta.of("slurm", 42, self.PEER, identity)
            assert list(found) == ["plugin", "client", "command", "slurm"]
            assert found["client"]["user"] == name
            assert found["client"]["source"] == "192.0.2.1:4711(fd:0)"
            assert found["plugin"]["data_parser"] == "data_parser/v0.0.42"
            assert all(isinstance(one, str) for one in found["slurm"]["version"].values())
        piped = meta.of("slurm", 42, Peer(PIPE, 0, 0, 0, "-"), Identity("rest_auth/jwt", "root", "t"))
        assert piped["client"]["source"] == "pipe(fd:0)"
