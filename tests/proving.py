"""Small files of each type, and what Slack tells of them."""

import struct
import zlib
from typing import Any


def png(marked: bytes = b"") -> bytes:
    """A picture of one dot; `marked` makes it another file."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
            chunk(b"tEXt", b"Comment\0" + marked),
            chunk(b"IDAT", zlib.compress(b"\0\0\0\0")),
            chunk(b"IEND", b""),
        )
    )


def jpeg() -> bytes:
    thumbnail = b"\xff\xe1" + struct.pack(">H", 12) + b"Exif\0\0\xff\xd8\xff\xd9"
    return b"\xff\xd8" + thumbnail + b"\xff\xda" + struct.pack(">H", 4) + b"\0\0\x12\x34\xff\x00\x56\xff\xd9"


def gif() -> bytes:
    return b"GIF89a" + b"\1\0\1\0\0\0\0" + b",\0\0\0\0\1\0\1\0\0\2\1\0\0;"


def webp() -> bytes:
    body = b"WEBPVP8 " + struct.pack("<I", 10) + b"\0" * 10
    return b"RIFF" + struct.pack("<I", len(body)) + body


def heic() -> bytes:
    ftyp = struct.pack(">I", 24) + b"ftypheic" + b"\0\0\0\0" + b"mif1heic"
    return ftyp + struct.pack(">I", 12) + b"meta\0\0\0\0" + struct.pack(">I", 16) + b"mdat" + b"12345678"


def pdf() -> bytes:
    return b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\nstartxref\n0\n%%EOF\n"


ONE_OF_EACH = {
    "image/png": png(),
    "image/jpeg": jpeg(),
    "image/gif": gif(),
    "image/webp": webp(),
    "image/heic": heic(),
    "application/pdf": pdf(),
}


def shared(
    file: str = "F1",
    name: str = "certificate.png",
    content: bytes | None = None,
    *,
    user: str = "UALICE",
    **other: Any,
) -> dict[str, Any]:
    """What Slack tells of a file that a member shared."""
    return {
        "id": file,
        "name": name,
        "mimetype": "image/png",
        "mode": "hosted",
        "user": user,
        "size": len(png() if content is None else content),
        "url_private_download": f"https://files.slack.com/{file}",
        **other,
    }
