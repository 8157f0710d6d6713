"""The channel to Node: a socket to a child that is started, or to a process that listens."""

from __future__ import annotations

import os
import pwd
import socket
import struct
import subprocess
import tempfile
from typing import IO, Any

from ..shared.errors import StartFailed
from ..shared.settings import Settings

_UCRED = struct.Struct("3i")
_KEPT_BYTES = 4096
_END_SECONDS = 15
_PIP = "npm install --global synapse-media-bridge"


class Process:
    """A child whose standard input is the channel, or none where the channel leads to a process of others."""

    def __init__(self, child: subprocess.Popen[bytes] | None, said: IO[bytes] | None) -> None:
        self._child = child
        self._said = said

    @property
    def pid(self) -> int | None:
        return None if self._child is None else self._child.pid

    def kill(self) -> None:
        """Ends a child that does not answer. A process of others is left alone."""
        if self._child is not None and self._child.poll() is None:
            self._child.kill()

    def end(self) -> None:
        """Waits for the child, whose channel is closed; kills it where it takes too long. Blocks: for a thread."""
        if self._child is None:
            return
        try:
            self._child.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def last_words(self) -> str:
        """How the child ended, and what it said last, where that is kept: for the message of a failed start."""
        if self._child is None:
            return "the process at the other end of the socket closed it"
        try:
            status = self._child.wait(1)
        except subprocess.TimeoutExpired:
            return "it closed its channel"
        said = ""
        if self._said is not None:
            self._said.seek(0)
            said = self._said.read()[-_KEPT_BYTES:].decode("utf-8", "replace").strip()
        return f"it ended with status {status}" + (f":\n{said}" if said else "")


def open_channel(settings: Settings, keeps_words: bool = False) -> tuple[socket.socket, Process]:
    """Blocks for as long as a program takes to start. Raises `StartFailed` with what is to be done."""
    if settings.socket is not None:
        return _connect(settings.socket), Process(None, None)
    assert settings.command is not None
    return _spawn(settings.command, keeps_words)


def _spawn(command: tuple[str, ...], keeps_words: bool) -> tuple[socket.socket, Process]:
    ours, theirs = socket.socketpair()
    said = tempfile.TemporaryFile() if keeps_words else None
    # What modules print goes to stderr, and so does stdout: the channel is standard input alone, in both directions.
    output: Any = said if said is not None else 2
    try:
        with theirs:
            # In a session of its own, Ctrl-C on a terminal ends Synapse first, which then ends Node in order.
            child = subprocess.Popen(
                command, stdin=theirs.fileno(), stdout=output, stderr=output, start_new_session=True
            )
    except OSError as error:
        ours.close()
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise StartFailed(
            f"command: {command[0]} cannot be started: {reason}. Install it ({_PIP}), or name its absolute path"
        ) from error
    return ours, Process(child, said)


def _connect(path: str) -> socket.socket:
    channel = socket.socket(socket.AF_UNIX)
    channel.settimeout(5)
    try:
        channel.connect(path)
    except OSError as error:
        channel.close()
        raise StartFailed(f"socket: {path}: {_explain(path, error)}") from error
    uid = _UCRED.unpack(channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))[1]
    if uid not in (0, os.geteuid()):
        channel.close()
        raise StartFailed(
            f"socket: {path}: {_name_of(uid)} listens there, and not this process's user {_name_of(os.geteuid())}: "
            "run media-bridge callbacks as the same user"
        )
    return channel


def _explain(path: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "the socket does not exist: start media-bridge callbacks --socket with this path before Synapse"
    if isinstance(error, ConnectionRefusedError):
        return "no process listens there any more: start media-bridge callbacks --socket with this path"
    if isinstance(error, PermissionError):
        return f"it belongs to {_owner_of(path)}, and {_name_of(os.geteuid())} may not use it"
    return error.strerror or str(error)


def _owner_of(path: str) -> str:
    try:
        return _name_of(os.stat(path).st_uid)
    except OSError:
        return "another user"


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
