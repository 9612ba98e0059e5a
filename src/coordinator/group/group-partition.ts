/**
 * Which of `partitionCount` partitions of `__consumer_offsets` keeps a group, as Apache Kafka reckons it: by
 * Java's hash of the group's id, without its sign.
 */
export function partitionForGroup(groupId: string, partitionCount: number): number {
  let hash = 0;
  for (let i = 0; i < groupId.length; i++) hash = (Math.imul(hash, 31) + groupId.charCodeAt(i)) | 0;
  // The least hash has no positive counterpart in 32 bits: Apache takes 0 for it.
  const positive = hash === -0x8000_0000 ? 0 : Math.abs(hash);
  return positive % partitionCount;
}
