import type { Random } from '../../runtime/runtime.ts';

/** Nobody guesses this many bytes. */
const secretBytes = 32;

/** A secret for a registration, in text. */
export function newSecret(random: Random): string {
  return Array.from(random.bytes(secretBytes), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
}

const encoder = new TextEncoder();

/** A secret as requests carry it. */
export function bytesOfSecret(secret: string): Uint8Array {
  return encoder.encode(secret);
}

/** Whether somebody knows the secret. How long it takes tells nothing of how much of it is right. */
export function isSameSecret(given: Uint8Array, secret: string): boolean {
  const own = bytesOfSecret(secret);
  let difference = given.length ^ own.length;
  for (let i = 0; i < own.length; i++) difference |= (own[i] ?? 0) ^ (given[i] ?? 0);
  // A registration of an earlier version has none, which nobody may guess.
  return difference === 0 && own.length > 0;
}
