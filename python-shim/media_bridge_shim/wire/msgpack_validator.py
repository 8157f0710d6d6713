"""How many values a body declares, found without making any of them: decoded, each takes many times its bytes."""

from __future__ import annotations

MAX_VALUES = 1024 * 1024

# By the first byte: how many bytes of a number or a length follow. What else begins with 0xc0 or more has none, or is
# refused by the codec, which then sees nothing of what comes after it.
_FOLLOWING = {
    **{0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8},
    **{0xD9: 1, 0xDA: 2, 0xDB: 4, 0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4},
}


def check_values(body: memoryview | bytes) -> None:
    """Raises `ValueError` for more than `MAX_VALUES` values, and for more than the bytes that are left."""
    position, end = 0, len(body)
    open_values = values = 1
    while open_values:
        if position >= end:
            raise ValueError("it ends within a value")
        token = body[position]
        position += 1
        open_values -= 1
        if token < 0x80 or token >= 0xE0:
            continue
        if token >= 0xC0:
            size = _FOLLOWING.get(token, 0)
            declared = int.from_bytes(body[position : position + size], "big")
            position += size
            if token < 0xDC:
                position += declared if token >= 0xD9 else 0
                continue
            promised = declared * 2 if token >= 0xDE else declared
        elif token >= 0xA0:
            position += token & 0x1F
            continue
        else:
            promised = (token & 0x0F) * 2 if token < 0x90 else token & 0x0F
        open_values += promised
        values += promised
        if open_values > end - position:
            raise ValueError("it declares more values than it has bytes")
        if values > MAX_VALUES:
            raise ValueError(f"it holds more than {MAX_VALUES} values")
