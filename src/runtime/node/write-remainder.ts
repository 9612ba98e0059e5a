/**
 * What is left of `buffers` after the first `written` bytes of them; empty buffers at the front go too, so
 * that an empty answer means done. The answer is `buffers` itself where nothing is to be taken off.
 */
export function writeRemainder(
  buffers: readonly Uint8Array[],
  written: number,
): readonly Uint8Array[] {
  let left = written;
  let index = 0;
  while (index < buffers.length) {
    const length = (buffers[index] as Uint8Array).length;
    if (length > left) break;
    left -= length;
    index++;
  }
  if (index === 0 && left === 0) return buffers;
  const rest = buffers.slice(index);
  if (left > 0) rest[0] = (rest[0] as Uint8Array).subarray(left);
  return rest;
}
