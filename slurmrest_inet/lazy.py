# SPDX-License-Identifier: GPL-2.0-or-later
"""Load h11 without `typing`, `dataclasses` and `re`, which would be a fourth of a ping (8 to 12 ms).

h11 takes words of `typing` for annotations only, describes its events with `dataclasses` without using what makes that
module slow (the writing and compiling of methods; `inspect`, ast, dis and tokenize come with it), and compiles ten
regular expressions, which the build has compiled already (cffi_build/regexes.py).

Rule 1: the stand-ins stand only while h11 is loaded, and h11 alone sees them. If h11 turns out to use more than they
        know, whatever error that leads to, it is loaded again with the real modules, and so is what it has loaded.
Rule 2: a module that is already loaded is not replaced.
Rule 3: SLURMREST_INET_STAND_INS=no leaves all of this out (settings.py knows the variable); tests/bench/run.py shows
        what it is worth.
"""

from __future__ import annotations

import sys

from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import Any, Callable
else:
    ModuleType = type(sys)

SWITCH = "SLURMREST_INET_STAND_INS"


class _UnfitError(Exception):
    """h11 uses a module in a way that its stand-in does not know."""


class _Module(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise _UnfitError


class _Word:
    """Any word of `typing` as far as annotations and base classes at h11's import need it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getitem__(self, _parameters: object) -> _Word:
        return self

    def __call__(self, *_arguments: object, **_options: object) -> _Word:
        return self  # TypeVar("T")

    def __mro_entries__(self, _bases: tuple[object, ...]) -> tuple[type, ...]:
        import _collections_abc  # noqa: PLC0415 - os has loaded it; collections.abc would load collections

        return (getattr(_collections_abc, self._name),)


class _Typing(ModuleType):
    """`typing` for annotations that nobody reads."""

    TYPE_CHECKING = False

    @staticmethod
    def cast(_type: object, value: Any) -> Any:
        return value

    @staticmethod
    def overload(function: Any) -> Any:
        return function

    def __getattr__(self, name: str) -> _Word:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Word(name)


class _Dataclasses(_Module):
    """`dataclass(frozen=True)` for classes that write their own `__init__`."""

    @staticmethod
    def dataclass(*, init: bool = True, frozen: bool = False) -> Callable[[type], type]:
        def decorate(cls: type) -> type:
            fields = [field for base in reversed(cls.__mro__) for field in _annotations(base)]
            if not frozen or (init and fields):
                raise _UnfitError
            for method in (*_methods_for(fields), _refuse_to_set, _refuse_to_delete):
                setattr(cls, method.__name__, method)
            return cls

        return decorate


def _annotations(cls: type) -> dict[str, object]:
    if sys.version_info >= (3, 14) and "__annotate_func__" in vars(cls):
        return cls.__annotations__  # made now, on demand (PEP 649)
    found: dict[str, object] = vars(cls).get("__annotations__", {})
    return found


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


def _regular_expressions() -> ModuleType | None:
    """`re.compile` for the expressions that the build has compiled; None if those are not for this interpreter."""
    import _sre  # noqa: PLC0415 - built in

    try:
        import slurmrest_inet._regexes as regexes  # noqa: PLC0415 - a build without h11 has none
    except ImportError:
        return None
    if (_sre.MAGIC, _sre.CODESIZE, *sys.version_info[:2]) != regexes.MADE_FOR:
        return None
    compiled = regexes.COMPILED

    class Re(_Module):
        MULTILINE = 8

        @staticmethod
        def compile(pattern: bytes, flags: int = 0) -> Any:
            if (pattern, flags) not in compiled:
                raise _UnfitError
            return _sre.compile(pattern, *compiled[pattern, flags])

    return Re("re")


def start(environ: Mapping[str, str]) -> None:
    """Load h11; call this before anything that imports it."""
    if "h11" in sys.modules or environ.get(SWITCH) == "no":
        return
    # What finding it takes (`site` may have to help, see paths.py) is not to meet the stand-ins.
    next(filter(None, (finder.find_spec("h11", None) for finder in list(sys.meta_path))), None)
    made = {"typing": _Typing("typing"), "dataclasses": _Dataclasses("dataclasses"), "re": _regular_expressions()}
    stand_ins = {name: module for name, module in made.items() if module is not None and name not in sys.modules}
    before = set(sys.modules)
    sys.modules.update(stand_ins)
    try:
        import h11  # noqa: F401, PLC0415 - imported for what it leaves in sys.modules
    except Exception:  # noqa: BLE001 - a fault that is h11's own comes again where it is imported in earnest
        for name in set(sys.modules) - before - set(stand_ins):
            del sys.modules[name]
    finally:
        for name in stand_ins:
            del sys.modules[name]
