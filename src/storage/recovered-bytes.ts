import type { Segment } from './segment.ts';

/** Bytes that are read and written at once; the write blocks. */
const pieceBytes = 256 * 1024;

/**
 * Writes once more what recovery found beyond the recovery point. It may be in memory alone: when an fsync
 * fails, the system forgets that its pages are not on the disk, and a later fsync that succeeds says nothing
 * of them. So they are made new before the first flush. Rejects as `Files` does, and may be called again then.
 *
 * `truncationCount` tells how often the log was cut.
 */
export async function writeRecoveredAgain(
  segment: Segment,
  truncationCount: () => number,
): Promise<void> {
  const buffer = new Uint8Array(pieceBytes);
  for (;;) {
    const { recovered } = segment;
    const toPosition = Math.min(recovered?.toPosition ?? 0, segment.sizeBytes);
    if (recovered === undefined || recovered.fromPosition >= toPosition || segment.isRemoved) break;
    const { fromPosition } = recovered;
    const piece = buffer.subarray(0, Math.min(pieceBytes, toPosition - fromPosition));
    const countBefore = truncationCount();
    const handle = segment.file.pin();
    try {
      const readBytes = await handle.readAsync(piece, fromPosition);
      // What was cut, and maybe written anew, must not come back.
      if (truncationCount() !== countBefore || segment.isRemoved) continue;
      if (readBytes > 0) handle.writev([piece.subarray(0, readBytes)], fromPosition);
      const isAtEnd = readBytes < piece.length;
      segment.recovered = {
        fromPosition: isAtEnd ? toPosition : fromPosition + readBytes,
        toPosition,
      };
    } finally {
      segment.file.unpin();
    }
  }
  // Where the file ends may be known to memory alone, too.
  if (!segment.isRemoved) segment.cutFile();
  segment.recovered = undefined;
}
