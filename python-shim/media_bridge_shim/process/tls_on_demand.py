"""Twisted's TLS, imported at its first use: it takes 10 MB and a quarter of a start, and few modules use it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

TLS = "twisted.protocols.tls"
SSL = "twisted.internet.ssl"


@contextmanager
def tls_on_demand() -> Iterator[None]:
    """
    Code that is imported within takes its TLS from placeholders, which import the real modules when a connection
    begins to use TLS. The next import of either module, in any file, gets the real one.

    Twisted's reactor imports both as soon as it is imported itself, for `connectSSL`, `listenSSL` and `startTLS`, which
    call `TLSMemoryBIOFactory` and nothing else.
    """
    stand_ins = {TLS: ModuleType(TLS), SSL: ModuleType(SSL)}
    stand_ins[TLS].__dict__["TLSMemoryBIOFactory"] = make_tls_factory
    stand_ins[SSL].__dict__["__getattr__"] = get_from_ssl
    added = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(added)
    try:
        yield
    finally:
        for name in added:
            del sys.modules[name]


def make_tls_factory(*args: Any, **kwargs: Any) -> Any:
    """Takes the place of the class `TLSMemoryBIOFactory` where one is made."""
    from twisted.protocols.tls import TLSMemoryBIOFactory

    return TLSMemoryBIOFactory(*args, **kwargs)


def get_from_ssl(name: str) -> Any:
    """A name of `twisted.internet.ssl`."""
    from twisted.internet import ssl

    return getattr(ssl, name)
