/** How logs are compacted; the config key of each stands behind it. All may change while a broker runs. */
export interface CleanerSettings {
  /** `log.cleaner.enable` */
  readonly isEnabled: boolean;
  /** Pause when there was nothing to compact (`log.cleaner.backoff.ms`). */
  readonly backoffMs: number;
  /** Most memory for the keys of one round (`log.cleaner.dedupe.buffer.size`). */
  readonly dedupeBufferBytes: number;
  /** How full that memory gets, in `(0, 1]` (`log.cleaner.io.buffer.load.factor`). */
  readonly loadFactor: number;
  /** Memory for reads and writes (`log.cleaner.io.buffer.size`). */
  readonly ioBufferBytes: number;
  /** Bytes read and written in a second at most (`log.cleaner.io.max.bytes.per.second`). */
  readonly ioBytesPerSecondMax: number;
  /** Most bytes of one batch when decompressed (`odradek.decompressed.batch.max.bytes`). */
  readonly decompressedBytesMax: number;
}

/** What acts unless set: Apache Kafka's defaults. */
export const defaultCleanerSettings: CleanerSettings = {
  isEnabled: true,
  backoffMs: 15_000,
  dedupeBufferBytes: 128 * 1024 * 1024,
  loadFactor: 0.9,
  ioBufferBytes: 512 * 1024,
  ioBytesPerSecondMax: Number.MAX_VALUE,
  decompressedBytesMax: 256 * 1024 * 1024,
};
