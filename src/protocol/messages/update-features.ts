import { array, bool, int16, int32, int8, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Changes the finalized versions of features (KIP-584), or with `validateOnly` says what would happen
 * (KIP-778).
 */
export const updateFeaturesRequest = request(
  { apiKey: 57, name: 'UpdateFeaturesRequest', versions: '0-2', flexible: '0+' },
  {
    timeoutMs: int32({ default: 60000 }),
    featureUpdates: array(
      struct({
        feature: string(),
        maxVersionLevel: int16(),
        allowDowngrade: bool({ versions: '0' }),
        upgradeType: int8({ versions: '1+', default: 1 }),
      }),
    ),
    validateOnly: bool({ versions: '1+', default: false }),
  },
);

/** What `updateFeaturesRequest` decodes to. */
export interface UpdateFeaturesRequest extends Infer<typeof updateFeaturesRequest> {}

/** The outcome: for each feature before version 2, for all together since (KIP-1022). */
export const updateFeaturesResponse = response(
  { apiKey: 57, name: 'UpdateFeaturesResponse', versions: '0-2', flexible: '0+' },
  {
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: true }),
    results: array(
      struct({ feature: string(), errorCode: int16(), errorMessage: string({ nullable: true }) }),
      { versions: '0-1', ignorable: true },
    ),
  },
);

/** What `updateFeaturesResponse` decodes to. */
export interface UpdateFeaturesResponse extends Infer<typeof updateFeaturesResponse> {}
