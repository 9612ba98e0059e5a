/** The seeds of property tests: fixed ones, or the one in `ODRADEK_SEED`, to replay a failure. */
export function propertySeeds(): readonly number[] {
  const given = process.env['ODRADEK_SEED'];
  return given === undefined ? [1, 20_261_123] : [Number(given)];
}
