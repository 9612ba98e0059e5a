import type { Random } from '../runtime/runtime.ts';

/** An id that stands for none: Kafka's zero UUID. */
export const unknownId = 'AAAAAAAAAAAAAAAAAAAAAA';

/**
 * A new random id in Kafka's 22-character URL-base64 form, for a directory or a cluster. It never starts
 * with a dash, which command lines would take for an option, and is none of the 100 that Kafka reserves.
 */
export function newId(random: Random): string {
  for (;;) {
    const bytes = random.bytes(16);
    // A version 4 UUID, as Kafka makes them; so it is never one of the reserved, which are below 100.
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    const id = Buffer.from(bytes).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

/** 32 hexadecimal digits that no other call answers: the `<id>` in `<topic>-<partition>.<id>-delete`. */
export function newHexId(random: Random): string {
  return Buffer.from(random.bytes(16)).toString('hex');
}
