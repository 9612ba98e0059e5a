import { refuse, type Decision, type Refusal } from '../controller/decision.ts';
import type { ClusterImage } from '../metadata/image.ts';
import { lacksRoom } from '../storage/storage-failure.ts';
import { hasCode, type OdradekError } from '../util/odradek-error.ts';
import type { MetadataCommands } from './metadata-commands.ts';

/**
 * What `decide` comes to. Where there is no room to write the metadata, its disk fails, or it is in an etcd that
 * refuses it, it is what `refused` makes of a refusal with KAFKA_STORAGE_ERROR instead, and the cluster is as it
 * was. Where the metadata does not answer in time it is one with REQUEST_TIMED_OUT, and nobody knows. A request that was too large for one commit
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
    if (!isOfStore(error)) throw error;
    const code = hasCode(error, 'TIMED_OUT') ? 'REQUEST_TIMED_OUT' : 'KAFKA_STORAGE_ERROR';
    return refused(refuse(code, error.message));
  }
}

/** Whether the metadata could not be written, rather than the broker having stopped or a defect. */
export function isOfStore(error: unknown): error is OdradekError {
  if (lacksRoom(error) || hasCode(error, 'IO_ERROR')) return true;
  return hasCode(error, 'TIMED_OUT') || hasCode(error, 'METADATA_REFUSED');
}
