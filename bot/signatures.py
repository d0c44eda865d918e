"""What a file is, by what is in it: its name and what its sender says of it prove nothing.

The six types are told here: the library for it, puremagic, knows neither HEIC that calls itself mif1 nor PDF
behind the mark of UTF-8.
"""

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_GIFS = (b"GIF87a", b"GIF89a")
_HEIC_BRANDS = frozenset((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"))
_AVIF_BRANDS = frozenset((b"avif", b"avis"))  # built the same, and shown by fewer programs
_PDF = b"%PDF-"
# Blanks and the mark of UTF-8, which some programs put before it.
_BEFORE_PDF = b"\xef\xbb\xbf \t\r\n\0"
# Readers look for the end of a PDF so far from its last byte, because programs append to it.
_PDF_END = 4096


class Kind(NamedTuple):
    """A type of file: its media type, and what names of it end in, the usual ending first."""

    media_type: str
    endings: tuple[str, ...]


PNG = Kind("image/png", ("png",))
JPEG = Kind("image/jpeg", ("jpg", "jpeg"))
GIF = Kind("image/gif", ("gif",))
WEBP = Kind("image/webp", ("webp",))
HEIC = Kind("image/heic", ("heic", "heif"))
PDF = Kind("application/pdf", ("pdf",))
KINDS = (PNG, JPEG, GIF, WEBP, HEIC, PDF)
# What Slack's own form offers to pick.
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)


def kind_named(name: str, media_type: str) -> Kind | None:
    """What a file seems to be by its name, or where that tells nothing by what its sender says."""
    ending = name.rpartition(".")[2].lower()
    said = media_type.lower()
    by_name = next((kind for kind in KINDS if ending in kind.endings), None)
    return by_name or next((kind for kind in KINDS if kind.media_type == said), None)


def with_ending(name: str, media_type: str) -> str:
    """The name of a file of this type, ending in what other programs know the type by."""
    kind = next((one for one in KINDS if one.media_type == media_type), None)
    if kind is None or name.rpartition(".")[2].lower() in kind.endings:
        return name
    return f"{name}.{kind.endings[0]}"


def kind_of(content: bytes) -> Kind | None:
    """What a file is by how it begins; None for what we do not keep."""
    if content.startswith(_PNG):
        return PNG
    if content.startswith(_JPEG):
        return JPEG
    if content.startswith(_GIFS):
        return GIF
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp" and _brands(content) & _HEIC_BRANDS and not _brands(content) & _AVIF_BRANDS:
        return HEIC
    if content[:64].lstrip(_BEFORE_PDF).startswith(_PDF):
        return PDF
    return None


def is_whole(content: bytes, kind: Kind) -> bool:
    """Whether a file of this kind is there to its end, as far as it says where that is."""
    try:
        return _ENDS[kind](content)
    except (struct.error, IndexError):  # it breaks off where something else is announced
        return False


def _brands(content: bytes) -> frozenset[bytes]:
    size = int.from_bytes(content[:4], "big")
    box = content[: min(size, 256)]
    return frozenset((box[8:12], *(box[at : at + 4] for at in range(16, len(box), 4))))


def _png_ends(content: bytes) -> bool:
    at = len(_PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", content, at)
        at += 12 + int(length)
        if kind == b"IEND":
            return len(content) >= at


def _jpeg_ends(content: bytes) -> bool:
    at = 2
    while content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
        elif marker == 0xDA:  # from here on there is the picture, in which the end mark cannot stand
            return content.find(b"\xff\xd9", at) >= 0
        else:
            at += 2 + int(struct.unpack_from(">H", content, at + 2)[0])
    return False


def _gif_ends(content: bytes) -> bool:
    return len(content) > 13 and content.rstrip(b"\0").endswith(b";")


def _webp_ends(content: bytes) -> bool:
    return len(content) > 20 and int(struct.unpack_from("<I", content, 4)[0]) + 8 <= len(content)


def _heic_ends(content: bytes) -> bool:
    at, boxes = 0, set()
    while at < len(content):
        size, name = struct.unpack_from(">I4s", content, at)
        boxes.add(name)
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, at + 8)
        at = at + size if size >= 8 else len(content)  # 0 is for all that is left
    return at == len(content) and {b"meta", b"mdat"} <= boxes


def _pdf_ends(content: bytes) -> bool:
    return b"%%EOF" in content[-_PDF_END:]


_ENDS: Mapping[Kind, Callable[[bytes], bool]] = MappingProxyType(
    {PNG: _png_ends, JPEG: _jpeg_ends, GIF: _gif_ends, WEBP: _webp_ends, HEIC: _heic_ends, PDF: _pdf_ends}
)
