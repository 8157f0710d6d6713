import { execFileSync } from "node:child_process";
import { testPython } from "../python.ts";

/** A private key and a certificate for 127.0.0.1 that it signs itself, both as PEM. Node can make none. */
export function createCertificate(): { readonly key: string; readonly cert: string } {
  return JSON.parse(execFileSync(testPython(), ["-c", MAKE_CERTIFICATE], { encoding: "utf8" })) as {
    key: string;
    cert: string;
  };
}

const MAKE_CERTIFICATE = `
import datetime, ipaddress, json
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
now = datetime.datetime.now(datetime.timezone.utc)
cert = (
    x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
    .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
    .sign(key, hashes.SHA256())
)
pem = serialization.Encoding.PEM
private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
print(json.dumps({"key": private.decode(), "cert": cert.public_bytes(pem).decode()}))
`;
