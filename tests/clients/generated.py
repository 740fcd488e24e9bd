# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that generators make from an OpenAPI document, all asked in one way: by method, path and plain values.

Rule 1: a client is what its generator made, by its defaults; nothing of it is changed, and no document is either.
Rule 2: what the generator warns of is kept, and what a client cannot read fails where it is asked.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Callable

METHODS = ("get", "post", "delete")


class Operation(NamedTuple):
    """One operation of a document."""

    method: str
    path: str
    described: dict[str, Any]

    @property
    def tag(self) -> str:
        """The tag that generators sort it by."""
        return str(self.described["tags"][0])

    @property
    def last(self) -> str:
        """The last word of its path."""
        return self.path.rstrip("/").rpartition("/")[2]

    @property
    def name(self) -> str:
        """What it is called; 22.05 leaves some to the generator, which then takes method and path."""
        path = re.sub(r"[{}]", "", self.path).strip("/").replace("/", "_")
        return str(self.described.get("operationId", f"{self.method}_{path}"))


class Answer(NamedTuple):
    """What a client made of an answer: status, the model, and the body as it came."""

    status: int
    model: Any
    body: Any


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    """Every operation of a document."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield Operation(method, path, methods[method])


class Client:
    """What a generator made, ready to ask a server. ``warnings``: what the generator said."""

    NAME: str
    USUAL: tuple[str, ...]
    """How a warning ends that no document can help."""

    def __init__(self, document: dict[str, Any], folder: str, package: str) -> None:
        """Generate into a folder, as the package of that name."""
        self.operations = {(one.method, one.path): one for one in operations(document)}
        self.package = package
        self.source = os.path.join(folder, f"{package}.json")
        with open(self.source, "w", encoding="utf-8") as file:
            json.dump(document, file)
        self.warnings = self.generate(folder)
        self._client: Any = None
        if folder not in sys.path:
            sys.path.insert(0, folder)

    def generate(self, folder: str) -> list[str]:
        """Make the package; returns what the generator warns of."""
        raise NotImplementedError

    def connect(self, url: str, user: str, token: str) -> None:
        """Ask the server at an address from now on, as a user."""
        raise NotImplementedError

    def function(self, operation: Operation) -> Callable[..., Any]:
        """What asks for an operation, or an error."""
        raise NotImplementedError

    def ask(self, method: str, path: str, values: dict[str, Any] | None = None, body: Any = None) -> Answer:
        """Make a request; ``values`` are the parameters of path and query."""
        raise NotImplementedError

    def keeps(self, answer: Answer) -> bool:
        """Whether the model has all that came."""
        raise NotImplementedError

    def module(self, name: str) -> ModuleType:
        """A module of the package."""
        return importlib.import_module(f"{self.package}.{name}")


class OfOpenapiPythonClient(Client):
    """openapi-python-client: models of attrs over httpx."""

    NAME = "openapi-python-client"
    # It has no YAML: of a body it offers JSON alone.
    USUAL = ("Unsupported content type application/x-yaml", "Unsupported content type application/yaml")

    def generate(self, folder: str) -> list[str]:
        from openapi_python_client import MetaType, generate  # noqa: PLC0415 - not everywhere
        from openapi_python_client.config import Config, ConfigFile  # noqa: PLC0415

        config = Config.from_sources(
            ConfigFile(post_hooks=[]),  # they only lay the code out
            MetaType.NONE,
            Path(self.source),
            "utf-8",
            overwrite=True,
            output_path=Path(folder, self.package),
        )
        return [f"{error.header or ''} {error.detail or ''}".strip() for error in generate(config=config)]

    def connect(self, url: str, user: str, token: str) -> None:
        headers = {"X-SLURM-USER-NAME": user, "X-SLURM-USER-TOKEN": token, "Accept": "application/json"}  # all it reads
        self._client = self.module("client").Client(
            base_url=url, headers=headers, timeout=60, raise_on_unexpected_status=True
        )

    def function(self, operation: Operation) -> Callable[..., Any]:
        from openapi_python_client.strings import PythonIdentifier  # noqa: PLC0415

        module = self.module(f"api.{operation.tag}.{PythonIdentifier(operation.name, 'field_')}")
        return functools.partial(module.sync_detailed, client=self._client)

    def ask(self, method: str, path: str, values: dict[str, Any] | None = None, body: Any = None) -> Answer:
        from openapi_python_client.strings import PythonIdentifier  # noqa: PLC0415

        asked = self.function(self.operations[method, path])
        given = {str(PythonIdentifier(name, "field_")): value for name, value in (values or {}).items()}
        if body is not None:
            given["body"] = inspect.signature(asked).parameters["body"].annotation.from_dict(body)
        answer = asked(**given)
        read = json.loads(answer.content) if answer.content else None
        return Answer(int(answer.status_code), answer.parsed, read)

    def keeps(self, answer: Answer) -> bool:
        return bool(answer.model.to_dict() == answer.body)


def _alike(name: str) -> str:
    """A name in the letters that every generator leaves it."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _is_within(part: Any, whole: Any) -> bool:
    """Whether a value says nothing that another does not say; what did not come may be shown as nothing."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            _is_within(one, whole[name]) if name in whole else one in ([], None) for name, one in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and len(part) == len(whole) and all(map(_is_within, part, whole))
    return bool(part == whole)


class OfOpenapiGenerator(Client):
    """openapi-generator's Python: models of pydantic over urllib3."""

    NAME = "openapi-generator"
    USUAL = ("Failed to get the schema name: null",)  # said of any document that has an object

    def generate(self, folder: str) -> list[str]:
        import openapi_generator_cli  # noqa: PLC0415 - not everywhere

        jar = os.path.join(os.path.dirname(openapi_generator_cli.__file__), "openapi-generator.jar")
        command = ["java", "-jar", jar, "generate", "-g", "python", "-i", self.source, "-o", folder]
        done = subprocess.run(
            [*command, "--package-name", self.package], capture_output=True, text=True, check=False, cwd=folder
        )
        said = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if re.search(r"\b(WARN|ERROR)\b", line)]
        if done.returncode and not said:
            said.append(f"ended with {done.returncode}: {done.stderr[-1000:]}")
        return [re.sub(r"^\[\S+\] ", "", line) for line in said]

    def connect(self, url: str, user: str, token: str) -> None:
        made = importlib.import_module(self.package)
        self._client = made.ApiClient(made.Configuration(host=url))
        self._client.default_headers.update({"X-SLURM-USER-NAME": user, "X-SLURM-USER-TOKEN": token})

    def function(self, operation: Operation) -> Callable[..., Any]:
        made = importlib.import_module(self.package)
        (api,) = (one for name, one in vars(made).items() if _alike(name) == _alike(f"{operation.tag}Api"))
        wanted = _alike(f"{operation.name}_with_http_info")
        (name,) = (name for name in dir(api) if _alike(name) == wanted)
        found: Callable[..., Any] = getattr(api(self._client), name)
        return found

    def ask(self, method: str, path: str, values: dict[str, Any] | None = None, body: Any = None) -> Answer:
        made = importlib.import_module(self.package)
        asked = self.function(self.operations[method, path])
        known = inspect.signature(asked).parameters
        given = {}
        for name, value in (values or {}).items():
            (own,) = (one for one in known if _alike(one) == _alike(name))
            given[own] = value
        if body is not None:
            (own,) = (
                one for one in known if one[0] != "_" and one not in given and known[one].default is inspect._empty
            )
            given[own] = known[own].annotation.from_dict(body)
        try:
            answer = asked(**given)
        except made.ApiException as refusal:
            return Answer(refusal.status, refusal.data, json.loads(refusal.body))
        return Answer(answer.status_code, answer.data, json.loads(answer.raw_data) if answer.raw_data else None)

    def keeps(self, answer: Answer) -> bool:
        # Its models show neither nulls nor what is only read.
        return _is_within(answer.model.to_dict() if hasattr(answer.model, "to_dict") else answer.model, answer.body)


KINDS = (OfOpenapiPythonClient, OfOpenapiGenerator)


def ours(version: int) -> dict[str, Any]:
    """Our document of one API version, as /openapi/VERSION.json has it."""
    from slurmrest_inet.api import openapi  # noqa: PLC0415 - the bench may have another document
    from slurmrest_inet.settings import Settings  # noqa: PLC0415

    chosen = openapi._chosen(Settings(), version)
    found: dict[str, Any] = json.loads(b"".join(openapi.Document(chosen, "json", packed=False)))
    return found
