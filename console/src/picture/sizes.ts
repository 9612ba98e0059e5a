/** How large the parts of the picture are, in pixels. */
export const sizes = {
  /** Below this width its parts stand below each other. */
  wideFrom: 760,
  brokerHead: 58,
  caption: 26,
  /** Between parts that stand below each other. */
  partGap: 18,
  laneLeast: 40,
  laneGap: 6,
  rail: 14,
  indexLabel: 24,
  bandHead: 24,
  bandGap: 14,
  /** A topic whose partitions share a line. */
  foldedBand: 42,
  foldedRow: 16,
  rowLeast: 18,
  rowMost: 26,
  /** Partitions of a topic that have a line; one more where it would only be counted. */
  rowsMax: 8,
  cell: 11,
  why: 22,
  producer: 44,
  boxGap: 8,
  groupHead: 46,
  member: 21,
  membersMax: 6,
  groupWhy: 38,
  more: 28,
} as const;
