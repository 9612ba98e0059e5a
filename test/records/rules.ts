import type { RecordRules } from '../../src/records/validate-records.ts';

/** A topic that takes everything. */
export const lenientRules: RecordRules = {
  maxMessageBytes: 1 << 20,
  segmentBytes: 1 << 30,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
  cleanupPolicyCompact: false,
  batchValidation: 'header',
};
