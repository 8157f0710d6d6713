"""What can go wrong between Synapse and Node."""

from __future__ import annotations


class StartFailed(Exception):
    """The TypeScript modules cannot be loaded; the message is for the operator."""


class NodeUnavailable(Exception):
    """Node cannot be asked: it is down, late, or broke the protocol."""


class CallRefused(Exception):
    """Node answered a request with an error of its own; `kind` is that of the wire."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class TypeScriptError(Exception):
    """A callback of a TypeScript module failed. Synapse logs this, with the file and line, and answers 500."""
