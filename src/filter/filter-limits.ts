/** What a filter may be, and what it may cost for one record. */
export interface FilterLimits {
  /** UTF-16 units of its text. */
  readonly sourceLengthMax: number;
  /** How deep it may nest. */
  readonly depthMax: number;
  /** Values, names, operators and calls in it. */
  readonly nodesMax: number;
  /**
   * Steps for a record: a node of the filter within a macro, an element that is compared, eight characters that
   * are searched or bytes of JSON that are scanned, a character for each instruction of a regular expression.
   */
  readonly stepsMax: number;
  /** Bytes of what is made for a record: texts, lists, maps. */
  readonly bytesMax: number;
  /** How deep the JSON of a record may nest. */
  readonly jsonDepthMax: number;
}

/** What holds unless something else is said. */
export const filterLimits: FilterLimits = {
  sourceLengthMax: 16_384,
  depthMax: 100,
  nodesMax: 2000,
  stepsMax: 500_000,
  bytesMax: 4 * 1024 * 1024,
  jsonDepthMax: 128,
};
