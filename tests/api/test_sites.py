# SPDX-License-Identifier: GPL-2.0-or-later
"""A site's own operations: what is refused at the start, how they are found, asked, answered and documented."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from sidebyside import plugins

from slurmrest_inet import settings, slurm
from slurmrest_inet.auth import Identity
from slurmrest_inet.auth.peer import PIPE, Peer
from slurmrest_inet.http.message import Request, Response, RestError
from slurmrest_inet.settings import Settings, StartError

try:
    slurm.release()
except ImportError as problem:
    pytest.skip(str(problem), allow_module_level=True)

from slurmrest_inet import plugin as face
from slurmrest_inet.api import app, openapi, site_document, sites
from slurmrest_inet.api.service import Member, Operation, Service
from slurmrest_inet.plugin import NUMBER, NUMBER_OBJECT, TEXT, TEXTS, row, table
from slurmrest_inet.slurm import calls, library
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    import pathlib

WITH_QUOTA = Settings(openapi_plugins=("openapi/slurmctld", "openapi/quota"))
ALICE = Identity("rest_auth/jwt", "alice", "a.b.c")


@pytest.fixture
def loaded(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> sites.Sites:
    """The package of tests/plugins, as `-s quota` loads it."""
    monkeypatch.syspath_prepend(plugins.install(str(tmp_path)))
    for name in [one for one in sys.modules if one.startswith("site_plugins")]:
        del sys.modules[name]
    found = sites.load(WITH_QUOTA)
    assert found
    return found


class _Gate:
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def admit(self, request: Request) -> Identity:
        return self._identity


class _Application(app.Application):
    """Slurm is asked by nobody here: it is told whom it would have been asked for."""

    adopted: Identity | None = None

    def adopt(self, identity: Identity) -> None:
        self.adopted = identity


@pytest.fixture
def confirmed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often slurmctld was asked who that is; it always knows."""
    times: list[int] = []
    monkeypatch.setattr(calls, "confirm", lambda: times.append(1))
    return times


def ask(
    loaded: sites.Sites,
    target: str,
    identity: Identity = ALICE,
    method: str = "GET",
    body: object = None,
    **headers: str,
) -> Response:
    """The answer to a request, or to what it is refused with."""
    path, _, query = target.partition("?")
    fields = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
    data = b"" if body is None else json.dumps(body).encode()
    if data:
        fields += ((b"content-type", b"application/json"),)
    handler = _Application(WITH_QUOTA, Peer(PIPE, 1000, 0o600, 1000, "-"), _Gate(identity), loaded)
    try:
        response = handler(Request(method, target, path, query or None, "1.1", fields, data))
    except RestError as error:
        return error.response()
    return response._replace(body=b"".join(bytes(one) for one in response.body))


def told(response: Response) -> dict[str, Any]:
    """What an answer says."""
    return dict(json.loads(response.body))


class TestAnswers:
    def test_records(self, loaded: sites.Sites, confirmed: list[int]) -> None:
        response = ask(loaded, "/site/v1/quota")
        found = told(response)
        assert response.status == 200
        assert list(found) == ["quotas", "meta", "errors", "warnings"]
        assert found["quotas"][0] == {
            "user": "alice",
            "file_system": "/home",
            "space": {"used": 10, "limit": {"set": True, "infinite": False, "number": 100}},
            "share": 0.1,
            "full": False,
            "tags": ["old"],
        }
        assert found["quotas"][1]["space"]["limit"] == {"set": False, "infinite": True, "number": 0}
        assert found["meta"]["plugin"] == {"type": "openapi/quota", "name": "Quotas of our file systems"}
        assert (found["errors"], found["warnings"], confirmed) == ([], [], [1])

    def test_yaml(self, loaded: sites.Sites, confirmed: list[int]) -> None:
        response = ask(loaded, "/site/v1/quota", accept="application/yaml")
        assert response.content_type == "application/yaml"
        assert yaml.safe_load(response.body)["quotas"][0]["space"]["used"] == 10

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("file_system=%2Fhome", ["/home"]),
            ("least=11", ["/scratch"]),
            ("least=70", ["/scratch"]),
            ("full=true", []),
            ("full=no&least=5", ["/home", "/scratch"]),
        ],
    )
    def test_query(self, loaded: sites.Sites, confirmed: list[int], query: str, found: list[str]) -> None:
        answer = told(ask(loaded, f"/site/v1/quota?{query}"))
        assert ([one["file_system"] for one in answer["quotas"]], answer["warnings"]) == (found, [])

    def test_what_a_query_has_wrong(self, loaded: sites.Sites, confirmed: list[int]) -> None:
        bad = ask(loaded, "/site/v1/quota?least=many")
        assert (bad.status, told(bad)["errors"][0]["source"], "quotas" in told(bad)) == (500, "#/least/", False)
        odd = told(ask(loaded, "/site/v1/quota?lest=1&least=-1"))
        assert [one["source"] for one in odd["warnings"]] == ["#/lest/", "#/least/"]

    def test_body(self, loaded: sites.Sites, confirmed: list[int]) -> None:
        path = "/site/v1/quota/alice"
        assert told(ask(loaded, path, method="POST", body={"tags": ["new"]}))["quota"]["tags"] == ["old", "new"]
        missing = ask(loaded, path, method="POST", body={"tag": []})
        assert (missing.status, told(missing)["errors"][0]["error_number"]) == (422, 9200)
        assert ask(loaded, path, method="POST", body=[]).status == 500

    def test_trouble(self, loaded: sites.Sites, confirmed: list[int]) -> None:
        found = ask(loaded, "/site/v1/quota/bob")
        assert found.status == 403
        assert told(found)["errors"][0]["description"] == "Quotas of others are for administrators"
        assert ask(loaded, "/site/v1/quota/nobody", Identity("rest_auth/jwt", "root", "a.b.c")).status == 404

    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "/site/v1/nothing"), ("DELETE", "/site/v1/quota"), ("GET", "/site/v1"), ("GET", "/site/v1/quota/a/b")],
    )
    def test_what_is_not_there(self, loaded: sites.Sites, method: str, path: str) -> None:
        found = ask(loaded, path, method=method)
        assert (found.status, found.body.startswith(b"Unable to find requested URL endpoint")) == (404, True)

    def test_that_ours_are_served_beside_it(self, loaded: sites.Sites) -> None:
        assert ask(loaded, "/openapi/v3").status == 200
        assert ask(loaded, "/healthz").status == 204


class TestWhoAsks:
    def test_slurmctld_is_asked_as_the_client(self, loaded: sites.Sites, confirmed: list[int]) -> None:
        handler = _Application(WITH_QUOTA, Peer(PIPE, 1000, 0o600, 1000, "-"), _Gate(ALICE), loaded)
        handler(Request("GET", "/site/v1/quota", "/site/v1/quota", None, "1.1", (), b""))
        assert (handler.adopted, confirmed) == (ALICE, [1])

    def test_a_token_alone_names_its_user(self, loaded: sites.Sites, confirmed: list[int]) -> None:
        token = "e30.eyJzdW4iOiJib2IifQ.c"  # {"sun":"bob"}
        found = told(ask(loaded, "/site/v1/quota", Identity("rest_auth/jwt", None, token)))
        assert [one["user"] for one in found["quotas"]] == ["bob"]
        older = "e30.eyJ1c2VybmFtZSI6ImFsaWNlIn0.c"  # {"username":"alice"}
        assert len(told(ask(loaded, "/site/v1/quota", Identity("rest_auth/jwt", None, older)))["quotas"]) == 2

    def test_a_token_that_slurmctld_may_read_otherwise_names_nobody(
        self, loaded: sites.Sites, confirmed: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bob = "e30.eyJzdW4iOiJib2IifQ.c"  # {"sun":"bob"}
        monkeypatch.setattr(library, "token_settings", lambda: ("jwks=/x,use_jwt_client_ids", ""))
        assert ask(loaded, "/site/v1/quota", Identity("rest_auth/jwt", None, bob)).status == 401
        # slurmctld compares a name that is sent beside it.
        assert ask(loaded, "/site/v1/quota", Identity("rest_auth/jwt", "bob", bob)).status == 200
        own = "e30.eyJtYWlsIjoiYm9iIn0.c"  # {"mail":"bob"}
        for text, status in (("userclaimfield=mail", 200), ("", 401)):
            monkeypatch.setattr(library, "token_settings", lambda text=text: (text, ""))
            assert ask(loaded, "/site/v1/quota", Identity("rest_auth/jwt", None, own)).status == status

    @pytest.mark.parametrize("token", ["", "a", "a.b.c", "e30.e30.e30", "e30.W10.c", "e30.eyJzdW4iOjV9.c", "e30.-_.c"])
    def test_nobody_is_nobody(self, loaded: sites.Sites, confirmed: list[int], token: str) -> None:
        assert ask(loaded, "/site/v1/quota", Identity("rest_auth/jwt", None, token)).status == 401
        assert ask(loaded, "/site/v1/quota", Identity("rest_auth/jwt", "", token)).status == 401

    def test_whom_slurmctld_does_not_know(self, loaded: sites.Sites, monkeypatch: pytest.MonkeyPatch) -> None:
        def confirm() -> None:
            raise SlurmError(-1, 1007)

        monkeypatch.setattr(calls, "confirm", confirm)
        found = ask(loaded, "/site/v1/quota")
        (error,) = told(found)["errors"]
        assert (found.status, error["error_number"], error["source"]) == (511, 1007, "authentication")
        assert "quotas" not in told(found)
        anybody = told(ask(loaded, "/site/v1/file-systems"))
        assert anybody["file_systems"] == [{"name": "/home"}, {"name": "/scratch"}]


class TestPromises:
    """What a function returns otherwise than its tables say ends the request, and is no answer."""

    WANTED = table("wanted", row("name", TEXT, "A name"), row("size", NUMBER, "A size"), row("tags", TEXTS, "Words"))

    @pytest.mark.parametrize(
        "found",
        [
            {},
            {"many": [], "more": []},
            {"many": [{"size": "5"}]},
            {"many": [{"size": True}]},
            {"many": [{"size": 2**63}]},
            {"many": [{"name": 5}]},
            {"many": [{"tags": "x"}]},
            {"many": [{"tags": [1]}]},
            {"many": [{"colour": "red"}]},
        ],
    )
    def test_broken(self, confirmed: list[int], found: dict[str, Any]) -> None:
        operation = Operation("GET", "x", lambda _asked: found, "X", (Member("many", self.WANTED, "Many"),))
        one = sites.Sites([sites.Site("x", Service("/site", "X", (operation,)))])
        with pytest.raises((LookupError, TypeError)):
            ask(one, "/site/x")

    def test_that_it_does_not_end_the_process(self, confirmed: list[int]) -> None:
        def ends(_asked: object) -> dict[str, Any]:
            raise SystemExit(0)

        def later(_asked: object) -> dict[str, Any]:
            return {"many": ({"name": sys.exit(0)} for _ in (1,))}

        for function in (ends, later):
            operation = Operation("GET", "x", function, "X", (Member("many", self.WANTED, "Many"),))
            with pytest.raises(RuntimeError, match="openapi/x wanted to end the process"):
                ask(sites.Sites([sites.Site("x", Service("/site", "X", (operation,)))]), "/site/x")

    def test_what_is_not_told_is_unset(self, confirmed: list[int]) -> None:
        limit = table("limit", row("most", NUMBER_OBJECT, "Most"))
        answer = (Member("many", self.WANTED, "Many"), Member("one", limit, "One", many=False))
        operation = Operation("GET", "x", lambda _asked: {"many": [{}], "one": {}}, "X", answer)
        found = told(ask(sites.Sites([sites.Site("x", Service("/site", "X", (operation,)))]), "/site/x"))
        assert found["many"] == [{"name": "", "size": 0, "tags": []}]
        assert found["one"] == {"most": {"set": False, "infinite": False, "number": 0}}

    def test_a_long_answer_is_streamed(self, confirmed: list[int]) -> None:
        many = [{"name": f"{number:05d} " + "x" * 100, "size": number, "tags": ["a"]} for number in range(20_000)]
        operation = Operation("GET", "x", lambda _asked: {"many": many}, "X", (Member("many", self.WANTED, "Many"),))
        one = sites.Sites([sites.Site("x", Service("/site", "X", (operation,)))])
        handler = _Application(WITH_QUOTA, Peer(PIPE, 1000, 0o600, 1000, "-"), _Gate(ALICE), one)
        pieces = [bytes(piece) for piece in handler(Request("GET", "/site/x", "/site/x", None, "1.1", (), b"")).body]
        assert len(pieces) > 5
        assert max(map(len, pieces)) < 2 * 262_144
        assert json.loads(b"".join(pieces))["many"] == many


_WORDS = table("words", row("word", TEXT, "A word"))
_RIGHT = Operation("GET", "x", lambda _asked: {}, "X")


class TestStart:
    @pytest.mark.parametrize(
        ("service", "why"),
        [
            (object(), "no Service"),
            (Service("/slurm/v0.0.45", "X", (_RIGHT,)), "would stand in the way of those below /slurm"),
            (Service("/slurmdb", "X", (_RIGHT,)), "in the way"),
            (Service("/util/own", "X", (_RIGHT,)), "in the way"),
            (Service("/openapi.json", "X", (_RIGHT,)), "in the way"),
            (Service("/openapi/own", "X", (_RIGHT,)), "in the way"),
            (Service("/docs", "X", (_RIGHT,)), "in the way"),
            (Service("/healthz", "X", (_RIGHT,)), "in the way"),
            (Service("site", "X", (_RIGHT,)), "no path"),
            (Service("/", "X", (_RIGHT,)), "no path"),
            (Service("/si te", "X", (_RIGHT,)), "no path"),
            (Service("/site/{x}", "X", (_RIGHT,)), "no path"),
            (Service("/site", "", (_RIGHT,)), "have to be texts"),
            (Service("/site", "X", ()), "no operations"),
            (Service("/site", "X", ("x",)), "is no Operation"),
            (Service("/site", "X", (_RIGHT._replace(method="PUT"),)), "has a method"),
            (Service("/site", "X", (_RIGHT._replace(path=""),)), "is no path of"),
            (Service("/site", "X", (_RIGHT._replace(path="x/{y z}"),)), "is no path of"),
            (Service("/site", "X", (_RIGHT._replace(path="/x"),)), "is no path of"),
            (Service("/site", "X", (_RIGHT._replace(path="x/"),)), "is no path of"),
            (Service("/site", "X", (_RIGHT._replace(path="x//y"),)), "is no path of"),
            (Service("/site//v1", "X", (_RIGHT,)), "no path"),
            (Service("/site", "X", (_RIGHT._replace(path=None),)), "of another kind than it has to be (AttributeError"),
            (Service("/site", "X", 5), "of another kind than it has to be (TypeError"),
            (Service("/site", "X", (_RIGHT._replace(parameters=5),)), "of another kind"),
            (Service("/site", "X", (_RIGHT._replace(query=5),)), "or one without"),
            (Service("/site", "X", (_RIGHT._replace(path="x/{y}"),)), "one sentence for each parameter"),
            (Service("/site", "X", (_RIGHT._replace(function=None),)), "needs a function"),
            (Service("/site", "X", (_RIGHT._replace(sentence=""),)), "and a sentence"),
            (Service("/site", "X", (_RIGHT._replace(body=_WORDS),)), "which only POST has"),
            (Service("/site", "X", (_RIGHT._replace(method="POST", query=_WORDS),)), "which POST has not"),
            (Service("/site", "X", (_RIGHT, _RIGHT)), "is there twice"),
            (Service("/site", "X", (_RIGHT._replace(answer=(Member("meta", _WORDS, "X"),)),)), "a name of ours"),
            (Service("/site", "X", (_RIGHT._replace(answer=("x",)),)), "no Member"),
            (Service("/site", "X", (_RIGHT._replace(query=table("q")),)), "rows of one path"),
            (Service("/site", "X", (_RIGHT._replace(query=table("a-b", row("x", TEXT, "X"))),)), "or one without"),
            (Service("/site", "X", (_RIGHT._replace(query=table("q", row("x", TEXT, ""))),)), "without a sentence"),
            (Service("/site", "X", (_RIGHT._replace(query=table("q", row("x", TEXTS, "X"))),)), "cannot have there"),
            (
                Service("/site", "X", (_RIGHT._replace(query=table("q", row("x", TEXT, "X"), row("x/y", TEXT, "Y"))),)),
                "rows of one path",
            ),
            (
                Service("/site", "X", (_RIGHT._replace(query=table("words", row("x", TEXT, "X"))),
                                       _RIGHT._replace(path="y", query=_WORDS))),
                "two tables of one name",
            ),
        ],
    )  # fmt: skip
    def test_refused(self, service: object, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sites.entry_points, "load", lambda _kind, _name: service)
        with pytest.raises(StartError) as error:
            sites.load(Settings(openapi_plugins=("openapi/own",)))
        sentence = str(error.value)
        assert sentence.startswith("The plug-in openapi/own cannot be used: ")
        assert why in sentence
        assert (sentence[-1], "\n" in sentence) == (".", False)

    def test_two_of_one_path(self, monkeypatch: pytest.MonkeyPatch) -> None:
        services = {"one": Service("/site/v1", "X", (_RIGHT,)), "two": Service("/site/v1/more", "X", (_RIGHT,))}
        monkeypatch.setattr(sites.entry_points, "load", lambda _kind, name: services[name])
        with pytest.raises(StartError, match="is that of openapi/one, /site/v1"):
            sites.load(Settings(openapi_plugins=("openapi/one", "openapi/two")))

    def test_that_nothing_is_loaded_without_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sites.entry_points, "load", lambda _kind, _name: pytest.fail("was looked for"))
        assert sites.load(Settings()) is None
        assert sites.load(Settings(openapi_plugins=settings.OPENAPI_PLUGINS)) is None


class TestDocument:
    def test_that_two_plug_ins_share_no_schema(self) -> None:
        words = table("words", row("word", TEXT, "A word"))
        names = ("a-b", "a.b", "a_b", "ab", "a")
        found = [
            site_document.entries(sites.Sites([sites.Site(name, Service(f"/{name}", "X", (
                _RIGHT._replace(answer=(Member("words", words, "X"),)),
            )))]))
            for name in names
        ]  # fmt: skip
        for part in ("responses", "schemas"):
            titles = [title for one in found for title in one[part]]
            assert len(set(titles)) == len(titles)
            assert all(re.fullmatch(r"[a-zA-Z0-9._-]+", title) for title in titles)

    def test_that_it_is_in_the_merged_one_alone(self, loaded: sites.Sites) -> None:
        pytest.importorskip("slurmrest_inet._documents", reason="what is installed was built without documents")
        text = b"".join(openapi.text_of(WITH_QUOTA, loaded))
        merged = json.loads(text)
        assert set(merged["paths"]["/site/v1/quota"]) == {"get"}
        assert "/slurm/v0.0.45/jobs/" not in merged["paths"]
        assert "/site/v1/quota" not in told(ask(loaded, "/openapi/v0.0.45"))["paths"]
        assert told(ask(loaded, "/openapi")) == merged
        for path in ("/openapi.yaml",):
            assert yaml.load(ask(loaded, path).body, getattr(yaml, "CSafeLoader", yaml.SafeLoader)) == merged  # noqa: S506
        packed = ask(loaded, "/openapi", accept_encoding="gzip")
        import gzip  # noqa: PLC0415

        assert json.loads(gzip.decompress(packed.body)) == merged
        plain = dict(ask(loaded, "/openapi").headers)["ETag"]
        assert ask(loaded, "/openapi", if_none_match=plain).status == 304
        without = _Application(WITH_QUOTA, Peer(PIPE, 1000, 0o600, 1000, "-"), _Gate(ALICE))
        assert dict(without(Request("GET", "/openapi", "/openapi", None, "1.1", (), b"")).headers)["ETag"] != plain

    def test_that_it_is_valid(self, loaded: sites.Sites) -> None:
        pytest.importorskip("slurmrest_inet._documents", reason="what is installed was built without documents")
        validator = pytest.importorskip("openapi_spec_validator")
        alone = Settings(openapi_plugins=("openapi/quota",))
        found = json.loads(b"".join(openapi.text_of(alone, loaded)))
        validator.validate(found)
        quota = found["paths"]["/site/v1/quota"]["get"]
        assert [(one["name"], one["schema"]["type"]) for one in quota["parameters"]] == [
            ("file_system", "string"),
            ("least", "integer"),
            ("full", "boolean"),
        ]
        assert quota["operationId"] == "quota_get_quota"
        assert found["paths"]["/site/v1/quota/{user}"]["post"]["requestBody"]["required"]
        assert found["components"]["schemas"]["quota_quota_note"]["required"] == ["tags"]

    def test_that_answers_are_what_it_says(self, loaded: sites.Sites, confirmed: list[int]) -> None:
        pytest.importorskip("slurmrest_inet._documents", reason="what is installed was built without documents")
        schemas = pytest.importorskip("jsonschema")
        alone = Settings(openapi_plugins=("openapi/quota",))
        found = json.loads(b"".join(openapi.text_of(alone, loaded)))
        for one in found["components"]["schemas"].values():
            if "properties" in one:
                one["additionalProperties"] = False
                one["required"] = list(one["properties"])
        for target in ("/site/v1/quota", "/site/v1/quota/alice", "/site/v1/file-systems", "/site/v1/quota?lest=1"):
            path = target.partition("?")[0].replace("alice", "{user}")
            schema = found["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            schemas.validate(told(ask(loaded, target)), {**schema, "components": found["components"]})


def test_the_face_has_what_it_says() -> None:
    assert all(hasattr(face, name) for name in face.__all__)
    assert face.Service is Service
