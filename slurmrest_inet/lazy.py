# SPDX-License-Identifier: GPL-2.0-or-later
"""Start without `typing`, `dataclasses` and `inspect`, a fifth of the time of a ping (7 of 35 ms).

Our own modules take three words of `typing`, which are made here for less. h11 takes more of them, but for annotations
only, and describes its events with `dataclasses` without using what makes that module slow: the writing and compiling
of methods. (`inspect` is loaded by `dataclasses`, and ast, dis and tokenize by that.)

Rule 1: the stand-in for `typing` gives away only what is equal to the real thing. Any other word loads the real module,
        which takes its place for everybody from then on. Nothing can be missing, it can only be late.
Rule 2: the stand-ins that know less stand only while h11 is loaded, and h11 alone sees them. If h11 turns out to use
        more of `dataclasses` than they know, it is loaded again with the real modules.
Rule 3: a module that is already loaded is not replaced.
"""

from __future__ import annotations

import sys
from _collections import _tuplegetter  # type: ignore[import-not-found]  # what namedtuple's own fields are
from types import ModuleType

TYPE_CHECKING = False  # typing's own, without loading typing
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Callable


def _cast(_type: object, value: Any) -> Any:
    return value


# What `collections.namedtuple` gives each record.


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
    """Makes a class with annotations into the namedtuple of the same fields, as `typing.NamedTuple` does.

    Unlike typing it does not compile each annotation into an object that nobody looks at, and unlike `collections` it
    compiles no constructor of its own for each class: that costs more than all the records that a ping makes.
    """

    def __new__(cls, name: str, _bases: tuple[type, ...], namespace: dict[str, Any]) -> Any:
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

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        """NamedTuple("Name", [...]), which nobody on the way of a ping writes."""
        return _real_typing().NamedTuple(*arguments, **options)


def _real_typing() -> Any:
    if isinstance(sys.modules.get("typing"), _Typing):
        del sys.modules["typing"]
    import typing  # noqa: PLC0415 - the import that this module puts off

    return typing


class _Typing(ModuleType):
    """Stands for `typing` until somebody wants more of it (rule 1)."""

    TYPE_CHECKING = False
    cast = staticmethod(_cast)
    if sys.version_info < (3, 14):  # from there on a class has its annotations only when it is asked for them
        NamedTuple = type.__new__(_RecordType, "NamedTuple", (), {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_real_typing(), name)


class _Word:
    """Any word of `typing` as far as annotations and base classes at h11's import need it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getitem__(self, _parameters: object) -> _Word:
        return self

    def __call__(self, *_arguments: object, **_options: object) -> _Word:
        return self  # TypeVar("T")

    def __mro_entries__(self, _bases: tuple[object, ...]) -> tuple[type, ...]:
        import collections.abc  # noqa: PLC0415 - loaded with the interpreter, but only base classes ask for it

        return (getattr(collections.abc, self._name),)


class _TypingForAnnotations(ModuleType):
    TYPE_CHECKING = False
    cast = staticmethod(_cast)

    @staticmethod
    def overload(function: Any) -> Any:
        return function

    def __getattr__(self, name: str) -> _Word:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Word(name)


class _UnfitError(Exception):
    """h11 uses `dataclasses` in a way that the stand-in does not know."""


class _Dataclasses(ModuleType):
    """`dataclass(frozen=True)` for classes that write their own `__init__`."""

    @staticmethod
    def dataclass(*, init: bool = True, frozen: bool = False) -> Callable[[type], type]:
        def decorate(cls: type) -> type:
            fields = [field for base in reversed(cls.__mro__) for field in vars(base).get("__annotations__", ())]
            if not frozen or (init and fields):
                raise _UnfitError
            for method in (*_methods_for(fields), _refuse_to_set, _refuse_to_delete):
                setattr(cls, method.__name__, method)
            return cls

        return decorate

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise _UnfitError


def _methods_for(fields: list[str]) -> tuple[Callable[..., Any], ...]:
    def __repr__(self: object) -> str:  # noqa: N807 - becomes a method of that name
        values = ", ".join(f"{field}={getattr(self, field)!r}" for field in fields)
        return f"{type(self).__qualname__}({values})"

    def __eq__(self: object, other: object) -> bool:  # noqa: N807 - likewise
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, field) == getattr(other, field) for field in fields)

    return __repr__, __eq__


def _refuse_to_set(_self: object, name: str, _value: object) -> None:
    raise AttributeError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: object, name: str) -> None:
    raise AttributeError(f"cannot delete field {name!r}")


_refuse_to_set.__name__, _refuse_to_delete.__name__ = "__setattr__", "__delattr__"


def start() -> None:
    """Put off `typing` and load h11 without it; call this before anything that imports either."""
    if sys.version_info >= (3, 14):
        return  # annotations are made on demand there, and none of this has been tried
    if "h11" not in sys.modules:
        stand_ins: dict[str, ModuleType] = {
            "typing": _TypingForAnnotations("typing"),
            "dataclasses": _Dataclasses("dataclasses"),
        }
        for name in [name for name in stand_ins if name in sys.modules]:
            del stand_ins[name]
        sys.modules.update(stand_ins)
        try:
            import h11  # noqa: F401, PLC0415 - imported for what it leaves in sys.modules
        except _UnfitError:
            for name in [name for name in sys.modules if name.partition(".")[0] == "h11"]:
                del sys.modules[name]
        finally:
            for name in stand_ins:
                del sys.modules[name]
    sys.modules.setdefault("typing", _Typing("typing"))
