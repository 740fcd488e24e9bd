# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line and the variables: what they mean, and what is refused with which sentence."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from typing import ClassVar

import pytest
from wire import PATIENCE

from slurmrest_inet import cli, settings, slurm, versions
from slurmrest_inet.http.limits import Limits
from slurmrest_inet.settings import Options, SettingsError

needs_extension = pytest.mark.skipif(
    importlib.util.find_spec("slurmrest_inet._slurm") is None, reason="the compiled extension is not built"
)


def program(*args: str, **environ: str) -> tuple[int, str, str]:
    """Run the program with nothing on standard input; exit status, output, errors."""
    done = subprocess.run(
        [sys.executable, "-m", "slurmrest_inet", *args],
        cwd="/",  # the installed package, not a checkout without the compiled extension
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def read(*args: str, **environ: str) -> settings.Settings:
    return settings.read(cli.parse(args).options, environ)


class TestParse:
    def test_nothing(self) -> None:
        assert cli.parse([]) == ("serve", Options())

    @pytest.mark.parametrize(
        "args",
        [
            ["-a", "jwt", "-s", "v0.0.38", "-f", "/c", "-vv", ":80"],
            ["-ajwt", "-sv0.0.38", "-f/c", "-v", "-v", ":80"],
            [":80", "-v", "-a", "jwt", "-vs", "v0.0.38", "-f", "/c"],
            ["-vva", "jwt", "-s", "v0.0.38", "-f", "/c", "--", ":80"],
        ],
    )
    def test_mixed(self, args: list[str]) -> None:
        expected = Options(auth_types="jwt", openapi_plugins="v0.0.38", conf="/c", verbose=2, addresses=(":80",))
        assert cli.parse(args) == ("serve", expected)

    def test_all_values(self) -> None:
        args = [
            "-a",
            "a",
            "-d",
            "d",
            "-f",
            "f",
            "-g",
            "g",
            "-s",
            "s",
            "-t",
            "t",
            "-u",
            "u",
            "--max-connections",
            "7",
            "x",
            "y",
        ]
        options = cli.parse(args).options
        assert options == Options("a", "s", "d", "f", "u", "g", "t", "7", 0, ("x", "y"))

    @pytest.mark.parametrize("args", [["--max-connections=7"], ["--max-connections", "7"], ["--max", "7"], ["--m=7"]])
    def test_long(self, args: list[str]) -> None:
        assert cli.parse(args).options.max_connections == "7"

    def test_last_value_wins(self) -> None:
        assert cli.parse(["-a", "jwt", "-a", "local"]).options.auth_types == "local"

    @pytest.mark.parametrize(
        ("args", "action"),
        [(["-h"], "help"), (["--help"], "help"), (["-vhX"], "help"), (["-V"], "version"), ([":80", "-V"], "version")],
    )
    def test_actions(self, args: list[str], action: str) -> None:
        assert cli.parse(args).action == action

    def test_after_two_dashes_all_are_addresses(self) -> None:
        assert cli.parse(["--", "-h", "--help"]).options.addresses == ("-h", "--help")

    @pytest.mark.parametrize(
        ("args", "sentence"),
        [
            (["-x"], "no option -x"),
            (["-vx"], "no option -x"),
            (["--nothing"], "no option --nothing"),
            (["--max-connectionsx=1"], "no option --max-connectionsx"),
            (["-a"], "-a needs a value"),
            (["-va"], "-a needs a value"),
            (["--max-connections"], "--max-connections needs a value"),
            (["--help=1"], "--help takes no value"),
        ],
    )
    def test_refused(self, args: list[str], sentence: str) -> None:
        with pytest.raises(SettingsError, match=sentence):
            cli.parse(args)


class TestSettings:
    def test_defaults(self) -> None:
        chosen = read()
        assert chosen == settings.Settings()
        assert read().inetd
        assert settings.Settings().level == 3

    def test_limits_are_those_of_the_session(self) -> None:
        assert Limits._fields == settings.LIMIT_NAMES

    @pytest.mark.parametrize("text", ["jwt,local", "rest_auth/jwt,rest_auth/local", "jwt,rest_auth/local,jwt"])
    def test_auth_types_keep_their_order(self, text: str) -> None:
        expected = ("rest_auth/jwt", "rest_auth/local")
        assert read("-a", text).auth_types == expected
        assert read(SLURMRESTD_AUTH_TYPES=text).auth_types == expected

    def test_options_beat_variables(self) -> None:
        chosen = read(
            *["-a", "local", "-s", "v0.0.38", "-d", "v0.0.42", "-f", "/o", "--max-connections", "2"],
            SLURMRESTD_AUTH_TYPES="jwt",
            SLURMRESTD_OPENAPI_PLUGINS="v0.0.37",
            SLURMRESTD_DATA_PARSER_PLUGINS="v0.0.41",
            SLURM_CONF="/v",
            SLURMRESTD_MAX_CONNECTIONS="3",
        )
        assert chosen.auth_types == ("rest_auth/local",)
        assert chosen.openapi_plugins == ("openapi/v0.0.38",)
        assert chosen.data_parsers == ("data_parser/v0.0.42",)
        assert (chosen.conf, chosen.max_connections) == ("/o", 2)

    @pytest.mark.parametrize("placeholder", ["", "daemon", "1", "a.b", "a.b.c.d"])
    def test_no_local_authentication_where_libslurm_has_only_tokens(self, placeholder: str) -> None:
        assert read(SLURM_JWT=placeholder).auth_types == ("rest_auth/jwt",)
        assert read(SLURM_JWT=placeholder).own_token is None
        chosen = read("-a", "local,jwt", SLURM_JWT=placeholder)
        assert chosen.auth_types == ("rest_auth/local", "rest_auth/jwt")

    def test_own_token(self) -> None:
        chosen = read(SLURM_JWT="a.b.secret")
        assert (chosen.auth_types, chosen.own_token) == (("rest_auth/local", "rest_auth/jwt"), "a.b.secret")
        for text in (repr(chosen), str(chosen), f"{[chosen]}"):
            assert "secret" not in text
            assert "own_token='***'" in text
        assert "own_token=None" in repr(read())

    def test_who_chooses_an_order_gets_it(self) -> None:
        assert read().tokens_first
        assert read(SLURM_JWT="a.b.c").tokens_first
        assert not read("-a", "local,jwt").tokens_first
        assert not read(SLURMRESTD_AUTH_TYPES="local,jwt").tokens_first

    def test_openapi(self) -> None:
        chosen = read("-s", "v0.0.38,dbv0.0.38,openapi/slurmctld")
        assert chosen.openapi_plugins == ("openapi/v0.0.38", "openapi/dbv0.0.38", "openapi/slurmctld")

    def test_that_every_plugin_of_any_release_is_taken(self) -> None:
        """From 20.11 to 26.05, whatever is installed; the log tells of those that it does not have."""
        openapi = [name for name in versions.PLUGINS if name.startswith("openapi/")]
        parsers = [name for name in versions.PLUGINS if name.startswith("data_parser/")]
        assert {"openapi/v0.0.35", "openapi/dbv0.0.36", "openapi/util"} <= set(openapi)
        assert {"data_parser/v0.0.39", "data_parser/v0.0.45"} <= set(parsers)
        for name in openapi:
            assert read("-s", name).openapi_plugins == read("-s", name.partition("/")[2]).openapi_plugins == (name,)
        for name in parsers:
            assert read("-d", name).data_parsers == read("-d", name.partition("/")[2]).data_parsers == (name,)

    def test_which_plugins_the_log_tells_of(self) -> None:
        chosen = read("-s", "v0.0.35,v0.0.38,slurmctld", "-d", "v0.0.42+fast,v0.0.45+complex,latest")
        found = {release: settings.foreign(chosen, release) for release in (2205, 2411, 2605)}
        assert found == {
            2205: ["openapi/v0.0.35", "openapi/slurmctld", "data_parser/v0.0.42", "data_parser/v0.0.45"],
            2411: ["openapi/v0.0.35", "openapi/v0.0.38", "data_parser/v0.0.45"],
            2605: ["openapi/v0.0.35", "openapi/v0.0.38"],
        }
        assert settings.foreign(read(), 2205) == []

    def test_data_parsers(self) -> None:
        chosen = read("-d", "v0.0.42+fast+complex,data_parser/v0.0.41,latest+complex")
        assert chosen.data_parsers == (
            "data_parser/v0.0.42+fast+complex",
            "data_parser/v0.0.41",
            "data_parser/latest+complex",
        )

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", None),
            ("default,200", ("default", "200")),
            ("200,200", ("200",)),
            ("0404,00200,200", ("404", "200")),
            ("OK,internal error,Not Found,DEFAULT", ("200", "500", "404", "default")),
            ("401,network authentication required", ("401", "511")),
        ],
    )
    def test_statuses_of_documents(self, text: str, found: tuple[str, ...] | None) -> None:
        """As slurmrestd 24.11 and 26.05 read them."""
        assert read(SLURMRESTD_RESPONSE_STATUS_CODES=text).response_status_codes == found

    def test_addresses_of_variable_and_line(self) -> None:
        chosen = read(":2", SLURMRESTD_LISTEN="host:1,unix:/x")
        assert chosen.addresses == ("host:1", "unix:/x", ":2")
        assert not chosen.inetd

    @pytest.mark.parametrize(
        ("text", "level"), [("", 3), ("0", 0), ("9", 9), ("info", 3), ("DEBUG", 5), ("debug5", 9), ("quiet", 0)]
    )
    def test_level(self, text: str, level: int) -> None:
        assert read(SLURMRESTD_DEBUG=text).level == level
        assert read("-vv", SLURMRESTD_DEBUG=text).level == min(level + 2, 9)

    def test_words(self) -> None:
        chosen = read(
            SLURMRESTD_SECURITY="disable_unshare_sysv,disable_unshare_files,disable_user_check",
            SLURMRESTD_JSON="pretty",
            SLURMRESTD_YAML="compact,no_tag",
            SLURMRESTD_RESPONSE_STATUS_CODES="200,default",
        )
        assert chosen.security == {"disable_unshare_sysv", "disable_unshare_files", "disable_user_check"}
        assert (chosen.json_style, chosen.yaml_style) == ({"pretty"}, {"compact", "no_tag"})
        assert chosen.response_status_codes == ("200", "default")

    def test_own_numbers(self) -> None:
        chosen = read(
            SLURMREST_INET_HEAD_SECONDS="1.5",
            SLURMREST_INET_BODY_BYTES_PER_SECOND="100",
            SLURMREST_INET_BODY_BYTES="1000",
            SLURMREST_INET_REQUESTS="3",
            SLURMREST_INET_MEMORY_MIB="0",
            SLURMREST_INET_SYSLOG="/run/log",
        )
        assert chosen.deadlines == settings.Deadlines(head=1.5, body_rate=100)
        assert dict(chosen.limits) == {"body_bytes": 1000, "requests": 3}
        assert (chosen.memory, chosen.syslog) == (0, "/run/log")

    @pytest.mark.parametrize(
        ("args", "environ"),
        [
            (["-a", "nothing"], {}),
            (["-a", ","], {}),
            (["-a", "openapi/jwt"], {}),
            (["-s", "v0.0.1"], {}),
            (["-s", "v0.0.34"], {}),
            (["-s", "dbv0.0.35"], {}),
            (["-s", "v0.0.40"], {}),
            (["-d", "v0.0.46"], {}),
            (["-s", "v0.0.38,openapi"], {}),
            (["-d", "v0.0.38"], {}),
            (["-d", "v0.0.42+quick"], {}),
            (["--max-connections", "0"], {}),
            (["--max-connections", "-1"], {}),
            (["--max-connections", "1_0"], {}),
            (["--max-connections", "٣"], {}),
            ([], {"SLURMRESTD_AUTH_TYPES": "x"}),
            ([], {"SLURMRESTD_SECURITY": "disable_user_check,x"}),
            ([], {"SLURMRESTD_DEBUG": "10"}),
            ([], {"SLURMRESTD_DEBUG": "-1"}),
            ([], {"SLURMRESTD_DEBUG": "loud"}),
            ([], {"SLURMRESTD_JSON": "small"}),
            ([], {"SLURMRESTD_JSON": "no_tag"}),
            ([], {"SLURMRESTD_YAML": "small"}),
            ([], {"SLURMRESTD_MAX_CONNECTIONS": "many"}),
            ([], {"SLURMREST_INET_HEAD_SECOND": "1"}),
            ([], {"SLURMREST_INET_HEAD_SECONDS": "0"}),
            ([], {"SLURMREST_INET_HEAD_SECONDS": "-1"}),
            ([], {"SLURMREST_INET_HEAD_SECONDS": "1e3"}),
            ([], {"SLURMREST_INET_HEAD_SECONDS": ""}),
            ([], {"SLURMRESTD_RESPONSE_STATUS_CODES": "200,bogus"}),
            ([], {"SLURMRESTD_RESPONSE_STATUS_CODES": "NOT_FOUND"}),
            ([], {"SLURMRESTD_RESPONSE_STATUS_CODES": " 200"}),
            ([], {"SLURMRESTD_RESPONSE_STATUS_CODES": "99"}),
            ([], {"SLURMRESTD_RESPONSE_STATUS_CODES": "099"}),
            ([], {"SLURMRESTD_RESPONSE_STATUS_CODES": "\u0662\u0660\u0660"}),
            ([], {"SLURMRESTD_RESPONSE_STATUS_CODES": "2000000000000"}),
            (["-d", "latest+slow"], {}),
            ([], {"SLURMREST_INET_BODY_BYTES": "1.5"}),
            ([], {"SLURMREST_INET_BODY_BYTES": "0"}),
        ],
    )
    def test_refused(self, args: list[str], environ: dict[str, str]) -> None:
        with pytest.raises(SettingsError) as error:
            read(*args, **environ)
        assert str(error.value).endswith(".")


SERVED = (
    *(f"openapi/{db}v0.0.{version}" for version in (36, 37, 38, 39) for db in ("", "db")),
    *("openapi/slurmctld", "openapi/slurmdbd", "openapi/util"),
)
PARSERS = tuple(f"data_parser/v0.0.{version}" for version in range(40, 46))


class TestProgram:
    def test_help(self) -> None:
        status, out, err = program("-h")
        assert (status, out) == (0, "")
        assert err.startswith("Usage: ")
        for name in settings.OWN_VARIABLES:
            assert name in err

    @pytest.mark.parametrize(
        ("args", "heading", "names"),
        [
            (["-a", "list"], "Possible REST authentication plugins:", settings.AUTH_PLUGINS),
            (["-s", "LIST"], "Possible OpenAPI plugins:", SERVED),
            (["-d", "list"], "Possible data_parser plugins:", PARSERS),
        ],
    )
    def test_list(self, args: list[str], heading: str, names: tuple[str, ...]) -> None:
        """Those of the installed release come first; standard error has the heading, and who is deprecated."""
        status, out, err = program(*args)
        listed = out.splitlines()
        assert (status, sorted(listed)) == (0, sorted(names))
        first, *more = err.splitlines()
        assert first == heading
        try:
            release = slurm.release()
        except ImportError:
            assert (listed, more) == (list(names), [])
            return
        year, month = map(int, release.split(".")[:2])
        number = year * 100 + month
        installed = [versions.has_plugin(name, number) for name in listed]
        assert installed == sorted(installed, reverse=True)
        gone = [name for name in listed if versions.is_deprecated(name, number)]
        said = f"Deprecated by Slurm {year}.{month:02d} or before it: {', '.join(gone)}"
        assert more == ([said] if gone else [])

    @needs_extension
    def test_list_without_a_slurm_conf(self) -> None:
        """libslurm ends the process that has none; the list is there all the same."""
        assert program("-s", "list", "-f", "/nonexistent") == program("-s", "list")

    @pytest.mark.parametrize(
        ("args", "environ"),
        [
            (["-x"], {}),
            (["-a", "nothing"], {}),
            ([":8080"], {}),
            (["-u", "nobody-has-this-name"], {}),
            ([], {"SLURMRESTD_SECURITY": "become_user"}),
            ([], {"SLURMRESTD_LISTEN": ":8080"}),
            ([], {"SLURMRESTD_SECURITY": "x"}),
        ],
    )
    def test_refusals_are_one_sentence(self, args: list[str], environ: dict[str, str]) -> None:
        status, out, err = program(*args, **environ)
        assert (status, out) == (1, "")
        assert len(err.splitlines()) == 1
        assert err.startswith("slurmrest-inet: ")

    @needs_extension
    def test_slurm_conf_that_is_not_there(self) -> None:
        status, out, err = program("-f", "/nonexistent", SLURMRESTD_SECURITY="disable_user_check")
        assert (status, out) == (1, "")
        assert err == "slurmrest-inet: slurm.conf cannot be read: /nonexistent\n"

    @needs_extension
    def test_version(self) -> None:
        status, out, err = program("-V")
        assert (status, err) == (0, "")
        assert re.fullmatch(r"slurm\S* \d+\.\d+\.\d+\n", out)


@needs_extension
class TestDocument:
    """`--generate-openapi-spec`: no cluster is needed for it."""

    _NOWHERE: ClassVar[dict[str, str]] = {"SLURM_CONF": "/nonexistent/slurm.conf"}

    def test_all_that_is_served(self) -> None:
        status, output, errors = program("--generate-openapi-spec", **self._NOWHERE)
        assert (status, errors) == (0, "")
        document = json.loads(output)
        assert document["openapi"] == "3.0.3"
        for side in versions.SIDES:
            served = [f"/{side}/v0.0.{version}/" for version in versions.SERVED[side]]
            assert [one for one in served if not any(path.startswith(one) for path in document["paths"])] == []

    def test_a_part(self) -> None:
        status, output, _ = program("--generate-openapi-spec", "-s", "openapi/v0.0.38", **self._NOWHERE)
        assert status == 0
        versioned = [path.split("/") for path in json.loads(output)["paths"] if path.startswith("/slurm")]
        assert {(side, version) for _, side, version, *_ in versioned} == {("slurm", "v0.0.38")}

    def test_a_reader_who_goes(self) -> None:
        argv = [sys.executable, "-m", "slurmrest_inet", "--generate-openapi-spec"]
        pipe = subprocess.PIPE
        with subprocess.Popen(argv, cwd="/", env=self._NOWHERE, stdout=pipe, stderr=pipe) as process:
            assert process.stdout is not None
            process.stdout.read(10)
            process.stdout.close()
            assert process.stderr is not None
            assert (process.stderr.read(), process.wait(PATIENCE)) == (b"", 1)
