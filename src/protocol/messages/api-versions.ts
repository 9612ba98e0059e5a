import {
  array,
  bigint64,
  bool,
  int16,
  int32,
  request,
  response,
  string,
  struct,
} from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks a broker which APIs it serves and in which versions, before anything else is sent (KIP-35). From
 * version 3 on it names the client's software (KIP-511).
 */
export const apiVersionsRequest = request(
  { apiKey: 18, name: 'ApiVersionsRequest', versions: '0-4', flexible: '3+' },
  {
    clientSoftwareName: string({ versions: '3+', ignorable: true }),
    clientSoftwareVersion: string({ versions: '3+', ignorable: true }),
  },
);

/** What `apiVersionsRequest` decodes to. */
export interface ApiVersionsRequest extends Infer<typeof apiVersionsRequest> {}

/**
 * The ranges of versions served, and the features that the broker supports and the cluster has finalized
 * (KIP-584). Its header is always version 0; a request of a version that is not known is answered with
 * version 0 of this and UNSUPPORTED_VERSION (KIP-511). From version 4 on a feature may have 0 for its
 * lowest version.
 */
export const apiVersionsResponse = response(
  { apiKey: 18, name: 'ApiVersionsResponse', versions: '0-4', flexible: '3+' },
  {
    errorCode: int16(),
    apiKeys: array(struct({ apiKey: int16(), minVersion: int16(), maxVersion: int16() })),
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    supportedFeatures: array(struct({ name: string(), minVersion: int16(), maxVersion: int16() }), {
      versions: '3+',
      tag: 0,
      ignorable: true,
    }),
    finalizedFeaturesEpoch: bigint64({ versions: '3+', tag: 1, default: -1n, ignorable: true }),
    finalizedFeatures: array(
      struct({ name: string(), maxVersionLevel: int16(), minVersionLevel: int16() }),
      { versions: '3+', tag: 2, ignorable: true },
    ),
    zkMigrationReady: bool({ versions: '3+', tag: 3, default: false, ignorable: true }),
  },
);

/** What `apiVersionsResponse` decodes to. */
export interface ApiVersionsResponse extends Infer<typeof apiVersionsResponse> {}
