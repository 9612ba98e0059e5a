import type { LogConfig } from '../config/log-config.ts';
import { judgeBatch, type BatchRejection } from '../records/judge.ts';
import { RecordBatch } from '../records/record-batch.ts';
import {
  recompress,
  stampLogAppendTime,
  stampMaxTimestamp,
  targetCodec,
} from '../records/rewrite.ts';
import type { CompressionCodec } from '../records/record-batch.ts';
import { mustWalkRecords, validateRecords } from '../records/validate-records.ts';
import type { BackgroundTask } from '../runtime/runtime.ts';
import { must } from '../util/assert.ts';
import { concatenated, totalBytes } from '../util/bytes.ts';

/** A client's batch, judged: fit to be appended, to be recompressed first, or refused. */
export type BatchPreparation =
  | { readonly outcome: 'ready'; readonly batch: RecordBatch }
  | { readonly outcome: 'rewrite'; readonly input: RewriteInput }
  | { readonly outcome: 'refused'; readonly rejection: BatchRejection };

/** What recompression needs, and can be cloned into another thread. */
export interface RewriteInput {
  /** The whole batch in one piece. */
  readonly batch: Uint8Array;
  readonly codec: CompressionCodec;
  readonly level: number | undefined;
  readonly decompressedBytesMax: number;
  /** LogAppendTime that the records get; undefined keeps theirs. */
  readonly logAppendTimeMs: number | undefined;
}

/** What bounds the work on one batch. */
export interface PrepareLimits {
  /** Most bytes that the records of one batch may take when decompressed. */
  readonly decompressedBytesMax: number;
}

/**
 * Judges a client's batch for a topic with `config`, and stamps its times where the broker's clock or a
 * header that was wrong asks for it. Records are walked only where that is needed.
 * HOT: bench=produce-small
 */
export function prepareBatch(
  batch: RecordBatch,
  config: LogConfig,
  nowMs: number,
  limits: PrepareLimits,
): BatchPreparation {
  const rejection = judgeBatch(batch, config, nowMs);
  if (rejection !== undefined) return { outcome: 'refused', rejection };
  const logAppendTime = config.messageTimestampType === 'LogAppendTime';
  if (mustWalkRecords(batch, config)) {
    const maxBytes = limits.decompressedBytesMax;
    const walked = validateRecords(batch, config, nowMs, { maxBytes });
    if (walked.outcome === 'invalid') return { outcome: 'refused', rejection: walked.rejection };
    if (!logAppendTime) stampMaxTimestamp(batch, walked.maxTimestamp);
  }
  const source = must(batch.compression, 'a judged batch has a codec');
  const codec = targetCodec(config.compressionType, source);
  if (codec !== source) {
    const input: RewriteInput = {
      batch: copied(batch.chunks),
      codec,
      level: compressionLevel(codec, config),
      decompressedBytesMax: limits.decompressedBytesMax,
      logAppendTimeMs: logAppendTime ? nowMs : undefined,
    };
    return { outcome: 'rewrite', input };
  }
  if (logAppendTime) stampLogAppendTime(batch, nowMs);
  return { outcome: 'ready', batch };
}

function compressionLevel(codec: CompressionCodec, config: LogConfig): number | undefined {
  switch (codec) {
    case 'gzip':
      return config.compressionGzipLevel;
    case 'lz4':
      return config.compressionLz4Level;
    case 'zstd':
      return config.compressionZstdLevel;
    case 'none':
    case 'snappy':
      return undefined;
  }
}

/** The bytes of `chunks` in an array of their own, which nothing else shares. */
function copied(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(totalBytes(chunks));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Compresses a batch anew, away from the broker's thread. */
export const rewriteTask: BackgroundTask<RewriteInput, Uint8Array> = {
  name: 'recompress-batch',
  // oxlint-disable-next-line require-yield -- a batch is bounded by max.message.bytes: one slice is enough
  *run(input) {
    const batch = recompress(new RecordBatch([input.batch]), {
      codec: input.codec,
      level: input.level,
      maxBytes: input.decompressedBytesMax,
    });
    if (input.logAppendTimeMs !== undefined) stampLogAppendTime(batch, input.logAppendTimeMs);
    return concatenated(batch.chunks);
  },
};
