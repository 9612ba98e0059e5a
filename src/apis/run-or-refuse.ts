import { refuse, type Decision, type Refusal } from '../controller/decision.ts';
import type { ClusterImage } from '../metadata/image.ts';
import { lacksRoom } from '../storage/storage-failure.ts';
import { hasCode, type OdradekError } from '../util/odradek-error.ts';
import type { MetadataCommands } from './metadata-commands.ts';

/**
 * What `decide` comes to. Where there is no room to write the metadata, or its disk fails, it is what `refused` makes of a refusal
 * with KAFKA_STORAGE_ERROR instead, and the cluster is as it was. A request that was too large for one commit
 * may then have been carried out in part: asked for again, it finds what it has made.
 */
export async function runOrRefuse<Result>(
  metadata: MetadataCommands,
  decide: (image: ClusterImage) => Decision<Result>,
  refused: (refusal: Refusal) => readonly Result[],
): Promise<readonly Result[]> {
  try {
    return await metadata.run(decide);
  } catch (error) {
    if (!isOfDisk(error)) throw error;
    return refused(refuse('KAFKA_STORAGE_ERROR', error.message));
  }
}

/** Whether the metadata could not be written, rather than the broker having stopped or a defect. */
export function isOfDisk(error: unknown): error is OdradekError {
  return lacksRoom(error) || hasCode(error, 'IO_ERROR');
}
