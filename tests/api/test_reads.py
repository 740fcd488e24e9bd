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
from slurmrest_inet.api import errors, job_id, meta, parameters, router, selection
from slurmrest_inet.api.call import Call
from slurmrest_inet.api.job_id import JobId
from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.api.routes import ROUTES
from slurmrest_inet.api.slurmdbd import associations
from slurmrest_inet.slurm.library import SlurmError

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
            keys = [(r.method, r.side, r.path) for r in ROUTES if r.since <= version <= r.until]
            assert len(keys) == len(set(keys))

    @pytest.mark.parametrize("version", versions.SERVED["slurm"])
    def test_reads_of_a_version(self, version: int) -> None:
        ctld = [route for route in ROUTES if (route.method, route.side) == ("GET", "slurm")]
        paths = {r.path.replace(":int", "") for r in ctld if r.serves(version)}
        wanted = {"ping", "diag", "jobs", "job/{job_id}", "nodes", "node/{node_name}", "partitions"}
        wanted |= {"partition/{partition_name}"}
        wanted |= {"reservations", "reservation/{reservation_name}"} if version > 36 else set()
        wanted |= {"licenses"} if version > 37 else set()
        wanted |= {"jobs/state", "shares", "reconfigure"} if version > 39 else set()
        wanted |= {"resources/{job_id}"} if version > 43 else set()
        wanted |= {"conf"} if version > 44 else set()
        wanted |= {"job/{job_id}/requeue"} if version > 44 else set()  # no read, but for its method
        assert paths == wanted

    def test_that_a_job_s_id_is_a_number_in_v36(self) -> None:
        assert found("GET", "slurm/v0.0.36/job/12") == ("slurmctld.jobs.job", {"job_id": "12"})
        assert found("GET", "slurm/v0.0.36/job/007") == ("slurmctld.jobs.job", {"job_id": "7"})
        assert found("GET", "slurm/v0.0.36/job/1.5") == ("slurmctld.jobs.job", {"job_id": "2"})
        for word in ("abc", "1_2", "true", "0x10", "1e0", ""):
            assert found("GET", f"slurm/v0.0.36/job/{word}") == 404
        assert found("GET", "slurm/v0.0.37/job/abc") == ("slurmctld.jobs.job", {"job_id": "abc"})

    def test_that_submit_is_no_job(self) -> None:
        for version in (36, 37, 38):
            assert found("GET", f"slurm/v0.0.{version}/job/submit") == 405

    def test_that_submit_may_be_a_job_from_23_11_on(self) -> None:
        """There the method belongs to what is looked up; the operation then finds that it is no job's id."""
        assert found("GET", "slurm/v0.0.42/job/submit") == ("slurmctld.jobs.job", {"job_id": "submit"})
        for version in (40, 41, 42):
            assert found("DELETE", f"slurm/v0.0.{version}/job/submit")[1] == {"job_id": "submit"}  # type: ignore[index]
            assert found("POST", f"slurm/v0.0.{version}/job/submit")[1] == {}  # type: ignore[index]

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
            ("PROPFIND", "slurm/v0.0.42/job/submit", "DELETE, GET, POST"),
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
        assert selection.newest(EVERYTHING) == max(versions.SERVED["slurm"])
        assert selection.newest(EVERYTHING._replace(openapi_plugins=("openapi/v0.0.37", "openapi/dbv0.0.36"))) == 37
        assert selection.newest(EVERYTHING._replace(openapi_plugins=("openapi/slurmdbd",))) == 45
        assert selection.newest(EVERYTHING._replace(openapi_plugins=())) == max(versions.SERVED["slurm"])

    def test_that_without_a_version_the_installed_release_speaks(self) -> None:
        assert [selection.newest(EVERYTHING, one) for one in (2205, 2302, 2411, 2511, 2605)] == [38, 39, 42, 42, 45]
        assert selection.newest(EVERYTHING._replace(openapi_plugins=("openapi/slurmctld",)), 2205) == 45

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


class TestJobIdOfAPath:
    @pytest.mark.parametrize(
        ("version", "text", "errors_"),
        [
            (36, "0", [{"error": "_op_handler_job: job_id is zero", "error_code": 0}]),
            (36, "4294967294", [{"error": "_op_handler_job: job_id too large: 4294967294", "error_code": 0}]),
            (39, "172_[1-2]", [2144]),
            (39, "1_", [2141]),
            (39, "_1", [2137]),
            (42, "abc", [9000]),
            (42, "0", [9000]),
        ],
    )
    def test_what_names_no_job(self, version: int, text: str, errors_: list[object]) -> None:
        call = Call(version, {"job_id": text}, {})
        report = Report(call)
        assert job_id.read(call, report) is None
        assert [one.get("error_number", one) for one in report.errors] == errors_
        assert report.code == {36: -1, 42: 9000}.get(version, report.errors[0].get("error_number"))

    def test_numbers(self) -> None:
        call = Call(36, {"job_id": "7"}, {})
        assert job_id.read(call, Report(call)) == (7, None, None, None)


def read(query: str, version: int = 42, *, fast: bool = False, **told: object) -> tuple[object, Report]:
    """A query, read."""
    call = Call(version, {}, dict(told), flags=("fast",) if fast else (), table=query)
    report = Report(call)
    return parameters.read(call, report), report


class TestParameters:
    @pytest.mark.parametrize(
        ("text", "epoch"),
        [("0", 0), ("17", 17), ("1.5", 2), ("-5", -5), ("uts1800000000", 1_800_000_000), ("1970-01-02T00:00", None)],
    )
    def test_update_time(self, text: str, epoch: int | None) -> None:
        found, report = read("NODES", update_time=text)
        expected = int(time.mktime((1970, 1, 2, 0, 0, 0, 0, 0, -1))) if epoch is None else epoch
        assert (found, report.errors, report.warnings) == ({"update_time": expected}, [], [])

    @pytest.mark.parametrize("text", [None, True, "", "abc", "true", "no", "1ex", ".5", "inf", "~", ["1", "2"]])
    def test_that_other_words_are_no_time(self, text: str | None) -> None:
        found, report = read("NODES", update_time=text)
        assert (found, report.code) == (None, errors.code_of("ESLURM_DATA_CONV_FAILED"))
        assert report.errors[0]["source"] == "#/update_time/"

    @pytest.mark.parametrize("version", [36, 37, 38])
    def test_what_older_versions_read(self, version: int) -> None:
        """A number and no other word, of which nothing is said; v0.0.36 has no parameter at all."""
        known = version > 36
        assert read("NODES", version, update_time="17")[0] == ({"update_time": 17} if known else {})
        found, report = read("NODES", version, update_time="abc", flags="FOO", foo="1")
        assert (found, report.errors, report.warnings) == (None if known else {}, [], [])
        assert read("NODE", version, update_time="abc")[0] == {}

    def test_flags(self) -> None:
        assert read("JOBS", flags="DETAIL")[0] == read("JOBS", flags="detail")[0] == {"flags": 2}
        found, report = read("JOBS", flags="DETAIL,ALL")
        assert (found, report.code) == ({}, errors.FLAGS_INVALID)
        found, report = read("JOBS", flags=None)
        assert (found, report.code) == (None, errors.FLAGS_NO_LIST)

    def test_that_unknown_ones_give_a_warning_each(self) -> None:
        found, report = read("JOB_STATES", update_time="abc", foo=None)
        assert (found, report.code, report.errors) == ({}, 0, [])
        assert [one["source"] for one in report.warnings] == ["#/update_time/", "#/foo/"]
        assert not read("JOB_STATES", fast=True, foo=None)[1].warnings


class TestReport:
    def test_that_the_first_code_counts(self) -> None:
        report = Report(Call(42, {}, {}))
        report.error(0, "a", "nothing to see")
        assert report.answer().code == 0
        report.error(9207, "b", "first")
        report.error(9000, "c", "second")
        assert report.answer().code == 9207
        report.fault(Fault("d", "third", decides=True), 2017)
        assert report.answer().code == 2017
        assert all(set(one) == {"description", "error_number", "error", "source"} for one in report.errors)

    @pytest.mark.parametrize("version", [36, 38, 39])
    def test_that_entries_leave_out_what_is_not_known(self, version: int) -> None:
        report = Report(Call(version, {}, {}))
        report.error(2017, "a", "b")
        report.error(2017, "a")
        report.error(0, "a", "b")
        assert [list(one) for one in report.errors] == [
            ["description", "error_number", "error", "source"],
            ["error_number", "error", "source"],
            ["description", "source"],
        ]

    def test_that_a_warning_leaves_out_its_source(self) -> None:
        """As that of v0.0.39 for no node does (seen on 23.02.8)."""
        for version, members in ((39, ["description"]), (42, ["description", "source"])):
            report = Report(Call(version, {}, {}))
            report.warning(None, "No nodes to dump")
            assert [list(one) for one in report.warnings] == [members]

    def test_the_shapes_of_a_fault(self) -> None:
        report = Report(Call(36, {}, {}))
        report.fault(Fault(), 2017)
        report.fault(Fault("a", "no job {}", coded=True), 2017, 7)
        report.fault(Fault("a", "b", code=2018), 2017)
        report.fault(Fault("a", "{} is down", unanswered=-1), 1800, "it")
        assert report.errors == [
            {"error": errors.sentence_of(2017), "errno": 2017},
            {"error": "a: no job 7", "error_code": 0},
            {"description": "b", "error_number": 2018, "error": errors.sentence_of(2018), "source": "a"},
            {"description": "it is down", "error_number": -1, "error": errors.sentence_of(-1), "source": "a"},
        ]
        report.fault(None, 9000)
        assert (report.code, len(report.errors)) == (9000, 4)

    def test_that_only_later_versions_tell_errno(self) -> None:
        for version, code in ((38, -1), (39, -1), (40, 1800)):
            report = Report(Call(version, {}, {}))
            report.failure(Fault("a", "b"), SlurmError(-1, 1800))
            assert (report.code, report.errors[0]["error_number"]) == (code, code)

    def test_that_codes_of_later_releases_have_sentences(self) -> None:
        for code in (errors.FLAGS_INVALID, errors.FLAGS_NO_LIST):
            assert errors.sentence_of(code).startswith("Data parser")


@pytest.mark.parametrize(
    ("code", "statuses"),
    [
        (0, (200, 200, 200, 200)),
        (1900, (304, 304, 304, 304)),
        (9000, (400, 422, 422, 422)),
        (9001, (400, 400, 400, 400)),
        (9003, (500, 200, 200, 204)),
        (9204, (415, 415, 415, 415)),
        (2017, (500, 404, 404, 404)),
        (1007, (500, 500, 511, 511)),
        (1001, (500, 500, 502, 502)),
        (1804, (500, 500, 502, 502)),
        (5003, (500, 500, 502, 502)),
        (5004, (500, 500, 504, 504)),
        (7000, (500, 500, 502, 502)),
        (9008, (500, 500, 500, 401)),
        (9200, (500, 500, 500, 422)),
        (9009, (500, 500, 500, 400)),
        (1, (500, 500, 500, 403)),
        (2000, (500, 500, 500, 422)),
        (2185, (500, 500, 500, 422)),
        (2186, (500, 500, 500, 500)),
        (7013, (500, 500, 500, 422)),
        (7014, (500, 500, 500, 500)),
        (-1, (500, 500, 500, 500)),
        (9207, (500, 500, 500, 500)),
        (9209, (500, 500, 500, 500)),
    ],
)
def test_statuses(code: int, statuses: tuple[int, ...]) -> None:
    assert tuple(errors.status_of(code, home) for home in versions.HTTP) == statuses


class TestMeta:
    PEER = Peer(INET, None, 0, 1000, "192.0.2.1:4711")

    def test_up_to_v38(self) -> None:
        found = {v: meta.of("slurm", v, self.PEER, Identity("rest_auth/jwt", "root", "t")) for v in (36, 37, 38)}
        assert [list(one) for one in found.values()] == [["plugin", "Slurm"]] * 3
        assert [one["plugin"]["name"] for one in found.values()] == [
            "REST v0.0.36", "Slurm OpenAPI v0.0.37", "Slurm OpenAPI v0.0.38",
        ]  # fmt: skip
        assert all(isinstance(one, int) for one in found[38]["Slurm"]["version"].values())

    def test_v39(self) -> None:
        found = meta.of("slurm", 39, self.PEER, Identity("rest_auth/jwt", "root", "t"))
        assert list(found) == ["plugin", "client", "Slurm"]
        assert found["plugin"] == {
            "type": "openapi/v0.0.39", "name": "Slurm OpenAPI v0.0.39", "data_parser": "v0.0.39",
        }  # fmt: skip
        assert found["client"] == {"source": "192.0.2.1:4711"}

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


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {}),
        ({"usage_end": 5}, {"usage_end": 5}),
        ({"usage_start": 3, "usage_end": 5}, {"usage_start": 3, "usage_end": 5}),
        ({"usage_start": 5, "usage_end": 3}, {"usage_start": 3, "usage_end": 5}),
    ],
)
def test_the_time_of_usage(asked: dict[str, int], found: dict[str, int]) -> None:
    assert associations.bounded(asked) == found


def test_a_time_of_usage_without_an_end() -> None:
    """It ends now, as with slurmrestd of 24.11: slurmdbd would tell whole days."""
    before = int(time.time())
    found = associations.bounded({"usage_start": 3})
    assert found["usage_start"] == 3
    assert before <= found["usage_end"] <= time.time()
