"""A certificate authority of the tests' own, and what it issues for loopback."""

import ssl
from datetime import datetime, timedelta, timezone
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_CA = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The tests' authority")])
_HOST = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])


@cache
def serving(*, host: str = "localhost") -> ssl.SSLContext:
    """What a server on loopback shows: a certificate for `host`, and for 127.0.0.1 if localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "localhost":
        names.append(x509.IPAddress(ip_address("127.0.0.1")))
    made = (
        _valid(x509.CertificateBuilder().subject_name(_HOST).public_key(key.public_key()))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(_authority()[1], hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
        context.load_cert_chain(path)
    return context


def trusting() -> ssl.SSLContext:
    """What trusts the tests' authority, and nobody else."""
    pem = _authority()[0].public_bytes(serialization.Encoding.PEM).decode()
    return ssl.create_default_context(cadata=pem)


@cache
def _authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _valid(x509.CertificateBuilder().subject_name(_CA).public_key(key.public_key()))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made, key


def _valid(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    now = datetime.now(timezone.utc)
    return (
        builder.issuer_name(_CA)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
