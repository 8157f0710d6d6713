"""msgpack on the channel, without binary data and extension types. Keys of maps are text."""

from __future__ import annotations

import functools
from typing import Any

import msgpack

from .frames import HEADER, MAX_FRAME_BYTES, FrameError
from .msgpack_validator import MAX_VALUES, check_values

# Up to here the codec's own limits do: no container may declare more than the body has room for. Nested, those of a
# larger one could still make it set aside hundreds of times its size.
SMALL_BYTES = 64 * 1024

_pack = msgpack.Packer(use_bin_type=True).pack
_pack_header = HEADER.pack


def _refuse_extension(code: int, _data: bytes) -> None:
    raise ValueError(f"extension type {code}")


# The hook is not asked about timestamps, and the length of an extension may be 0: it takes both to refuse all of them.
_unpack = functools.partial(
    msgpack.unpackb, raw=False, strict_map_key=True, max_bin_len=0, max_ext_len=0, ext_hook=_refuse_extension
)


def encode(message: Any) -> bytes:
    """A whole frame. Raises `FrameError` or `ValueError` over a cap, the errors of msgpack for what it cannot say."""
    body = _pack(message)
    if len(body) > MAX_FRAME_BYTES:
        raise FrameError(f"A frame of {len(body)} bytes, over the {MAX_FRAME_BYTES} allowed", body[:200])
    if len(body) > MAX_VALUES:
        check_values(body)
    return _pack_header(len(body)) + body


def decode(body: memoryview | bytes) -> Any:
    """The message of a frame's body. Raises `FrameError` where it cannot be decoded."""
    try:
        if len(body) > SMALL_BYTES:
            check_values(body)
        return _unpack(body)
    except Exception as error:
        # Not its repr, which may hold the whole message.
        reason = f"{type(error).__name__}: {error}"
        raise FrameError(f"A frame that cannot be decoded: {reason}", bytes(body[:200])) from error
