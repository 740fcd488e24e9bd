# SPDX-License-Identifier: GPL-2.0-or-later
"""Our own NamedTuple: what `typing` makes of a class with annotations, without loading `typing` (3 to 8 ms of a start).

Modules take `TYPE_CHECKING`, `NamedTuple` and `cast` from here. To the type checker they are those of `typing`.

Rule 1: a record is what `typing.NamedTuple` would have made; tests/test_record.py holds both beside each other.
Rule 2: nothing is compiled for a class: one constructor serves them all. That is what makes `collections.namedtuple`
        slow, and a start defines more records than a ping makes.
Rule 3: nothing is imported here that the interpreter does not have at its start.
"""

from __future__ import annotations

from _collections import _tuplegetter  # type: ignore[import-not-found]  # what namedtuple's own fields are

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NamedTuple, cast

__all__ = ["TYPE_CHECKING", "NamedTuple", "cast"]


def _make(cls: Any, values: Iterable[object]) -> Any:
    return cls(*values)


def _repr(self: Any) -> str:
    return f"{type(self).__name__}({', '.join(f'{field}={value!r}' for field, value in zip(self._fields, self))})"


def _replace(self: Any, /, **named: object) -> Any:
    values = [named.pop(field, value) for field, value in zip(self._fields, self)]
    if named:
        raise ValueError(f"Got unexpected field names: {list(named)!r}")
    return self._make(values)


def _asdict(self: Any) -> dict[str, object]:
    return dict(zip(self._fields, self))


def _getnewargs(self: Any) -> tuple[object, ...]:
    return tuple(self)


class _RecordType(type):
    """Makes a class with annotations into the namedtuple of the same fields."""

    def __new__(cls, name: str, _bases: tuple[type, ...], namespace: dict[str, Any]) -> Any:
        # Texts, because the module defers its annotations (PEP 563): nobody evaluates them, in Python 3.14 neither.
        annotations = namespace.pop("__annotations__", {})
        fields = tuple(annotations)
        defaults = {field: namespace.pop(field) for field in fields if field in namespace}
        if tuple(defaults) != fields[len(fields) - len(defaults) :]:
            raise TypeError(f"{name}: fields without a default follow fields with one")

        def __new__(cls: type, *values: object, **named: object) -> Any:  # noqa: N807 - becomes the record's
            if named or len(values) != len(fields):
                try:
                    values += tuple([named.pop(f) if f in named else defaults[f] for f in fields[len(values) :]])
                except KeyError as missing:
                    raise TypeError(f"{name}: {missing} is missing") from None
                if named or len(values) != len(fields):
                    raise TypeError(f"{name} has the fields {fields} and no others")
            return tuple.__new__(cls, values)

        members = {
            "__slots__": (),
            "__new__": __new__,
            "__match_args__": fields,
            "__annotations__": annotations,
            "_fields": fields,
            "_field_defaults": defaults,
            "_make": classmethod(_make),
            "_replace": _replace,
            "_asdict": _asdict,
            "__repr__": _repr,
            "__getnewargs__": _getnewargs,
            **{field: _tuplegetter(index, None) for index, field in enumerate(fields)},
        }
        return type(name, (tuple,), {**members, **namespace})


if not TYPE_CHECKING:
    NamedTuple = type.__new__(_RecordType, "NamedTuple", (), {})

    def cast(_type: object, value: Any) -> Any:
        """Tell the type checker what a value is; nothing happens."""
        return value
