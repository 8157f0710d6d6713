"""The `register_*_callbacks` methods, made from the table of names."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

from ..callbacks.callback_names import CALLBACKS, EXTENSIONS, REQUIRED
from ..callbacks.kinds import set_argument_maker
from .media.files import make_spam_check_args

set_argument_maker("check_media_file_for_spam", make_spam_check_args)


def make_register_methods() -> dict[str, Callable[..., None]]:
    """One method a group, by its name."""
    return {f"register_{group}_callbacks": make_register_method(group) for group in CALLBACKS}


def make_register_method(group: str) -> Callable[..., None]:
    names = CALLBACKS[group] + EXTENSIONS[group]
    required = REQUIRED.get(group, ())
    method = f"register_{group}_callbacks"

    def register(self: Any, *args: object, **callbacks: Any) -> None:
        where = f"{self._module_path}: {method}()"
        if args:
            raise TypeError(f"{where} takes callbacks by keyword only, not by position")
        for name in callbacks:
            if name not in names:
                raise TypeError(f"{where} got the callback {name!r}, which Synapse does not have: newer than 1.163?")
        for name in required:
            if name not in callbacks:
                raise TypeError(f"{where} needs the callback {name!r}")
        given = {name: callback for name, callback in callbacks.items() if callback is not None}
        self._service.registry.register(self._module_index, group, given)

    register.__name__ = method
    register.__qualname__ = f"ModuleApi.{method}"
    register.__doc__ = f"Registers callbacks of the group {group}, by keyword: {', '.join(names)}."
    # `inspect` looks for it, while the type of functions does not know it.
    register.__signature__ = make_signature(names, required)  # type: ignore[attr-defined]
    return register


def make_signature(names: tuple[str, ...], required: tuple[str, ...]) -> Signature:
    keywords = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=Parameter.empty if name in required else None) for name in names
    ]
    return Signature([Parameter("self", Parameter.POSITIONAL_OR_KEYWORD), *keywords])
