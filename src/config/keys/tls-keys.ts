import { parseKeyTable } from '../config-key.ts';

/** Broker keys about TLS. */
export const tlsKeys = parseKeyTable(
  'broker',
  `
security.providers | STRING | null |  | low | read-only | ignored
    Java classes that provide security algorithms.
ssl.allow.dn.changes | BOOLEAN | false |  | low | read-only | later
    Whether a new certificate may have another name.
ssl.allow.san.changes | BOOLEAN | false |  | low | read-only | later
    Whether a new certificate may have other host names.
ssl.cipher.suites | LIST | "" |  | medium | per-broker | later
    The cipher suites that may be used.
ssl.client.auth | STRING | none | [required, requested, none] | medium | per-broker | later
    Whether clients need a certificate.
ssl.enabled.protocols | LIST | TLSv1.2,TLSv1.3 |  | medium | per-broker | later
    The versions of TLS that may be used.
ssl.endpoint.identification.algorithm | STRING | https |  | low | per-broker | later
    How the host name of the other side is verified.
ssl.engine.factory.class | CLASS | null |  | low | per-broker | ignored
    A Java class that makes TLS engines.
ssl.key.password | PASSWORD | null |  | medium | per-broker | later
    Password of the private key.
ssl.keymanager.algorithm | STRING | SunX509 |  | medium | per-broker | ignored
    Algorithm of Java's key manager.
ssl.keystore.certificate.chain | PASSWORD | null |  | medium | per-broker | later
    The broker's certificates, in PEM.
ssl.keystore.key | PASSWORD | null |  | medium | per-broker | later
    The broker's private key, in PEM.
ssl.keystore.location | STRING | null |  | medium | per-broker | later
    File of the broker's key and certificates.
ssl.keystore.password | PASSWORD | null |  | medium | per-broker | later
    Password of that file.
ssl.keystore.type | STRING | JKS |  | medium | per-broker | later
    Format of that file.
ssl.principal.mapping.rules | STRING | DEFAULT |  | low | read-only | later
    How the name in a certificate becomes a user name.
ssl.protocol | STRING | TLSv1.3 |  | medium | per-broker | later
    The version of TLS that is preferred.
ssl.provider | STRING | null |  | medium | per-broker | ignored
    Name of Java's security provider.
ssl.secure.random.implementation | STRING | null |  | low | per-broker | ignored
    Source of randomness in Java.
ssl.trustmanager.algorithm | STRING | PKIX |  | medium | per-broker | ignored
    Algorithm of Java's trust manager.
ssl.truststore.certificates | PASSWORD | null |  | medium | per-broker | later
    Certificates that are trusted, in PEM.
ssl.truststore.location | STRING | null |  | medium | per-broker | later
    File of the certificates that are trusted.
ssl.truststore.password | PASSWORD | null |  | medium | per-broker | later
    Password of the file of trusted certificates.
ssl.truststore.type | STRING | JKS |  | medium | per-broker | later
    Format of the file of trusted certificates.
`,
);
