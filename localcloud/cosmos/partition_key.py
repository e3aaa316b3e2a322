"""Partition keys: from documents, from headers, and as effective partition key (EPK) hashes.

The hash of version 2 keys is MurmurHash3 x64 128 over type byte and value, bytes reversed, the two highest bits
cleared: identical to what the SDKs compute.
"""

import struct
from typing import Any

import mmh3

from localcloud.cosmos.errors import bad_request
from localcloud.cosmos.json_text import parsed, text

UNDEFINED: dict[str, Any] = {}
"""How a missing partition key stands in a header: `[{}]`."""

_EXACT = 2**53
"""Up to here every integer is a double of its own."""

KeyValue = str | float | bool | dict[str, Any] | None


def key_of(document: dict[str, Any], path: str) -> KeyValue:
    """The value at a path such as `/a/b`; objects, arrays and missing values count as undefined."""
    value: Any = document
    for part in path.strip("/").split("/"):
        value = value.get(part.strip('"'), UNDEFINED) if isinstance(value, dict) else UNDEFINED
    return UNDEFINED if isinstance(value, dict | list) else value


def key_from_header(header: str) -> KeyValue:
    """The one value of an `x-ms-documentdb-partitionkey` header. Raises a 400."""
    values = parsed(header.encode("utf-8", "surrogateescape"), "partition key")
    if not isinstance(values, list) or len(values) != 1:
        raise bad_request("The partition key header must hold one value for this container.", 1001)
    value = values[0]
    if isinstance(value, list) or (isinstance(value, dict) and value):
        raise bad_request("A partition key is a string, a number, a boolean or null.", 1001)
    return UNDEFINED if isinstance(value, dict) else value


def canonical(value: KeyValue) -> str:
    """The key as it is stored: JSON in which 1 and 1.0 are the same."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)  # the service's numbers are doubles
        value = int(number) if number.is_integer() and abs(number) <= _EXACT else number
    return text([value]).decode()


def effective_key(value: KeyValue) -> str:
    """The EPK of one value, 32 upper-case hexadecimal digits."""
    digest = bytearray(reversed(mmh3.hash_bytes(_encoded(value), 0, x64arch=True)))
    digest[0] &= 0x3F
    return digest.hex().upper()


def _encoded(value: KeyValue) -> bytes:
    if isinstance(value, dict):
        return b"\x00"
    if value is None:
        return b"\x01"
    if isinstance(value, bool):
        return b"\x03" if value else b"\x02"
    if isinstance(value, str):
        return b"\x08" + value.encode() + b"\xff"
    return b"\x05" + struct.pack("<d", float(value))
