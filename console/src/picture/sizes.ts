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
  /** How far the line from a topic to one that is made of it leans out. */
  sourceReach: 30,
  indexLabel: 24,
  bandHead: 24,
  bandGap: 14,
  /** A topic whose partitions share a line. */
  foldedBand: 42,
  foldedRow: 16,
  rowLeast: 18,
  /** Up to so many lines each may be so high. */
  rowSteps: [
    { rowsMax: 6, height: 34 },
    { rowsMax: 12, height: 27 },
    { rowsMax: 22, height: 22 },
  ],
  /** Partitions of a topic that have a line; one more where it would only be counted. */
  rowsMax: 8,
  /** A log takes this share of its line. */
  cellShare: 0.44,
  why: 22,
  producer: 44,
  boxGap: 8,
  groupHead: 46,
  member: 21,
  membersMax: 6,
  groupWhy: 38,
  more: 28,
} as const;
