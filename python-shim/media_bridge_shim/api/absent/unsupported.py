"""What is not here, said clearly: the errors, and the guard that makes the `synapse` packages raise them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import FrameType
from typing import Any, NoReturn

from .synapse_facts import has_name, release

ONLY_SYNAPSE = "only Synapse itself has it, and what needs it runs there alone"


class UnsupportedByMediaService(NotImplementedError):
    """A method of the module API was called that this service does not offer."""


class UnsupportedName(AttributeError):
    """A name was touched that does not exist here. `hasattr` and `getattr` with a default work as ever."""


class UnsupportedImport(ModuleNotFoundError):
    """A `synapse.*` path or a name in one was imported that does not exist here."""


def describe(name: str) -> str:
    """The sentence that errors say about `name`: a path, a name in one, or a member of an object."""
    found = has_name(name)
    if found is None:
        return f"{name} is not supported by the media service"
    if found:
        return describe_refused(name)
    return (
        f"{name} is not supported by the media service, and Synapse {release()} does not have it either: "
        "check the spelling, and the release that it comes from"
    )


def describe_refused(name: str) -> str:
    """As `describe`, for what Synapse has for sure."""
    return (
        f"{name} is not supported by the media service: only Synapse itself has it, and what needs it runs there alone"
    )


def guard(module_name: str, lazy: Mapping[str, str] | None = None) -> None:
    """Makes a `synapse` module answer for names that it lacks.

    `lazy` maps names to the module that has them; they are imported when first touched, since some of them cost more
    than all the others together.
    """
    module = sys.modules[module_name]
    sources = lazy or {}

    def get_missing(name: str) -> Any:
        if name in sources:
            value = getattr(import_module(sources[name]), name)
            setattr(module, name, value)
            return value
        if name.startswith("__"):
            raise AttributeError(f"module {module_name!r} has no attribute {name!r}", name=name, obj=module)
        raise UnsupportedName(describe(f"{module_name}.{name}"))

    module.__dict__["__getattr__"] = get_missing
    # `from x import name` asks the finder below for `x.name`, with its better message, only where x has a path.
    module.__dict__.setdefault("__path__", [])


class Finder:
    """The last finder of the import system: whatever no other finder knows under `synapse.` ends here."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if not name.startswith("synapse."):
            return None
        # No `name=`: with it the import system would swallow this error and word one of its own.
        raise UnsupportedImport(describe(find_wanted(name, sys._getframe(1))))


def find_wanted(name: str, frame: FrameType | None) -> str:
    """The whole path that was asked for: importing `a.b.c` looks for `a.b` first and fails there."""
    wanted = name
    while frame is not None and "importlib" in frame.f_code.co_filename:
        outer = frame.f_locals.get("name")
        if isinstance(outer, str) and outer.startswith(f"{wanted}."):
            wanted = outer
        frame = frame.f_back
    return wanted


def install_finder() -> None:
    """Adds the finder once; called when `synapse` is first imported."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.append(Finder())


def make_function(name: str) -> Callable[..., NoReturn]:
    """A function that can be imported and handed around, and says what it is when it is called."""

    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise UnsupportedByMediaService(describe_refused(f"{name}()"))

    refuse.__name__ = refuse.__qualname__ = name.rpartition(".")[2]
    refuse.__dict__["is_refused"] = True
    return refuse


def make_class(name: str) -> type[Any]:
    """A class for annotations and `isinstance`; it cannot be constructed."""

    def refuse(self: object, *args: object, **kwargs: object) -> NoReturn:
        raise UnsupportedByMediaService(describe_refused(f"{name}()"))

    return type(
        name.rpartition(".")[2], (), {"__init__": refuse, "__doc__": describe_refused(name), "is_refused": True}
    )
