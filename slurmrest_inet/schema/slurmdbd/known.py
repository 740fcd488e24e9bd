# SPDX-License-Identifier: GPL-2.0-or-later
"""What slurmdbd knows by ids, for bodies that name it: trackable resources and QOSes.

Rule 1: pure: whoever asked slurmdbd gives the names.
Rule 2: names are compared without regard to the case of their letters, as slurmdbd compares them.
Rule 3: an id is one of this database. A body that another one's answer may be is read by names (`Known.elsewhere`).
"""

from __future__ import annotations

from slurmrest_inet.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


_NOBODY = (1 << 31) - 1
"""The last id that MariaDB gives to a QOS, and which none ever gets."""


class Resource(NamedTuple):
    """A trackable resource; its name is empty where there is but one of its type."""

    id: int
    type: str
    name: str = ""


class Known:
    """Resources and QOSes, each by its id and by its name."""

    def __init__(self, resources: tuple[Resource, ...] = (), qos: dict[int, str] | None = None) -> None:
        self._resources = resources
        self._qos = {name.lower(): id_ for id_, name in (qos or {}).items()}
        self._qos_ids = set(qos or {})
        self.echoed = False
        """Whether this is for a body that an answer may be: a type and a name tell a resource, whatever id stands
        beside them, and a list of no resources is one."""
        self.pending: dict[int, str] = {}
        """QOSes that are yet to be added, each by an id that none has."""

    def elsewhere(self, qos: Iterable[str]) -> Known:
        """Return the same for a body that another database's answer may be, and that has these QOSes."""
        made = Known(self._resources)
        made._qos, made._qos_ids, made.echoed = dict(self._qos), self._qos_ids, True
        for name in qos:
            if made.qos(name) is None:
                id_ = _NOBODY - len(made.pending)
                made.pending[id_] = name
                made._qos[name.lower()] = id_
        return made

    def resource(self, type_: str, name: str) -> Resource | None:
        """Return the resource of a type and a name; without a name, the first one of the type."""
        wanted = type_.lower(), name.lower()
        fitting = (one for one in self._resources if one.type.lower() == wanted[0])
        return next((one for one in fitting if not name or one.name.lower() == wanted[1]), None)

    def resource_of(self, id_: int) -> Resource | None:
        """Return the resource with an id."""
        return next((one for one in self._resources if one.id == id_), None)

    def by_names(self) -> dict[str, Resource]:
        """Return the resources by their names in small letters: "node", "license/matlab"."""
        return {"/".join(filter(None, (one.type, one.name))).lower(): one for one in self._resources}

    def qos(self, name: str) -> int | None:
        """Return the id of a QOS."""
        return self._qos.get(name.lower())

    def has_qos(self, id_: int) -> bool:
        """Tell whether a QOS has that id."""
        return id_ in self._qos_ids
