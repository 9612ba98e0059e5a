/**
 * UpdateFeatures, versions 0-2.
 *
 * Judges changes of the levels of features (KIP-584). Every feature is at its highest level, and none can be
 * lowered, as Apache lowers none of what is here; so what is not refused changes nothing.
 *
 * Versions: 1 has types of upgrades and `validateOnly`; 2 answers for all features together (KIP-1022).
 *
 * Gaps: none.
 */
import { refuse, type Refusal } from '../controller/decision.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import {
  updateFeaturesRequest,
  updateFeaturesResponse,
  type UpdateFeaturesRequest,
} from '../protocol/messages/update-features.ts';
import { defineApi } from './api.ts';
import { servedFeatures } from './features.ts';

type FeatureUpdate = UpdateFeaturesRequest['featureUpdates'][number];

const upgradeTypes = { upgrade: 1, safeDowngrade: 2, unsafeDowngrade: 3 } as const;
const knownTypes: readonly number[] = Object.values(upgradeTypes);

/** Serves UpdateFeatures. */
export const updateFeaturesApi = defineApi({
  name: 'UpdateFeatures',
  request: updateFeaturesRequest,
  response: updateFeaturesResponse,
  handle({ request: { featureUpdates }, apiVersion }, { nodeId }) {
    for (const update of featureUpdates) {
      const upgradeType = apiVersion === 0 ? typeOfVersion0(update) : update.upgradeType;
      const refusal = updateProblem({ ...update, upgradeType }, nodeId);
      if (refusal === undefined) continue;
      const errorMessage =
        'The update failed for all features since the following feature had an error: ' +
        refusal.message;
      return {
        throttleTimeMs: 0,
        errorCode: errorCodes[refusal.error],
        errorMessage,
        results: [],
      };
    }
    const done = featureUpdates.map(({ feature }) => ({
      feature,
      errorCode: 0,
      errorMessage: 'NONE',
    }));
    return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, results: done };
  },
});

function typeOfVersion0({ allowDowngrade }: FeatureUpdate): number {
  return allowDowngrade ? upgradeTypes.safeDowngrade : upgradeTypes.upgrade;
}

/** Why a feature cannot have the level, worded as Apache words it; undefined where it has it already. */
function updateProblem(
  { feature, maxVersionLevel: level, upgradeType }: FeatureUpdate,
  nodeId: number,
): Refusal | undefined {
  const problem = levelProblem(feature, level, upgradeType, nodeId);
  if (problem !== undefined) {
    const message = `Invalid update version ${level} for feature ${feature}. ${problem}`;
    return refuse('INVALID_UPDATE_VERSION', message);
  }
  const current = servedFeatures.find(({ name }) => name === feature)?.maxVersion;
  if (level === current) return undefined;
  const why =
    upgradeType === upgradeTypes.unsafeDowngrade
      ? 'Unsafe metadata downgrade is not supported in this version.'
      : 'Refusing to perform the requested downgrade because it might delete metadata information.';
  const message = `Unsupported ${feature} downgrade from ${current} to ${level}. ${why}`;
  return refuse('INVALID_UPDATE_VERSION', message);
}

function levelProblem(
  feature: string,
  level: number,
  upgradeType: number,
  nodeId: number,
): string | undefined {
  if (!knownTypes.includes(upgradeType)) {
    return 'The controller does not support the given upgrade type.';
  }
  if (level < 0) return 'A feature version cannot be less than 0.';
  const known = servedFeatures.find(({ name }) => name === feature);
  if (known === undefined) {
    if (level === 0) return `Feature ${feature} not found.`;
    return `Local controller ${nodeId} does not support this feature.`;
  }
  const { minVersion, maxVersion } = known;
  if (level < minVersion || level > maxVersion) {
    return `Local controller ${nodeId} only supports versions ${minVersion}-${maxVersion}`;
  }
  if (level === maxVersion || upgradeType !== upgradeTypes.upgrade) return undefined;
  return (
    "Can't downgrade the version of this feature without setting the upgrade type to either " +
    'safe or unsafe downgrade.'
  );
}
