"""A local certificate authority and one server certificate, made at the first start and kept in the data folder.

The authority's key is thrown away once it has signed: nothing else can ever be signed with it.
"""

import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from localcloud.atomic_file import write_atomically

LIFETIME = timedelta(days=825)
"""The longest that TLS clients accept for a server certificate."""
RENEW_BEFORE = timedelta(days=30)
_NAMES: Sequence[x509.GeneralName] = (
    x509.DNSName("localhost"),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    x509.IPAddress(ipaddress.ip_address("::1")),
)


@dataclass(frozen=True)
class Certificates:
    """Paths of PEM files."""

    authority: Path
    certificate: Path
    key: Path
    bundle: Path
    """The public authorities of certifi and the local one: for REQUESTS_CA_BUNDLE and SSL_CERT_FILE."""

    def server_context(self) -> ssl.SSLContext:
        """A context for servers on loopback."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def client_context(self) -> ssl.SSLContext:
        """A context for clients that trusts the local authority alone."""
        return ssl.create_default_context(cafile=str(self.authority))


def chosen_context(certificate: Path | None, key: Path | None, data: Path) -> ssl.SSLContext:
    """The context of a server: of the given PEM files, else of localcloud's own certificate in the data folder.

    Raises OSError (ssl.SSLError included), and ValueError when only one of the two files is given.
    """
    if (certificate is None) != (key is None):
        raise ValueError("--cert and --key belong together")
    if certificate is None:
        return ensure_certificates(data / "certificates").server_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def ensure_certificates(folder: Path, now: datetime | None = None) -> Certificates:
    """The certificates in `folder`, made or renewed when they are missing, damaged or expire within RENEW_BEFORE."""
    found = Certificates(*(folder / name for name in ("ca.pem", "server.pem", "server.key", "bundle.pem")))
    moment = now or datetime.now(UTC)
    if not _usable(found, moment):
        folder.mkdir(parents=True, exist_ok=True)
        _create(found, moment)
    _replace(found.bundle, Path(certifi.where()).read_bytes() + b"\n" + found.authority.read_bytes())
    return found


def _usable(found: Certificates, now: datetime) -> bool:
    try:
        found.server_context()
        found.client_context()
        certificate = x509.load_pem_x509_certificate(found.certificate.read_bytes())
        authority = x509.load_pem_x509_certificate(found.authority.read_bytes())
        certificate.verify_directly_issued_by(authority)
    except Exception:  # whatever is wrong with the files, new ones are the remedy
        return False
    return certificate.not_valid_after_utc - now > RENEW_BEFORE


def _create(target: Certificates, now: datetime) -> None:
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority_name = _name("localcloud development authority")
    authority = (
        _builder(authority_name, authority_name, authority_key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_authority_usage(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    certificate = (
        _builder(_name("localhost"), authority_name, server_key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(_NAMES), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    key_text = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _replace(target.authority, authority.public_bytes(serialization.Encoding.PEM))
    _replace(target.key, key_text)
    _replace(target.certificate, certificate.public_bytes(serialization.Encoding.PEM))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _authority_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _replace(path: Path, content: bytes) -> None:
    """Writes atomically, for its owner alone, and only when something changes."""
    if path.is_file() and path.read_bytes() == content:
        return
    write_atomically(path, content)
