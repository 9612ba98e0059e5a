import { setFlagsFromString } from 'node:v8';

/** The first V8 that knows the flag; Node.js 24 has 13.6. An older one complains on stderr. */
const v8FirstMajor = 13;

/**
 * Has V8 weigh the buffers that come from sockets together with its heap. By default it collects all garbage
 * for every 64 MiB of them, several times a second in a broker that takes in hundreds of MB; that took a
 * quarter of its CPU time. Only for a process that is the broker's alone, and before it is at work.
 * Benchmark: produce-large.
 */
export function tuneGarbageCollection(): void {
  const major = Number(process.versions.v8.split('.')[0]);
  if (major >= v8FirstMajor) setFlagsFromString('--external-memory-accounted-in-global-limit');
}
