import type { Files } from '../runtime/runtime.ts';
import { BatchCache } from './batch-cache.ts';
import type { LogManagerLimits } from './log-manager-options.ts';
import type { LogModules } from './log.ts';
import { OpenFiles } from './open-files.ts';
import { ReadBuffers } from './read-buffers.ts';

/** The bounds and caches that all logs of a broker share. */
export function sharedByLogs(
  limits: LogManagerLimits,
  files: Files,
): Pick<
  LogModules,
  'openFiles' | 'batchCache' | 'readBuffers' | 'decompressedBytesMax' | 'blockingWriteBytesMax'
> {
  return {
    openFiles: new OpenFiles({ openFilesMax: limits.openFilesMax }, { files }),
    batchCache: new BatchCache({ budgetBytes: limits.batchCacheBytes }),
    readBuffers: new ReadBuffers({ pooledBytesMax: limits.readBufferBytes }),
    decompressedBytesMax: limits.decompressedBytesMax,
    blockingWriteBytesMax: limits.blockingWriteBytesMax,
  };
}
