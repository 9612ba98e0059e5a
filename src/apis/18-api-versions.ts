/**
 * ApiVersions, versions 0-4.
 *
 * Lists what is served, and the features (KIP-584) that Apache's tools look for. A request of a version that
 * is not known is answered in version 0 with UNSUPPORTED_VERSION and the versions of this API (KIP-511);
 * the dispatcher sees to that with `unsupportedApiVersions`.
 *
 * Versions: 3 asks for the client's name and version; before 4, features that start at 0 cannot be shown.
 *
 * Gaps: of Apache's features those are missing that stand for something that is not served.
 */
import { errorCodes } from '../protocol/error-codes.ts';
import { apiVersionsRequest, apiVersionsResponse } from '../protocol/messages/api-versions.ts';
import type { Encodable } from '../protocol/schema.ts';
import { defineApi } from './api.ts';
import { servedFeatures } from './features.ts';
import type { ServedVersions } from './services.ts';

/** What Apache asks of a client's name and version. */
const softwarePattern = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;
/** Old librdkafka takes a broker without Produce 0 for one that is too old (KAFKA-18659). */
const advertisedProduceMin = 0;
const produceKey = 0;

/** Serves ApiVersions. */
export const apiVersionsApi = defineApi({
  name: 'ApiVersions',
  request: apiVersionsRequest,
  response: apiVersionsResponse,
  handle({ request, apiVersion }, services) {
    if (apiVersion >= 3) {
      const { clientSoftwareName, clientSoftwareVersion } = request;
      if (
        !softwarePattern.test(clientSoftwareName) ||
        !softwarePattern.test(clientSoftwareVersion)
      ) {
        return { errorCode: errorCodes.INVALID_REQUEST, apiKeys: [] };
      }
    }
    return {
      errorCode: 0,
      apiKeys: services.served.map(advertised),
      supportedFeatures: servedFeatures,
      finalizedFeaturesEpoch: BigInt(services.partitions.revision),
      finalizedFeatures: servedFeatures.map(({ name, maxVersion }) => ({
        name,
        minVersionLevel: maxVersion,
        maxVersionLevel: maxVersion,
      })),
    };
  },
});

function advertised({ key, minVersion, maxVersion }: ServedVersions) {
  return {
    apiKey: key,
    minVersion: key === produceKey ? advertisedProduceMin : minVersion,
    maxVersion,
  };
}

/** The answer, in version 0, to an ApiVersions request of a version that is not served. */
export function unsupportedApiVersions(): Encodable<typeof apiVersionsResponse> {
  return { errorCode: errorCodes.UNSUPPORTED_VERSION, apiKeys: [advertised(apiVersionsApi)] };
}
