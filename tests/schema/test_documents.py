# SPDX-License-Identifier: GPL-2.0-or-later
"""The OpenAPI documents: nothing is untold, they are valid, and what they say is what the home releases' say."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import described
import make
import openapi
import pieces
import pytest
import yaml
from document_differences import ROWS

from slurmrest_inet.api.routes import ROUTES
from slurmrest_inet.versions import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headers import Headers

EVERY = tuple(DIALECTS)
HOMES = described.homes()
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def test_that_nothing_is_untold(headers: Headers) -> None:
    """What a route or a table lacks for the documents: a sentence, a shape, the name of an answer."""
    assert openapi.untold(headers) == []


_YOUNGEST = (38, 39, 42, 45)
"""The youngest version of each home release; the others differ from it by some rows."""


@pytest.mark.parametrize(
    "version", [one if one in _YOUNGEST else pytest.param(one, marks=pytest.mark.slow) for one in EVERY]
)
def test_that_a_document_is_valid(version: int, made: dict[int, dict[str, Any]]) -> None:
    validator = pytest.importorskip("openapi_spec_validator")
    validator.validate(json.loads(json.dumps(made[version])))


def test_that_a_merged_document_has_each_operation_once(headers: Headers) -> None:
    merged = openapi.document(headers, EVERY)
    names = [one["operationId"] for methods in merged["paths"].values() for one in methods.values()]
    assert len(names) == len(set(names))
    served = sum(route.serves(version) for route in ROUTES for version in EVERY)
    assert len(names) == served + len(openapi.own_paths())


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        here = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return here.union(*(_references(one) for one in value.values()))
    return set().union(*(_references(one) for one in value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("version", EVERY)
def test_that_every_reference_stands_alone_and_leads_somewhere(version: int, made: dict[int, dict[str, Any]]) -> None:
    document = made[version]
    known = {f"#/components/{kind}/{name}" for kind, ones in document["components"].items() for name in ones}
    used = _references(document)
    assert used <= known
    # Nothing stands in it that nobody refers to.
    assert {name for name in known if "/securitySchemes/" not in name} == used


@pytest.mark.parametrize("version", EVERY)
def test_that_pieces_join_to_the_document(
    version: int, made: dict[int, dict[str, Any]], headers: Headers, texts: dict[str, Any]
) -> None:
    (before, answers, schemas, end), parts = texts["json"]

    def of(part: str) -> str:
        return "".join(text for (kind, number, _), text in parts.items() if kind == part and number == version)

    joined = before + of("paths") + answers + of("responses") + schemas + of("schemas") + end
    assert json.loads(joined) == made[version]
    (before, answers, schemas, end), parts = texts["yaml"]
    joined = before + of("paths") + answers + of("responses") + schemas + of("schemas") + end
    assert yaml.load(joined, _LOADER) == made[version]  # noqa: S506 - a safe one, in C if there is one


_DEPRECATED = {(22, 5): (36,), (24, 11): (36, 37, 38, 39), (26, 5): (36, 37, 38, 39, 40, 41, 42)}
"""By release, the API versions that its slurmrestd says are deprecated, or no longer has."""


@pytest.mark.parametrize("version", EVERY)
def test_that_what_is_deprecated_says_so(version: int, made: dict[int, dict[str, Any]], headers: Headers) -> None:
    if headers.release[:2] not in _DEPRECATED:
        pytest.skip("no document of this release's is known")
    paths = made[version]["paths"].items()
    said = {one.get("deprecated") for path, methods in paths for one in methods.values() if "/v0.0." in path}
    assert said == {True if version in _DEPRECATED[headers.release[:2]] else None}


def test_that_each_way_to_authenticate_is_there(made: dict[int, dict[str, Any]]) -> None:
    schemes = made[42]["components"]["securitySchemes"]
    assert made[42]["security"] == [{"user": [], "token": []}, {"token": []}, {"bearerAuth": []}, {}]
    assert {schemes[name]["name"] for name in ("user", "token")} == {"X-SLURM-USER-NAME", "X-SLURM-USER-TOKEN"}
    assert schemes["bearerAuth"]["scheme"] == "bearer"


@pytest.fixture(scope="module")
def texts(headers: Headers) -> dict[str, Any]:
    return pieces.texts(headers)


def test_that_files_have_what_their_index_says(headers: Headers, tmp_path: Any, texts: dict[str, Any]) -> None:
    pieces.write(headers, str(tmp_path))
    index: dict[str, Any] = {}
    exec((tmp_path / "_documents.py").read_text(encoding="utf-8"), index)  # noqa: S102 - our own module
    for format_, (frames, parts) in index["PLACES"].items():
        plain, packed = ((tmp_path / f"_documents.{ending}").read_bytes() for ending in (format_, f"{format_}.deflate"))
        told = [*zip(frames, texts[format_][0]), *((place, texts[format_][1][key]) for key, place in parts.items())]
        assert len(told) == len(frames) + len(texts[format_][1])
        for (at, length, packed_at, packed_length), text in told:
            assert plain[at : at + length].decode() == text
            # Each is compressed without the others: it can be opened by itself.
            piece = packed[packed_at : packed_at + packed_length]
            assert zlib.decompressobj(-15).decompress(piece).decode() == text


@pytest.fixture(scope="module")
def differences(made: dict[int, dict[str, Any]]) -> dict[tuple[int, str], str]:
    """Every difference by version and place."""
    found = {}
    for version, document in made.items():
        ours = described.Described(make.told_document(version, document))
        for place, said in described.differences(ours, HOMES[version]).items():
            found[version, place] = said
    return found


def _unserved(version: int, place: str, said: str) -> bool:
    """Whether it is an operation that no route of ours has."""
    method, _, path = place.partition(" ")
    side, _, rest = path.partition("/")
    if said != "missing" or method not in ("GET", "POST", "DELETE") or " " in path:
        return False
    return not any((one.method, one.side, one.path) == (method, side, rest) and one.serves(version) for one in ROUTES)


def test_that_what_a_document_says_otherwise_has_its_reason(differences: dict[tuple[int, str], str]) -> None:
    unexplained = [
        f"v0.0.{version} {place} | {said}"
        for (version, place), said in differences.items()
        if not _unserved(version, place, said) and not any(row.fits(version, f"{place} | {said}") for row in ROWS)
    ]
    assert unexplained == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.places[0])
def test_that_a_reason_is_needed(row: Any, differences: dict[tuple[int, str], str]) -> None:
    for place in row.places:
        one = row._replace(places=(place,))
        assert any(one.fits(version, f"{where} | {said}") for (version, where), said in differences.items()), place


OWN = {
    *("association_usage", "calls_by_user", "cluster", "diag_statistics", "job_association", "meta", "rollup", "rpc"),
    *("step_extreme", "tres", "wckey_tag", "clusters_properties", "update_account", "update_users", "purge_completed"),
    *("job_update_response", "status", "job_res_socket_cores", "job_array_response_msg_entry", "assoc_short_of_job"),
    *("job_submit_response_msg", "job_state_response_job", "openapi_job_state_resp", "openapi_users_removed_resp"),
    *("stats_msg_rpc_type", "stats_msg_rpc_user", "response_account_delete", "response_cluster_delete"),
    *("response_qos_delete", "response_user_delete", "response_wckey_delete", "set_config"),
}
"""Schemas without a name in the home release: inlined there, left out, or (jobs/state) another operation's."""


@pytest.mark.parametrize("version", EVERY)
def test_that_schemas_have_the_names_of_the_home_release(version: int, made: dict[int, dict[str, Any]]) -> None:
    theirs = {name for home in (HOMES[version], *_beside(version)) for name in _bare(home.schemas)}
    ours = _bare(name for name in made[version]["components"]["schemas"] if name != "openapi")
    assert ours - theirs - OWN == set()


def _beside(version: int) -> list[described.Described]:
    """v0.0.41 inlines its schemas: ours have the names of its neighbours."""
    return [HOMES[40], HOMES[42]] if version == 41 else []


def _bare(names: Any) -> set[str]:
    return {name.partition("_")[2] or name for name in names}


@pytest.mark.parametrize("version", EVERY)
def test_that_no_member_has_the_name_of_a_schema(version: int, made: dict[int, dict[str, Any]]) -> None:
    """Generators name what is inlined after the schema and the member, and leave out what has the name of another."""
    schemas = made[version]["components"]["schemas"]
    known = {_alike(name) for name in schemas}
    inlined = [name for title, schema in schemas.items() for name in _inlined(title, schema)]
    assert sorted(known.intersection(map(_alike, inlined))) == []
    assert len(set(map(_alike, inlined))) == len(inlined)


def _alike(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def _inlined(title: str, schema: dict[str, Any]) -> Iterator[str]:
    """What generators call the objects and the words in a schema."""
    for name, one in schema.get("properties", {}).items():
        part = one["items"] if one.get("type") == "array" else one
        if "properties" in part or "enum" in part:
            yield f"{title}_{name}"
        yield from _inlined(f"{title}_{name}", part)


def test_that_a_difference_is_found(made: dict[int, dict[str, Any]]) -> None:
    """Without this a comparison that looks away would pass."""
    document = json.loads(json.dumps(made[42]))
    job = document["components"]["schemas"]["v0.0.42_job_info"]["properties"]
    del job["account"]
    job["nice"] = {"type": "string"}
    del document["paths"]["/slurm/v0.0.42/diag"]
    ours = described.Described(make.told_document(42, document))
    found = described.differences(ours, HOMES[42])
    assert found["job_info/account"] == "missing"
    assert found["job_info/nice"] == "integer is string"
    assert found["GET slurm/diag"] == "missing"
    assert not _unserved(42, "GET slurm/diag", "missing")
