import { invalidConfig } from './invalid-config.ts';
import type { TypedValues } from './typed-values.ts';

/** Where the cluster's metadata is kept, and how it is reached where that is etcd. Paths are as they were set. */
export interface MetadataStoreConfig {
  /** `embedded`, or an address of etcd; with a password in it, which is refused, it must not be shown. */
  readonly address: string;
  readonly user: string | undefined;
  /** At most one of the two. */
  readonly password: string | undefined;
  readonly passwordFile: string | undefined;
  readonly tlsCaFile: string | undefined;
  /** Both, or neither. */
  readonly tlsCertificateFile: string | undefined;
  readonly tlsKeyFile: string | undefined;
  readonly tlsKeyPassword: string | undefined;
  /** Of one request, in all. */
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
  /** 0: it is not ours to compact. */
  readonly historyMs: number;
}

/** Throws `INVALID_CONFIG` where the values contradict each other. */
export function resolveMetadataStoreConfig(values: TypedValues): MetadataStoreConfig {
  const config: MetadataStoreConfig = {
    address: values.text('odradek.metadata.store'),
    user: values.optionalText('odradek.metadata.user'),
    password: values.optionalText('odradek.metadata.password'),
    passwordFile: values.optionalText('odradek.metadata.password.file'),
    tlsCaFile: values.optionalText('odradek.metadata.tls.ca.file'),
    tlsCertificateFile: values.optionalText('odradek.metadata.tls.certificate.file'),
    tlsKeyFile: values.optionalText('odradek.metadata.tls.key.file'),
    tlsKeyPassword: values.optionalText('odradek.metadata.tls.key.password'),
    timeoutMs: values.integer('odradek.metadata.timeout.ms'),
    answerBytesMax: values.integer('odradek.metadata.answer.max.bytes'),
    historyMs: values.integer('odradek.metadata.history.ms'),
  };
  refuseContradictions(config);
  return config;
}

function refuseContradictions(config: MetadataStoreConfig): void {
  const { user, password, passwordFile, tlsCertificateFile, tlsKeyFile } = config;
  if (password !== undefined && passwordFile !== undefined) {
    const expected = 'none where odradek.metadata.password is set';
    throw invalidConfig('odradek.metadata.password.file', passwordFile, expected);
  }
  const hasPassword = password !== undefined || passwordFile !== undefined;
  if (user !== undefined && !hasPassword) {
    const expected = 'a password too: odradek.metadata.password.file or odradek.metadata.password';
    throw invalidConfig('odradek.metadata.user', user, expected);
  }
  if (user === undefined && hasPassword) {
    throw invalidConfig('odradek.metadata.user', '', 'whose the password is');
  }
  if ((tlsCertificateFile === undefined) !== (tlsKeyFile === undefined)) {
    const key = tlsKeyFile === undefined ? 'key' : 'certificate';
    const expected = 'a file, as the other of certificate and key has one';
    throw invalidConfig(`odradek.metadata.tls.${key}.file`, '', expected);
  }
}
