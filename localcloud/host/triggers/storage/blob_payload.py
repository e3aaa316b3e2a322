"""The trigger metadata of a blob, in the names and forms of the real host."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from azure.storage.blob import BlobProperties

from localcloud.host.model import Datum

_BLOB_TYPES = {"PageBlob": 1, "BlockBlob": 2, "AppendBlob": 3}
_LEASE_STATUS = {"locked": 1, "unlocked": 2}
_LEASE_STATES = {"available": 1, "leased": 2, "expired": 3, "breaking": 4, "broken": 5}
_LEASE_DURATIONS = {"fixed": 1, "infinite": 2}
_TIERS = {"Hot": 1, "Cool": 2, "Archive": 3}


def metadata_of(blob: BlobProperties, path: str, url: str, parts: Mapping[str, str]) -> dict[str, Datum]:
    """The metadata of a blob at `path` (`container/name`); `parts` are what the trigger's pattern found in its name."""
    return {
        **{name: Datum("string", text) for name, text in parts.items()},
        "BlobTrigger": Datum("string", path),
        "Uri": _json(url),
        "Metadata": _json(dict(blob.metadata or {})),
        "Properties": _json(_properties(blob)),
    }


def quoted(etag: str | None) -> str:
    """An ETag with its quotes, which lists of blobs leave out."""
    return f'"{(etag or "").strip(chr(34))}"'


def _properties(blob: BlobProperties) -> dict[str, Any]:
    content, lease = blob.content_settings, blob.lease
    md5 = content.content_md5
    return {
        "CacheControl": content.cache_control,
        "ContentDisposition": content.content_disposition,
        "ContentEncoding": content.content_encoding,
        "ContentLanguage": content.content_language,
        "Length": blob.size,
        "ContentMD5": _base64(md5),
        "ContentType": content.content_type,
        "ETag": quoted(blob.etag),
        "Created": _time(blob.creation_time),
        "LastModified": _time(blob.last_modified),
        "BlobType": _BLOB_TYPES.get(_word(blob.blob_type), 0),
        "LeaseStatus": _LEASE_STATUS.get(_word(lease.status), 0),
        "LeaseState": _LEASE_STATES.get(_word(lease.state), 0),
        "LeaseDuration": _LEASE_DURATIONS.get(_word(lease.duration), 0),
        "PageBlobSequenceNumber": blob.page_blob_sequence_number,
        "AppendBlobCommittedBlockCount": blob.append_blob_committed_block_count,
        "IsServerEncrypted": bool(blob.server_encrypted),
        "IsIncrementalCopy": False,
        "StandardBlobTier": _TIERS.get(_word(blob.blob_tier)),
        "RehydrationStatus": None,
        "PremiumPageBlobTier": None,
        "BlobTierInferred": blob.blob_tier_inferred,
        "BlobTierLastModifiedTime": _time(blob.blob_tier_change_time),
        "DeletedTime": None,
        "RemainingDaysBeforePermanentDelete": None,
    }


def _word(value: Any) -> str:
    return str(getattr(value, "value", value))


def _base64(value: bytes | bytearray | None) -> str | None:
    return base64.b64encode(value).decode() if value else None


def _time(moment: datetime | None) -> str | None:
    return moment.replace(microsecond=0).isoformat() if moment else None


def _json(value: Any) -> Datum:
    return Datum("json", json.dumps(value, ensure_ascii=False, separators=(",", ":")))
