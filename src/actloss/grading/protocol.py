"""The pipe to the sandbox: frames of a JSON header and raw array bytes.

Whatever comes through it was written by an adversary. So a frame is read whole or not at all, its
sizes are known before anything is allocated, only plain numbers become arrays, and nothing in it is
ever run. Every fault, of whatever kind, is a :class:`ProtocolError`: the sandbox that sent it ends.

A frame is two little-endian 32-bit lengths, the header, and the body. In the header an array stands
as ``{"array": [dtype, shape]}`` and its bytes follow in the body, in the order of the header; a
mapping stands as ``{"map": {...}}``, so that no key of it can be taken for an array.

>>> import numpy as np
>>> message = {"do": "call", "arguments": {"x": np.arange(3.0), "alpha": 0.5}}
>>> unpack(*split(pack(message)))
{'do': 'call', 'arguments': {'x': array([0., 1., 2.]), 'alpha': 0.5}}
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from typing import Any

import numpy as np

HEADER_BYTES = 4 << 20  # the cells of a notebook travel in it
BODY_BYTES = 16 << 20
ELEMENTS = 2 << 20  # of one array, an empty one included: an axis of length 0 counts as 1
AXES = 16
DEPTH = 16
ITEMS = 20_000  # values of one header

DTYPES = {
    name: np.dtype(name)
    for name in ("|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8")
}
LENGTHS = struct.Struct("<II")


class ProtocolError(Exception):
    """The other side broke the protocol, is gone, or took too long."""


class OutOfTime(ProtocolError):
    """Nothing complete came, or nothing was taken, before the deadline."""


class TooMuch(ProtocolError):
    """It used more than it may."""


class Gone(ProtocolError):
    """The other side closed its end: its process is dead."""


# Messages to bytes


def pack(message: Any) -> bytes:
    """A frame of `message`: dicts with string keys, lists, strings, numbers, None and arrays."""
    bodies: list[bytes] = []
    header = json.dumps(_plain(message, bodies, DEPTH), ensure_ascii=False, separators=(",", ":"))
    encoded = header.encode("utf-8", "surrogatepass")
    body = b"".join(bodies)
    _check_lengths(len(encoded), len(body), HEADER_BYTES)
    return LENGTHS.pack(len(encoded), len(body)) + encoded + body


def _plain(value, bodies, depth):
    if depth == 0:
        raise ProtocolError(f"a message is nested more than {DEPTH} deep")
    if isinstance(value, dict):
        return {"map": {str(key): _plain(item, bodies, depth - 1) for key, item in value.items()}}
    if isinstance(value, list | tuple):
        return [_plain(item, bodies, depth - 1) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        dtype = array.dtype.newbyteorder("<").str
        _check_array(dtype, list(array.shape))
        bodies.append(array.astype(dtype).tobytes())
        kind = "scalar" if isinstance(value, np.generic) else "array"
        return {kind: [dtype, list(array.shape)]}
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise ProtocolError(f"a message holds numbers, strings and arrays, not a {type(value)}")


# Bytes to messages


def split(frame: bytes) -> tuple[bytes, bytes]:
    """Header and body of a whole frame."""
    if len(frame) < LENGTHS.size:
        raise ProtocolError(f"a frame of {len(frame)} bytes is too short")
    header, body = LENGTHS.unpack_from(frame)
    _check_lengths(header, body, HEADER_BYTES)
    if len(frame) != LENGTHS.size + header + body:
        raise ProtocolError(f"a frame of {len(frame)} bytes announces others")
    return frame[LENGTHS.size : LENGTHS.size + header], frame[LENGTHS.size + header :]


def unpack(header: bytes, body: bytes) -> Any:
    """The message in a header and its body; ProtocolError if there is none."""
    try:
        plain = json.loads(header)
    except (ValueError, RecursionError, MemoryError) as error:
        raise ProtocolError(f"a header is no JSON: {type(error).__name__}") from None
    reader = _Body(body)
    message = _message(plain, reader, DEPTH)
    if reader.place != len(body):
        raise ProtocolError(f"{len(body) - reader.place} bytes of a body belong to no array")
    return message


class _Body:
    def __init__(self, data):
        self.data, self.place, self.items = data, 0, 0

    def take(self, size):
        if size > len(self.data) - self.place:
            raise ProtocolError("a body ends within an array")
        self.place += size
        return self.data[self.place - size : self.place]


def _message(plain, body, depth):
    body.items += 1
    if depth == 0 or body.items > ITEMS:
        raise ProtocolError(f"a header is more than {DEPTH} deep or holds over {ITEMS} values")
    if isinstance(plain, list):
        return [_message(item, body, depth - 1) for item in plain]
    if not isinstance(plain, dict):
        return plain
    if len(plain) != 1:
        raise ProtocolError("an object of a header is a map, an array or a scalar")
    ((kind, content),) = plain.items()
    if kind == "map" and isinstance(content, dict):
        return {key: _message(item, body, depth - 1) for key, item in content.items()}
    if kind in ("array", "scalar") and isinstance(content, list) and len(content) == 2:
        array = _array(*content, body)
        return array if kind == "array" else array[()]
    raise ProtocolError("an object of a header is a map, an array or a scalar")


def _array(dtype, shape, body):
    size = _check_array(dtype, shape)
    data = body.take(size * DTYPES[dtype].itemsize)
    # A copy: the caller may write into it, and no frame is kept alive by one of its arrays.
    array = np.frombuffer(data, DTYPES[dtype]).reshape(shape).copy()
    if dtype == "|b1":
        array = array.view(np.uint8).astype(bool)  # only 0 and 1 are truth values to NumPy
    return array


def _check_array(dtype, shape):
    """The number of its elements."""
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise ProtocolError(f"an array has one of the dtypes {', '.join(DTYPES)}")
    if not isinstance(shape, list) or len(shape) > AXES:
        raise ProtocolError(f"a shape is a list of at most {AXES} lengths")
    if not all(type(length) is int and 0 <= length <= ELEMENTS for length in shape):
        raise ProtocolError(f"lengths of axes are integers from 0 to {ELEMENTS}")
    if math.prod(max(length, 1) for length in shape) > ELEMENTS:
        raise ProtocolError(f"an array has at most {ELEMENTS} elements")
    return math.prod(shape)


def _check_lengths(header, body, most):
    if header > most or body > BODY_BYTES:
        raise ProtocolError(
            f"a header has at most {most} bytes and a body {BODY_BYTES}, not {header} and {body}"
        )


# Sockets


def send(sock: socket.socket, message: Any, deadline: float | None = None) -> None:
    """Write a frame. `deadline` is a time of ``time.monotonic``; None waits for ever."""
    _write(sock, pack(message), deadline)


def receive(sock: socket.socket, deadline: float | None = None, *, most: int = HEADER_BYTES) -> Any:
    """Read a frame: its message. A header longer than `most` bytes is refused unread."""
    header, body = LENGTHS.unpack(_read(sock, LENGTHS.size, deadline))
    _check_lengths(header, body, most)
    data = _read(sock, header + body, deadline)
    return unpack(data[:header], data[header:])


def _write(sock, data, deadline):
    view = memoryview(data)
    while view:
        try:
            sock.settimeout(_left(deadline))
            view = view[sock.send(view) :]
        except TimeoutError:
            raise OutOfTime("nothing was taken in time") from None
        except OSError:
            raise Gone("the other side is gone") from None


def _read(sock, size, deadline):
    data = bytearray()  # grows with what comes, not with what was announced
    while len(data) < size:
        try:
            sock.settimeout(_left(deadline))
            part = sock.recv(min(size - len(data), 1 << 20))
        except TimeoutError:
            raise OutOfTime("nothing came in time") from None
        except OSError:
            raise Gone("the other side is gone") from None
        if not part:
            raise Gone("the other side is gone")
        data += part
    return bytes(data)


def _left(deadline):
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
