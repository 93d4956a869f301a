"""Pictures that students attach: whether they are what they say, and not too large to be shown."""

from __future__ import annotations

import base64
import binascii

PIXELS = 50_000_000  # a telephone's photo has twelve million
BYTES = 20 << 20
JPEG_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}


class NoPictureError(ValueError):
    """What was attached is not shown; the message says why."""


def picture(kind: str, data: str) -> bytes:
    """The bytes of a PNG or a JPEG, from base64.

    Raises
    ------
    NoPictureError
        If they are something else, or too large.
    """
    if len(data) > BYTES * 4 // 3 + 4:
        raise NoPictureError(f"this picture has more than {BYTES >> 20} MB")
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise NoPictureError("this picture is damaged") from None
    width, height = (_size_of_png if kind == "image/png" else _size_of_jpeg)(content)
    if not 0 < width * height <= PIXELS:
        raise NoPictureError(f"this picture has {width} × {height} pixels")
    return content


def _size_of_png(content):
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR" or len(content) < 24:
        raise NoPictureError("this is no PNG")
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _size_of_jpeg(content):
    if content[:3] != b"\xff\xd8\xff":
        raise NoPictureError("this is no JPEG")
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker in JPEG_FRAMES:
            height, width = content[place + 5 : place + 7], content[place + 7 : place + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        place += 2 + max(2, int.from_bytes(content[place + 2 : place + 4], "big"))
    raise NoPictureError("this JPEG has no size")
