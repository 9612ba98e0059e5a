import { hasCode } from '../util/odradek-error.ts';

/**
 * What `look` says of a directory; undefined where it cannot be read, and is offline. Want of descriptors is none of
 * that: the directory would be served a moment later, though nobody had seen whose it is.
 */
export function ifReadable<Found>(look: () => Found): Found | undefined {
  try {
    return look();
  } catch (error) {
    if (hasCode(error, 'IO_ERROR')) return undefined;
    throw error;
  }
}
