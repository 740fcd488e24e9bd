# SPDX-License-Identifier: GPL-2.0-or-later
"""Make the facts in this folder from documents, recordings and headers, which are not in the repository.

`python tests/facts/make.py FOLDER` reads FOLDER/openapi and such and writes the files beside this one.

Rule 1: only names, types, statuses and values are taken over; no sentence of Slurm's is.
Rule 2: one function a file; each is called by `main`.
Rule 3: of headers only what our sources name is kept, so a source that names more needs this to be run again.
"""

from __future__ import annotations

import glob
import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

_METHODS = ("get", "post", "delete")

_SOURCES = ("slurmrest_inet/**/*.py", "cffi_build/*.py", "cffi_build/*.c", "cffi_build/*.h")


def headers(folder: str) -> dict[str, Any]:
    """Structs, constants and functions that our sources name, each by the releases that have it.

    A struct with a table has all its members, another one those that are named. A member is told as "FIRST LAST TYPE",
    a function as "FIRST LAST DECLARATION", a constant as "FIRST LAST"; what has changed, as several of these with "; "
    between them.
    """
    found: dict[str, dict[str, Any]] = {}
    for path in glob.glob(os.path.join(folder, "headers", "*.json")):
        with open(path, encoding="utf-8") as file:
            found[os.path.basename(path)[:-5]] = json.load(file)
    whole, words = _names()
    structs = {name for one in found.values() for name in one["structs"]}
    chosen = structs & (whole | words)
    # What a row may reach into is the struct of a member.
    chosen |= structs & {
        type_.rstrip("*")
        for one in found.values()
        for struct in whole & set(one["structs"])
        for type_ in one["structs"][struct].values()
    }

    def members(struct: str, one: dict[str, Any]) -> dict[str, str]:
        there = one["structs"].get(struct, {}).items()
        return {name: type_ for name, type_ in there if struct in whole or name in words}

    def constants(one: dict[str, Any]) -> dict[str, str]:
        return dict.fromkeys(words & {*one["enumerators"], *one["macros"]}, "")

    def functions(one: dict[str, Any]) -> dict[str, str]:
        return {name: text for name, text in one["functions"].items() if name in words}

    return {
        "structs": {
            struct: _history({release: members(struct, one) for release, one in found.items()}) for struct in chosen
        },
        "constants": _history({release: constants(one) for release, one in found.items()}),
        "functions": _history({release: functions(one) for release, one in found.items()}),
    }


def _names() -> tuple[set[str], set[str]]:
    """The structs that have a table, and every word of our sources and of the tables of names."""
    sys.path.insert(0, ROOT)
    from slurmrest_inet.schema import tables  # noqa: PLC0415 - of the checkout that this file is in

    found: set[str] = set()
    for pattern in _SOURCES:
        for path in glob.glob(os.path.join(ROOT, pattern), recursive=True):
            with open(path, encoding="utf-8") as source:
                found.update(re.findall(r"[A-Za-z_]\w+", source.read()))
    for table in tables.names().values():
        for entry in table.entries:
            found.update((*entry.constant.split("|"), *(entry.mask or entry.constant).split("|")))
    return {table.struct for table in (*tables.TABLES, *tables.READ_TABLES)}, found


def _history(by_release: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return "first last value" for each name, one for every stretch of releases that agree."""
    found: dict[str, list[list[str]]] = {}
    before: dict[str, str] = {}
    for release in sorted(by_release):
        now = by_release[release]
        for name, value in now.items():
            if before.get(name) == value:
                found[name][-1][1] = release
            else:
                found.setdefault(name, []).append([release, release, value])
        before = now
    return {name: "; ".join(" ".join(one).strip() for one in spans) for name, spans in found.items()}


def message_types(folder: str) -> dict[str, dict[str, str]]:
    """The names of message types by number that recorded answers of real servers show, by release."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(glob.glob(os.path.join(folder, "samples", "*", "*", "slurm_diag.json"))):
        with open(path, encoding="utf-8") as file:
            counted = json.load(file)["statistics"].get("rpcs_by_message_type", ())
        types = found.setdefault(path.split(os.sep)[-3], {})
        types.update((str(one["type_id"]), one["message_type"]) for one in counted)
    return found


def documented_types(folder: str) -> dict[str, Any]:
    """The types of every answer that the document of 22.05.8 gives, by version and operation ("GET slurmdb/qos").

    A type is a word, {name: type} of an object, {"*": type} of an object with any names, or [type] of a list.
    """
    with open(os.path.join(folder, "openapi", "22.05.8.json"), encoding="utf-8") as file:
        document = json.load(file)
    schemas = document["components"]["schemas"]
    found: dict[str, Any] = {}
    for path, methods in document["paths"].items():
        side, _, rest = path[1:].partition("/v0.0.")
        if not rest:
            continue
        number, _, rest = rest.partition("/")
        for method in _METHODS:
            for status, answer in methods.get(method, {}).get("responses", {}).items():
                content = answer.get("content", {}).get("application/json")
                if content:
                    types = found.setdefault(f"v0.0.{number}", {}).setdefault(f"{method.upper()} {side}/{rest}", {})
                    types[status] = _type(content["schema"], schemas)
    return found


_DESCRIBED = {
    39: "23.02.7",
    **{version: f"24.11.5-v0.0.{version}" for version in (40, 41, 42)},
    **{version: f"26.05.5-v0.0.{version}" for version in (43, 44, 45)},
}


def written_members(folder: str) -> dict[str, Any]:
    """The members of what a job is submitted with and their types, by struct and API version."""
    found: dict[str, Any] = {}
    for version, name in _DESCRIBED.items():
        with open(os.path.join(folder, "openapi", f"{name}.json"), encoding="utf-8") as file:
            document = json.load(file)
        schemas = document.get("components", {}).get("schemas", {})
        content = document["paths"][f"/slurm/v0.0.{version}/job/submit"]["post"]["requestBody"]["content"]
        found[f"v0.0.{version}"] = _type(content["application/json"]["schema"], schemas)["job"]
    return {
        "job_desc_msg": found,
        "update_part_msg": _written_of_partitions(folder),
        "update_node_msg": _written_of_nodes(folder),
        "resv_desc_msg": _written_of_reservations(folder),
    }


def _written_of_nodes(folder: str) -> dict[str, Any]:
    """The same of what is changed of nodes."""
    found: dict[str, Any] = {}
    for version, name in {**_DESCRIBED, **{version: f"26.05.5-v0.0.{version}" for version in (43, 44, 45)}}.items():
        with open(os.path.join(folder, "openapi", f"{name}.json"), encoding="utf-8") as file:
            document = json.load(file)
        schemas = document.get("components", {}).get("schemas", {})
        content = document["paths"][f"/slurm/v0.0.{version}/node/{{node_name}}"]["post"]["requestBody"]["content"]
        found[f"v0.0.{version}"] = _type(content["application/json"]["schema"], schemas)
    return found


def _written_of_reservations(folder: str) -> dict[str, Any]:
    """The same of reservations that are created or changed."""
    found: dict[str, Any] = {}
    for version in (43, 44, 45):
        with open(os.path.join(folder, "openapi", f"26.05.5-v0.0.{version}.json"), encoding="utf-8") as file:
            document = json.load(file)
        schemas = document.get("components", {}).get("schemas", {})
        content = document["paths"][f"/slurm/v0.0.{version}/reservation"]["post"]["requestBody"]["content"]
        found[f"v0.0.{version}"] = _type(content["application/json"]["schema"], schemas)
    return found


def _written_of_partitions(folder: str) -> dict[str, Any]:
    """The same of partitions that are created or changed."""
    with open(os.path.join(folder, "openapi", "26.05.5-v0.0.45.json"), encoding="utf-8") as file:
        document = json.load(file)
    schemas = document.get("components", {}).get("schemas", {})
    content = document["paths"]["/slurm/v0.0.45/partitions/"]["post"]["requestBody"]["content"]
    (found,) = _type(content["application/json"]["schema"], schemas)["partitions"]
    return {"v0.0.45": found}


WRITTEN = {"23.02": ("23.02.8", 39), "25.11": ("25.11.8", 44)}
"""The folder of each release whose writes are recorded, and the API version."""
_OLD_JOBS = {"1": "{running}", "8": "{finished}", "10": "{foreign}"}
_TARGETS = {
    "23.02": {"171": "{held}", "172": "{array}", "173": "{running}", "174": "{components}", **_OLD_JOBS},
    "25.11": {"206": "{held}", "207": "{array}", "208": "{running}", "209": "{components}", **_OLD_JOBS},
}
"""The jobs of the recordings, by what they were."""


def recorded_writes(folder: str, release: str) -> list[dict[str, Any]]:
    """What a real server of a release was asked of jobs, and what it said.

    `status` is None where it died. Of an entry of errors there are number (None without one), description with "<0>"
    for the job's id, and source, of a warning description and source, of the rest of the body the values without ids;
    `shown` is what a job then had for each member that was written.
    """
    name, version = WRITTEN[release]
    targets = _TARGETS[release]
    with open(os.path.join(folder, "samples", name, f"v0.0.{version}", "writes.json"), encoding="utf-8") as file:
        exchanges = json.load(file)
    found = []
    for exchange, after in zip(exchanges, [*exchanges[1:], {"method": ""}]):
        start, _, path = exchange["path"].partition("/job/")
        if start != f"/slurm/v0.0.{version}" or exchange["method"] == "GET" or "yaml" in str(exchange["content_type"]):
            continue
        ident = re.match(r"\d*", path)[0]
        answer = exchange["answer"] if isinstance(exchange["answer"], dict) else {}
        one = {
            "name": exchange["name"],
            "method": exchange["method"],
            "path": targets.get(ident, ident) + path[len(ident) :],
            "user": exchange["user"],
            "type": exchange.get("headers", {}).get("Content-Type", "application/json"),
            "body": exchange["body"],
            "status": exchange["status"],
            "errors": [
                [
                    entry.get("error_number"),
                    _about(entry.get("description"), ident if ident in targets else ""),
                    entry["source"],
                ]
                for entry in answer.get("errors", ())
            ],
            "warnings": [[entry["description"], entry["source"]] for entry in answer.get("warnings", ())],
            "payload": _payload(answer),
        }
        if exchange["status"] == 200 and after["method"] == "GET" and "/job/" in after["path"]:
            one["shown"] = _written(exchange["body"], after["answer"]["jobs"][0])
        found.append(one)
    return found


_READ = {"1": "{running}", "3": "{array}", "5": "{components}", "2": "{running}", "8": "{finished}"}
_FILES = {"1": "RUNNING", "3": "ARRAY", "5": "HET", "2": "GPU", "8": "FAILED"}
"""The jobs of the reads in those recordings: what they were, and what their files are called after."""


RECORDED = {"23.02": ("23.02.8", (39,)), "25.11": ("25.11.8", (43, 44))}
"""The folder of each release whose reads are recorded, and the API versions."""


def recorded_reads(folder: str, release: str, side: str) -> list[dict[str, Any]]:
    """What a real server of a release answered to reads, also while the side's daemon was `down`.

    side: slurm or slurmdb. `root`: asked as root, else as alice. Entries as with the writes; of the rest of the body
    there are the types: a word, {name: type} of an object, {"*": type} of one with numbers for names, [type] of a list,
    [] of one that was empty. Where all are those of an exchange before, there is its index instead.
    """
    name, versions = RECORDED[release]
    found: list[dict[str, Any]] = []
    for version in versions:
        base = os.path.join(folder, "samples", name, f"v0.0.{version}")
        found += [{"version": version, **one} for one in (*_reads_of(base, side), *_reads_while_down(base, side))]
    for index, one in enumerate(found):
        same = next((earlier for earlier in range(index) if found[earlier]["types"] == one["types"] != {}), None)
        one["types"] = one["types"] if same is None else same
    return found


def _reads_of(base: str, side: str) -> Iterator[dict[str, Any]]:
    start = f"/{side}/{os.path.basename(base)}/"
    with open(os.path.join(base, "STATUS.txt"), encoding="utf-8") as file:
        told = [line.split(" ", 1) for line in file.read().splitlines() if f" {start}" in line]
    for status, target in told:
        path, _, noted = target.removeprefix(start).partition(" ")
        if status == "None":
            continue
        ident = match[2] if (match := re.match(r"(job|resources)/(\d+)", path)) else ""
        names = [path.replace(f"/{ident}", f"/{_FILES[ident]}", 1), path] if ident in _FILES else [path]
        ending = ".root.json" if noted else ".json"
        files = [os.path.join(base, f"{side}_{re.sub(r'[^A-Za-z0-9.-]', '_', one)}{ending}") for one in names]
        answer = {}
        if there := [one for one in files if os.path.exists(one)]:
            with open(there[0], encoding="utf-8") as file:
                answer = json.load(file)
        if ident in _READ:
            path = path.replace(f"/{ident}", f"/{_READ[ident]}", 1)
        yield {**_read_exchange(path, int(status), answer), **({"root": True} if noted else {})}


def _reads_while_down(base: str, side: str) -> Iterator[dict[str, Any]]:
    path = os.path.join(base, "daemons-stopped.json")
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        stopped = json.load(file)
    paths: set[str] = set()
    for exchange in stopped:
        version, _, path = exchange["path"].removeprefix(f"/{side}/").partition("/")
        if version != os.path.basename(base) or exchange["method"] != "GET":
            continue
        if path not in paths and exchange["name"] == _STOPPED[side]:
            paths.add(path)
            yield {**_read_exchange(path, exchange["status"], exchange["answer"]), "down": True}


_STOPPED = {"slurm": "slurmctld stopped", "slurmdb": "slurmdbd stopped"}


def _read_exchange(path: str, status: int, answer: Any) -> dict[str, Any]:
    answer = answer if isinstance(answer, dict) else {}
    entries = {
        "errors": [
            [one.get("error_number"), one.get("description"), one["source"]] for one in answer.get("errors", ())
        ],
        "warnings": [[one["description"], one.get("source")] for one in answer.get("warnings", ())],
    }
    payload = {name: value for name, value in answer.items() if name not in ("meta", "errors", "warnings")}
    return {"path": path, "status": status, **entries, "types": {name: told_type(one) for name, one in payload.items()}}


def recorded_database_writes(folder: str, release: str) -> list[dict[str, Any]]:
    """What a real server of a release was asked to keep, one after the other, and what it said.

    As `recorded_writes`, and the reads of what was written between them. `payload` is without what is empty, zero or
    unset, and without ids; `cut`: of its records only some members were kept.
    """
    name, version = WRITTEN[release]
    start = f"/slurmdb/v0.0.{version}/"
    exchanges = []
    for file_name in ("writes-new.json", "writes-slurmdb.json"):  # in their order
        path = os.path.join(folder, "samples", name, f"v0.0.{version}", file_name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                exchanges += json.load(file)
    found = []
    for exchange in exchanges:
        if not exchange["path"].startswith(start) or re.match("jobs?(/|$)", exchange["path"].removeprefix(start)):
            continue  # those of jobs depend on what has run
        if exchange["method"] == "GET" and not re.search("[/?]", exchange["path"].removeprefix(start)):
            continue  # a whole list was cut to its first records
        answer = exchange["answer"] if isinstance(exchange["answer"], dict) else {}
        payload = {name: value for name, value in answer.items() if name not in ("meta", "errors", "warnings")}
        one = _read_exchange(exchange["path"].removeprefix(start), exchange["status"], answer)
        del one["types"]
        found.append(
            {
                **one,
                "name": exchange["name"].strip(),
                "method": exchange["method"],
                "user": exchange["user"],
                "body": exchange["body"],
                "payload": without_nothing(payload),
                **({"cut": True} if "cut" in exchange.get("note", "") else {}),
            }
        )
    return found


_SHOWN = {
    "slurm/job": ("batch_flag", "job_state", "name", "tasks", "time_limit", "user_name"),
    "slurm/node": (
        *("name", "state", "reason", "reason_set_by_user", "features", "active_features", "comment", "extra", "weight"),
        *("cpu_binding", "address", "hostname"),
    ),
    "slurm/reservation": (
        *("name", "accounts", "users", "groups", "partition", "flags", "node_count", "core_count", "tres", "licenses"),
        *("start_time", "end_time", "purge_completed"),
    ),
    "slurmdb/job": ("comment", "derived_exit_code", "extra", "wckey"),
}
"""What is kept of a record that was read after a change: what does not depend on the cluster."""


def recorded_changes(folder: str, release: str) -> list[dict[str, Any]]:
    """What else a real server of a release was asked to change, one after the other, and what it said.

    That is nodes, reservations, resources that are waited for, several jobs at once, finished jobs, and what was asked
    below /util. As `recorded_writes`, but with the side in the path, ids as they were, and the reads between them,
    whose records have the members of `_SHOWN`. `token`: another one than that of the user, who is None where there was
    none. `job`: the id of the job that an answer named. `down`: what was asked while the side's daemon was.
    """
    name, version = WRITTEN[release]
    base = os.path.join(folder, "samples", name, f"v0.0.{version}")
    found: list[dict[str, Any]] = []
    for file_name in ("writes.json", "writes-new.json", "daemons-stopped.json"):
        path = os.path.join(base, file_name)
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as file:
            exchanges = json.load(file)
        for exchange in exchanges:
            target = exchange["path"][1:].replace(f"/v0.0.{version}/", "/", 1)
            if file_name == "daemons-stopped.json":
                if exchange["method"] != "GET" and exchange["name"] == _STOPPED[target.partition("/")[0]]:
                    found.append({**_change(target, exchange), "down": True})
            elif not (
                # See `recorded_writes` and `recorded_database_writes`.
                (file_name == "writes.json" and "/job/" in target) or re.match("slurmdb/(?!jobs?(/|$))", target)
            ):
                found.append(_change(target, exchange))
    return found


def _change(target: str, exchange: dict[str, Any]) -> dict[str, Any]:
    one = _read_exchange(target, exchange["status"], exchange["answer"])
    del one["types"]
    answer = exchange["answer"] if isinstance(exchange["answer"], dict) else {}
    headers = exchange.get("headers", {})
    token = headers.get("X-SLURM-USER-TOKEN")
    return {
        "name": exchange["name"].strip(),
        "method": exchange["method"],
        **one,
        "user": headers.get("X-SLURM-USER-NAME", exchange["user"]),
        **({"token": token} if token else {}),
        "body": exchange["body"],
        "payload": shown(target, answer) if exchange["method"] == "GET" else _payload(answer),
        **({"job": answer["job_id"]} if "job_id" in answer else {}),
    }


def shown(target: str, answer: dict[str, Any]) -> dict[str, Any]:
    """What is kept of what was read after a change."""
    chosen = _SHOWN.get(target.rpartition("/")[0], ())
    return {
        kind: [{name: one[name] for name in chosen if name in one} for one in records]
        for kind, records in answer.items()
        if kind in ("jobs", "nodes", "reservations")
    }


def without_nothing(value: Any) -> Any:
    """A value without members that are empty, zero or unset, and without ids."""
    if isinstance(value, dict):
        if value.keys() == {"set", "infinite", "number"}:
            return "infinite" if value["infinite"] else value["number"] if value["set"] else None
        found = {name: without_nothing(one) for name, one in value.items()}
        return {name: one for name, one in found.items() if name != "id" and one not in (None, "", 0, [], {})}
    return [without_nothing(one) for one in value] if isinstance(value, list) else value


_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def told_type(value: Any) -> Any:
    """The type of a value as above."""
    if isinstance(value, dict):
        numbered = bool(value) and all(name.isdigit() for name in value)
        return {"*": _merged(value.values())} if numbered else {name: told_type(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_merged(value)] if value else []
    return _JSON_TYPES[type(value)]


def _merged(values: Any) -> Any:
    return _joined([told_type(one) for one in values])


def _joined(types: list[Any]) -> Any:
    """The type of several values of one kind: an object has what any of them has."""
    if all(isinstance(one, dict) for one in types):
        names = dict.fromkeys(name for one in types for name in one)
        return {name: _joined([one[name] for one in types if name in one]) for name in names}
    if all(isinstance(one, list) for one in types):
        items = [item for one in types for item in one]
        return [_joined(items)] if items else []
    return next((one for one in types if one != "null"), "null")


def _about(description: str | None, ident: str) -> str | None:
    return re.sub(rf"\b{ident}(?!\d)", "<0>", description) if ident and description is not None else description


def _payload(answer: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in answer.items() if name not in ("meta", "errors", "warnings", "job_id")}
    if isinstance(found.get("result"), dict):
        found["result"] = {name: value for name, value in found["result"].items() if name not in ("job_id", "error")}
    return found


def _written(body: Any, job: dict[str, Any]) -> dict[str, Any]:
    """What a job has for the members that a body asks for."""
    asked = body.get("job", body) if isinstance(body, dict) else {}
    return {name: job[name] for name in asked if name in job and name != "environment"}


def _type(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _type(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "properties" in schema:
        return {name: _type(one, schemas) for name, one in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        return {"*": _type(schema["additionalProperties"], schemas)}
    if schema.get("type") == "array":
        return [_type(schema["items"], schemas)]
    return schema.get("type", "any")


_HOMES = {
    **dict.fromkeys((36, 37, 38), "22.05.8"),
    39: "23.02.7",
    **{version: f"24.11.5-v0.0.{version}" for version in (40, 41, 42)},
    **{version: f"26.05.5-v0.0.{version}" for version in (43, 44, 45)},
}
"""The document of each API version's home release."""


def operations(folder: str) -> list[dict[str, Any]]:
    """What the documents of the home releases say."""
    found: list[dict[str, Any]] = []
    for version, name in _HOMES.items():
        with open(os.path.join(folder, "openapi", f"{name}.json"), encoding="utf-8") as file:
            found += told_document(version, json.load(file))
    return found


_OTHERS = {
    **{("23.02", version): "23.02.7" for version in (37, 38)},
    **{("25.11", version): f"25.11.8-v0.0.{version}" for version in (41, 42, 43, 44)},
    ("26.05", 42): "26.05.5-v0.0.42",
}
"""Documents of API versions on releases that are not their homes."""


def other_operations(folder: str, homes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What documents of other releases say otherwise than the home release's.

    Of each there is first what it is without, then what it has besides or in another way.
    """
    found: list[dict[str, Any]] = []
    for (release, version), name in _OTHERS.items():
        with open(os.path.join(folder, "openapi", f"{name}.json"), encoding="utf-8") as file:
            told = told_document(version, json.load(file))
        home = [one for one in homes if one["version"] == version]
        gone = sorted({told_name(one) for one in home} - {told_name(one) for one in told})
        found.append({"release": release, "version": version, "without": gone})
        found += [{"release": release, **one} for one in told if one not in home]
    return found


def told_name(one: dict[str, Any]) -> str:
    """The operation or the schema that a record of a document is about."""
    return str(one.get("operation") or one["schema"])


def told_document(version: int, document: dict[str, Any]) -> list[dict[str, Any]]:
    """What a document says of an API version, an operation or a schema each: names, types and paths only.

    Of an operation there are its id, parameters by name ([where, type, whether it must be there]), and the types of
    body and answers by status; of a schema its type, and the paths of what must be in it. A type is as above, with
    "#name" for a schema.
    """
    found: list[dict[str, Any]] = []
    named: set[str] = set()
    for path, methods in document["paths"].items():
        side, _, rest = path.strip("/").partition(f"/v0.0.{version}/")
        if not rest:
            continue
        for method in sorted(set(methods) & {"get", "post", "delete"}):
            one = methods[method]
            shared = [*methods.get("parameters", ()), *one.get("parameters", ())]
            told = {
                "version": version,
                "operation": f"{method.upper()} {side}/{rest}",
                "id": one["operationId"],
                "parameters": {
                    each["name"]: [each["in"], _named(each["schema"], named), each.get("required", False)]
                    for each in shared
                },
                "body": _content(one.get("requestBody", {}), named),
                "answers": {status: _content(answer, named) for status, answer in one["responses"].items()},
            }
            found += [] if told in found else [told]
    schemas = document["components"]["schemas"]
    done: set[str] = set()
    while named - done:
        for schema in sorted(named - done):
            done.add(schema)
            one = {"version": version, "schema": schema, "type": _named(schemas[schema], named)}
            needed = sorted(set(_needed(schemas[schema])))
            found.append({**one, "required": needed} if needed else one)
    return found


def _needed(schema: dict[str, Any], above: str = "") -> Iterator[str]:
    """The paths of what must be there; real lists may have paths of more than one step, which stand for each."""
    for path in schema.get("required", ()):
        steps = path.split("/")
        yield from (above + "/".join(steps[: number + 1]) for number in range(len(steps)))
    for name, one in schema.get("properties", {}).items():
        yield from _needed(one, f"{above}{name}/")


def _content(told: dict[str, Any], named: set[str]) -> Any:
    content = told.get("content", {}).get("application/json")
    return _named(content["schema"], named) if content and "schema" in content else None


def _named(schema: dict[str, Any], named: set[str]) -> Any:
    """The type of a schema, with the names of others in it, which are added to ``named``."""
    if "allOf" in schema:
        return _named(schema["allOf"][0], named)
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        named.add(name)
        return f"#{name}"
    if "properties" in schema:
        return {name: _named(one, named) for name, one in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict) and schema.get("maxProperties") != 0:
        return {"*": _named(schema["additionalProperties"], named)}
    if schema.get("type") == "array":
        return [_named(schema["items"], named)]
    return schema.get("type", "any")


def _write(name: str, value: object) -> None:
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, sort_keys=True)
        file.write("\n")


def _write_lines(name: str, records: list[dict[str, Any]], *, ordered: bool = False) -> None:
    """The same with one line for a record; ordered: with its keys as they are, where their order tells something."""
    lines = ",\n".join(json.dumps(one, sort_keys=not ordered, ensure_ascii=False) for one in records)
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as file:
        file.write(f"[\n{lines}\n]\n")


def main(folder: str) -> None:
    """Write every file of this folder."""
    _write("documented-22.05.json", documented_types(folder))
    _write("headers.json", headers(folder))
    _write("message_types.json", message_types(folder))
    _write("written.json", written_members(folder))
    homes = operations(folder)
    _write_lines("documents.json", homes)
    _write_lines("other-documents.json", other_operations(folder, homes))
    for release in RECORDED:
        _write_lines(f"reads-{release}.json", recorded_reads(folder, release, "slurm"))
        _write_lines(f"reads-slurmdb-{release}.json", recorded_reads(folder, release, "slurmdb"))
    for release in WRITTEN:
        _write_lines(f"writes-{release}.json", recorded_writes(folder, release), ordered=True)
        _write_lines(f"writes-slurmdb-{release}.json", recorded_database_writes(folder, release), ordered=True)
        _write_lines(f"changes-{release}.json", recorded_changes(folder, release), ordered=True)


if __name__ == "__main__":
    main(sys.argv[1])
