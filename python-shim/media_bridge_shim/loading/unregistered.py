"""Methods that bear a callback's name and that their module does not register: they are never called."""

from __future__ import annotations

import inspect

from ..callbacks.callback_names import CALLBACKS, EXTENSIONS
from ..callbacks.kinds import KINDS


def find_unregistered(instance: object, registered: frozenset[str]) -> list[str]:
    """Their names. Of a module that registers something only those that a media service fires: it may well have
    helpers with the names of others."""
    names = list(KINDS)
    if not registered:
        names += [name for group in (*CALLBACKS.values(), *EXTENSIONS.values()) for name in group]
    return [name for name in dict.fromkeys(names) if name not in registered and _is_method(instance, name)]


def _is_method(instance: object, name: str) -> bool:
    # Not by `getattr`, which would run a module's code.
    return callable(inspect.getattr_static(type(instance), name, None))
