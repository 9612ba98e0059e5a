/** The sum of parts of which some may not be known; null where one is not. */
export function sumOfKnown(parts: readonly (number | null)[]): number | null {
  let total = 0;
  for (const part of parts) {
    if (part === null) return null;
    total += part;
  }
  return total;
}
