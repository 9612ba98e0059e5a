/** What one of many readers over HTTP keeps in memory, roughly. */
export const readerLimits = {
  fetchBytesMax: 4 * 1024 * 1024,
  partitionBytesMax: 512 * 1024,
  bufferBytesMax: 4 * 1024 * 1024,
} as const;
