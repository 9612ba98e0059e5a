/*
 * What the queries of all views share: a view's state in the address, where only what differs from the default stands,
 * so that addresses are short and two that mean the same are the same.
 */

/** The pairs as a query without its question mark; what is undefined or empty is left out. */
export function queryText(
  pairs: readonly (readonly [name: string, value: string | number | undefined | null])[],
): string {
  const query = new URLSearchParams();
  for (const [name, value] of pairs) {
    if (value !== undefined && value !== null && value !== '') query.append(name, String(value));
  }
  return query.toString();
}

/** The value of `name` when it is one of `choices`, else the first of them. */
export function choiceIn<const Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const value = query.get(name);
  return choices.find((choice) => choice === value) ?? choices[0];
}

/** The whole number of `name` within `[min, max]`, else `otherwise`. */
export function wholeIn(
  query: URLSearchParams,
  name: string,
  { min, max, otherwise }: { min: number; max: number; otherwise: number },
): number {
  const number = wholeNumber(query.get(name));
  return number === null || number < min || number > max ? otherwise : number;
}

/** The whole number that `text` is, from 0 to the greatest that is exact, or null. */
export function wholeNumber(text: string | null): number | null {
  if (text === null || !/^\d{1,16}$/.test(text)) return null;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : null;
}
