"""Where the receipts of blobs are kept."""

from azure.storage.blob.aio import ContainerClient

from localcloud.host.triggers.storage.blob_receipts import Receipts


class Names:
    """A container that notes which blobs are asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get_blob_client(self, name: str) -> ContainerClient | None:
        self.asked.append(name)
        return None


def test_a_receipt_is_where_the_real_host_has_it() -> None:
    names = Names()
    Receipts(names, "host", "Host.Functions.f").of("c", "d/ä.txt", "0x1")  # type: ignore[arg-type]  # stands for one
    assert names.asked == ['blobreceipts/host/Host.Functions.f/"0x1"/c/d/ä.txt']


def test_blobs_with_the_longest_names_have_receipts_of_their_own() -> None:
    names = Names()
    receipts = Receipts(names, "h" * 32, "Host.Functions.f")  # type: ignore[arg-type]  # stands for one
    for blob in ("x" * 1024, "x" * 1023 + "y", "x" * 1024):
        receipts.of("c" * 63, blob, "0x1")
    first, second, again = names.asked
    assert first == again != second
    assert max(len(first), len(second)) <= 1024
