"""msgpack on the channel, without extension types."""

from __future__ import annotations

import functools
from typing import Any

import msgpack

from .frames import HEADER, MAX_FRAME_BYTES, FrameError

_pack = msgpack.Packer(use_bin_type=True).pack
_pack_header = HEADER.pack


def _refuse_extension(code: int, _data: bytes) -> None:
    raise ValueError(f"extension type {code}")


_unpack = functools.partial(msgpack.unpackb, raw=False, strict_map_key=False, ext_hook=_refuse_extension)


def encode(message: Any) -> bytes:
    """A whole frame. Raises `FrameError` over the cap, the errors of msgpack for what it cannot say."""
    body = _pack(message)
    if len(body) > MAX_FRAME_BYTES:
        raise FrameError(f"A frame of {len(body)} bytes, over the {MAX_FRAME_BYTES} allowed", body[:200])
    return _pack_header(len(body)) + body


def decode(body: memoryview | bytes) -> Any:
    """The message of a frame's body. Raises `FrameError` where it cannot be decoded."""
    try:
        return _unpack(body)
    except Exception as error:
        raise FrameError(f"A frame that cannot be decoded: {error!r}", bytes(body[:200])) from error
