# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents as flags of -d and SLURMRESTD_RESPONSE_STATUS_CODES shape them.

What slurmrestd makes of both is seen in tests/cluster/test_shaped.py.
"""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
import yaml

from slurmrest_inet import versions
from slurmrest_inet.settings import Settings

pytest.importorskip("slurmrest_inet._documents", reason="what is installed was built without documents")

from slurmrest_inet.api import openapi, shaping


def document(*parsers: str, statuses: tuple[str, ...] | None = None, **more: Any) -> dict[str, Any]:
    """The document that the command line prints; of parsers what they alone serve."""
    if parsers:
        more.setdefault("openapi_plugins", ("openapi/slurmctld", "openapi/slurmdbd"))
    chosen = Settings(data_parsers=parsers or None, response_status_codes=statuses, **more)
    return dict(json.loads(b"".join(openapi.text_of(chosen))))


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        found = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return found.union(*(_references(one) for one in value.values()))
    return set().union(*(_references(one) for one in value)) if isinstance(value, list) else set()


def _whole(value: Any, found: dict[str, Any]) -> Any:
    """A value with everything in its place."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            *_, kind, name = value["$ref"].split("/")
            return _whole(found["components"][kind][name], found)
        return {key: _whole(one, found) for key, one in value.items()}
    return [_whole(one, found) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("version", [41, 45])
def test_few_references(version: int) -> None:
    plain, few = document(f"data_parser/v0.0.{version}"), document(f"data_parser/v0.0.{version}+minimize_refs")
    schemas = few["components"]["schemas"]
    assert f"v0.0.{version}_openapi_job_info_resp" in schemas  # of jobs and of job/{job_id}
    assert f"v0.0.{version}_openapi_ping_array_resp" not in schemas
    assert len(schemas) * 4 < len(plain["components"]["schemas"])
    mine = {name: one for name, one in schemas.items() if name.startswith(f"v0.0.{version}_")}
    assert [one for one in _references(mine) if "schemas" in one] == []
    # What it says is the same.
    for path in (f"/slurm/v0.0.{version}/jobs", f"/slurmdb/v0.0.{version}/qos"):
        assert _whole(few["paths"][path], few) == _whole(plain["paths"][path], plain)


def test_what_changes_nothing() -> None:
    for version in (40, 42, 43):
        plain = document(f"data_parser/v0.0.{version}")
        for flag in ("prefer_refs", "inline_enums", "spec_only", *(("minimize_refs",) if version == 40 else ())):
            assert document(f"data_parser/v0.0.{version}+{flag}") == plain


def test_that_other_versions_stay_as_they_are() -> None:
    plain, one = document(), document(*(f"data_parser/v0.0.{number}" for number in (40, 41, 43, 44, 45)),
                                      "data_parser/v0.0.42+minimize_refs", openapi_plugins=None)  # fmt: skip
    assert set(one["paths"]) == set(plain["paths"])
    for path, methods in plain["paths"].items():
        if "/v0.0.42/" not in path:
            assert one["paths"][path] == methods
    ids = [operation["operationId"] for methods in one["paths"].values() for operation in methods.values()]
    assert len(set(ids)) == len(ids)


def test_statuses() -> None:
    wanted = ("200", "404", "304", "101", "599", "default")
    found = document("data_parser/v0.0.45+minimize_refs", statuses=wanted, openapi_plugins=("openapi/util",))
    pytest.importorskip("openapi_spec_validator").validate(found)
    newer = [path for path in found["paths"] if "/v0.0.45/" in path]
    assert newer
    for path in newer:
        for operation in found["paths"][path].values():
            assert tuple(operation["responses"]) == wanted
            for status in ("304", "101"):
                assert "content" not in operation["responses"][status]
            assert operation["responses"]["599"] == operation["responses"]["default"]
    # slurmrestd of the home releases of older versions did not know the variable.
    assert document(statuses=("200",))["paths"]["/slurm/v0.0.39/jobs"] == document()["paths"]["/slurm/v0.0.39/jobs"]
    only = document("data_parser/v0.0.42", statuses=("200",), openapi_plugins=("openapi/slurmctld",))
    assert set(only["components"]["responses"]) == {"openapi_refused"}


def test_both_in_every_spelling() -> None:
    chosen = Settings(
        openapi_plugins=("openapi/util",),
        data_parsers=("data_parser/v0.0.44+minimize_refs",),
        response_status_codes=("200", "default"),
    )
    made = [openapi._document(openapi._chosen(chosen, 44), format_, chosen, None, packed=packed)
            for format_ in ("json", "yaml") for packed in (False, True)]  # fmt: skip
    texts = [gzip.decompress(b"".join(one)) if one.packed else b"".join(one) for one in made]
    read = [json.loads(texts[0]), yaml.load(texts[2], getattr(yaml, "CSafeLoader", yaml.SafeLoader))]  # noqa: S506
    assert read[0] == read[1]
    assert (texts[0], texts[2]) == (texts[1], texts[3])
    plain = openapi.Document(openapi._chosen(chosen, 44), "json", packed=False)
    assert len({one.tag for one in (*made, plain)}) == 5


def test_what_holds_itself_stays_a_reference() -> None:
    schemas: dict[str, Any] = {
        "a": {"type": "object", "properties": {"more": {"$ref": "#/components/schemas/b"}}},
        "b": {"type": "array", "items": {"$ref": "#/components/schemas/a"}},
        "c": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/a"}, "d": {"type": "string"}}},
    }
    answer = {"200": {"content": {"x": {"schema": {"$ref": "#/components/schemas/c"}}}}}
    parts = {"paths": {"/x": {"get": {"responses": answer}}}, "responses": {}, "schemas": schemas}
    shaping._minimise(parts)
    assert set(parts["schemas"]) == {"a", "b"}
    schema = parts["paths"]["/x"]["get"]["responses"]["200"]["content"]["x"]["schema"]
    assert schema["properties"]["a"] == {"$ref": "#/components/schemas/a"}


def test_the_schema_of_an_answer() -> None:
    for version in (one for one, dialect in versions.DIALECTS.items() if not dialect.plugin_by_version):
        found = document(f"data_parser/v0.0.{version}")
        text = json.dumps(found).encode()
        for path, methods in found["paths"].items():
            if f"/v0.0.{version}/" in path:
                for method in methods:
                    assert _references(shaping.schema_of(text, path, method)) == set()
                break
