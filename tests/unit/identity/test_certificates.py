from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
from cryptography import x509

from localcloud.identity.certificates import LIFETIME, RENEW_BEFORE, ensure_certificates


def test_the_certificate_names_every_loopback_address(tmp_path: Path) -> None:
    found = ensure_certificates(tmp_path)

    certificate = x509.load_pem_x509_certificate(found.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]
    assert found.key.stat().st_mode & 0o077 == 0


def test_the_bundle_holds_the_public_authorities_and_the_local_one(tmp_path: Path) -> None:
    found = ensure_certificates(tmp_path)

    bundle = found.bundle.read_bytes()
    assert Path(certifi.where()).read_bytes() in bundle
    assert bundle.endswith(found.authority.read_bytes())


def test_certificates_are_kept_until_shortly_before_they_expire(tmp_path: Path) -> None:
    first = ensure_certificates(tmp_path).certificate.read_bytes()
    expiry = datetime.now(UTC) + LIFETIME

    assert ensure_certificates(tmp_path, expiry - RENEW_BEFORE - timedelta(days=1)).certificate.read_bytes() == first
    assert ensure_certificates(tmp_path, expiry - RENEW_BEFORE + timedelta(days=1)).certificate.read_bytes() != first


@pytest.mark.parametrize("name", ["ca.pem", "server.pem", "server.key"])
def test_damaged_files_are_replaced_by_a_working_set(tmp_path: Path, name: str) -> None:
    ensure_certificates(tmp_path)
    (tmp_path / name).write_text("damaged")

    found = ensure_certificates(tmp_path)

    found.server_context()
    assert found.client_context().cert_store_stats() == {"x509": 1, "crl": 0, "x509_ca": 1}
