"""What Slack tells of a file that somebody shared in it."""

from collections.abc import Mapping
from typing import Any

from .outcomes import OfferedFile, Refusal

# Slack keeps the name to itself where a file comes from another workspace.
NAMELESS = "file"
# A file as it was uploaded; the others are texts, pages and tables that Slack itself shows.
_UPLOADED = ("", "hosted")
_MODES = {"tombstone": Refusal.GONE, "hidden_by_limit": Refusal.HIDDEN, "external": Refusal.ELSEWHERE}
_ACCESS = {"file_not_found": Refusal.GONE, "access_denied": Refusal.ELSEWHERE}
# Of a file of another workspace the message says nothing, and what there is is asked for.
_TO_ASK = "check_file_info"


def offered(file: Mapping[str, Any]) -> OfferedFile:
    """A file as it was given."""
    size = file.get("size")
    return OfferedFile(
        str(file.get("id") or ""),
        str(file.get("name") or file.get("title") or NAMELESS),
        str(file.get("mimetype") or ""),
        size if isinstance(size, int) else 0,
    )


def refused(file: Mapping[str, Any], member: str) -> Refusal | None:
    """Why a file is none that this member uploaded here, where it is none."""
    mode, access = str(file.get("mode") or ""), str(file.get("file_access") or "")
    if mode in _MODES:
        return _MODES[mode]
    if access in _ACCESS:
        return _ACCESS[access]
    if file.get("is_external") or file.get("external_type") or access == _TO_ASK:
        return Refusal.ELSEWHERE
    if file.get("user") != member:
        return Refusal.NOT_YOURS
    return None if mode in _UPLOADED else Refusal.OTHER_KIND


def address(file: Mapping[str, Any]) -> str:
    """Where a file can be fetched; "" where Slack names no place."""
    return str(file.get("url_private_download") or file.get("url_private") or "")
