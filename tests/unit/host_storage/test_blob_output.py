"""What a blob output writes for each kind of value."""

import pytest

from localcloud.host.model import NULL, Datum
from localcloud.host.triggers.storage.blob_bindings import write_output


class Written:
    """Stands for connections, service and blob; keeps what is written."""

    def __init__(self) -> None:
        self.blobs_written: list[tuple[str, str, bytes]] = []
        self._place = ("", "")

    def blobs(self, _connection: str) -> "Written":
        return self

    def get_blob_client(self, container: str, name: str) -> "Written":
        self._place = (container, name)
        return self

    async def upload_blob(self, content: bytes, *, overwrite: bool) -> None:
        assert overwrite
        self.blobs_written.append((*self._place, content))


@pytest.mark.parametrize(
    ("value", "content"),
    [
        (Datum("string", "tä"), "tä".encode()),
        (Datum("bytes", b"\xff\x00"), b"\xff\x00"),
        (Datum("json", '{"a":1}'), b'{"a":1}'),
        (Datum("int", 5), b"5"),
        (Datum("double", 1.5), b"1.5"),
        (Datum("string", ""), b""),
    ],
)
async def test_a_value_is_written_as_bytes_or_text(value: Datum, content: bytes) -> None:
    written = Written()
    await write_output({}, "c/{x}.txt", {"x": "n"}, written, value)  # type: ignore[arg-type]  # stands for them
    assert written.blobs_written == [("c", "n.txt", content)]


async def test_no_value_writes_nothing() -> None:
    written = Written()
    await write_output({}, "c/n", {}, written, NULL)  # type: ignore[arg-type]  # stands for them
    assert written.blobs_written == []
