import { ProtobufWriter, readFields } from './protobuf.ts';

/*
 * Those of etcd's messages (`etcdserverpb`, version 3.4 and later) that the store sends and reads, with the
 * fields that it uses. https://etcd.io/docs/v3.4/dev-guide/api_reference_v3/
 */

/** The methods, by the paths that gRPC has for them. */
export const etcdMethods = {
  range: '/etcdserverpb.KV/Range',
  put: '/etcdserverpb.KV/Put',
  txn: '/etcdserverpb.KV/Txn',
  compact: '/etcdserverpb.KV/Compact',
  watch: '/etcdserverpb.Watch/Watch',
  leaseGrant: '/etcdserverpb.Lease/LeaseGrant',
  leaseRevoke: '/etcdserverpb.Lease/LeaseRevoke',
  leaseKeepAlive: '/etcdserverpb.Lease/LeaseKeepAlive',
  authenticate: '/etcdserverpb.Auth/Authenticate',
} as const;

/** One of `etcdMethods`. */
export type EtcdMethod = (typeof etcdMethods)[keyof typeof etcdMethods];

/** What every answer begins with. */
export interface EtcdHeader {
  readonly clusterId: bigint;
  /** Of all keys of this etcd, not of ours alone. */
  readonly revision: number;
}

/** Any answer. */
export interface EtcdAnswer {
  readonly header: EtcdHeader;
}

/** A key as it stands, or stood. */
export interface EtcdKeyValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Of the change that made it so. */
  readonly modRevision: number;
}

/** Keys in `[key, rangeEnd)`. */
export interface KeyRange {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

/** The range of all keys that start with `prefix`, which is not empty. */
export function rangeOf(prefix: Uint8Array): KeyRange {
  const last = prefix.findLastIndex((byte) => byte < 0xff);
  // Nothing but 0xff: all keys from there on, which a single 0 stands for.
  if (last === -1) return { key: prefix, rangeEnd: Uint8Array.of(0) };
  const rangeEnd = prefix.slice(0, last + 1);
  rangeEnd[last] = (prefix[last] ?? 0) + 1;
  return { key: prefix, rangeEnd };
}

/** At most `limit` keys; as they were at `revision`, or as they are where it is 0. */
export function encodeRange(
  { key, rangeEnd }: KeyRange,
  limit: number,
  revision: number,
): Uint8Array {
  const request = new ProtobufWriter().bytes(1, key).bytes(2, rangeEnd);
  return request.number(3, limit).number(4, revision).finish();
}

/** What a range answers. `more`: it stopped at the limit. */
export interface RangeAnswer extends EtcdAnswer {
  readonly entries: readonly EtcdKeyValue[];
  readonly more: boolean;
}

/** Reads the answer to a range. */
export function decodeRange(message: Uint8Array): RangeAnswer {
  let header = noHeader;
  let more = false;
  const entries: EtcdKeyValue[] = [];
  readFields(message, (field, value) => {
    if (field === 1) header = decodeHeader(value.bytes());
    else if (field === 2) entries.push(decodeKeyValue(value.bytes()));
    else if (field === 3) more = value.number() !== 0;
  });
  return { header, entries, more };
}

/** A put, or where the value is null a removal. */
export interface EtcdChange {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  /** 0: none. */
  readonly lease: bigint;
}

/** A request for a put alone. */
export function encodePut({ key, value, lease }: EtcdChange): Uint8Array {
  const request = new ProtobufWriter().bytes(1, key).bytes(2, value ?? new Uint8Array(0));
  return request.number(3, lease).finish();
}

/** `changes` where each key was last changed at its revision, else `otherwise`. */
export interface EtcdTxn {
  readonly compares: readonly { readonly key: Uint8Array; readonly revision: number }[];
  readonly changes: readonly EtcdChange[];
  readonly otherwise: readonly EtcdChange[];
}

/** A request for a transaction. */
export function encodeTxn({ compares, changes, otherwise }: EtcdTxn): Uint8Array {
  const modRevisionTarget = 2;
  const request = new ProtobufWriter();
  for (const { key, revision } of compares) {
    const compare = new ProtobufWriter().number(2, modRevisionTarget).bytes(3, key);
    request.message(1, compare.choice(6, revision).finish());
  }
  for (const change of changes) request.message(2, encodeOperation(change));
  for (const change of otherwise) request.message(3, encodeOperation(change));
  return request.finish();
}

function encodeOperation(change: EtcdChange): Uint8Array {
  if (change.value !== null) return new ProtobufWriter().message(2, encodePut(change)).finish();
  const removal = new ProtobufWriter().bytes(1, change.key).finish();
  return new ProtobufWriter().message(3, removal).finish();
}

/** What a transaction answers. `succeeded`: the compares held. */
export interface TxnAnswer extends EtcdAnswer {
  readonly succeeded: boolean;
}

/** Reads the answer to a transaction. */
export function decodeTxn(message: Uint8Array): TxnAnswer {
  let header = noHeader;
  let succeeded = false;
  readFields(message, (field, value) => {
    if (field === 1) header = decodeHeader(value.bytes());
    else if (field === 2) succeeded = value.number() !== 0;
  });
  return { header, succeeded };
}

/** Reads an answer of which only the header counts. */
export function decodeAnswer(message: Uint8Array): EtcdAnswer {
  let header = noHeader;
  readFields(message, (field, value) => {
    if (field === 1) header = decodeHeader(value.bytes());
  });
  return { header };
}

/** History before `revision` may go. */
export function encodeCompact(revision: number): Uint8Array {
  return new ProtobufWriter().number(1, revision).finish();
}

/** Asks for a lease, with an id of etcd's choice. */
export function encodeLeaseGrant(ttlSeconds: number): Uint8Array {
  return new ProtobufWriter().number(1, ttlSeconds).finish();
}

/** Names a lease, to be revoked or kept alive. */
export function encodeLeaseId(id: bigint): Uint8Array {
  return new ProtobufWriter().number(1, id).finish();
}

/** What a lease that is granted or kept alive answers. */
export interface LeaseAnswer extends EtcdAnswer {
  readonly id: bigint;
  /** 0: it is gone. */
  readonly ttlSeconds: number;
}

/** Reads the answer to a lease that is granted, or kept alive. */
export function decodeLease(message: Uint8Array): LeaseAnswer {
  let header = noHeader;
  let id = 0n;
  let ttlSeconds = 0;
  readFields(message, (field, value) => {
    if (field === 1) header = decodeHeader(value.bytes());
    else if (field === 2) id = value.uint64();
    else if (field === 3) ttlSeconds = value.number();
  });
  return { header, id, ttlSeconds };
}

/** Asks for a token. */
export function encodeAuthenticate(user: string, password: string): Uint8Array {
  return new ProtobufWriter().bytes(1, user).bytes(2, password).finish();
}

/** Reads a token. */
export function decodeAuthenticate(message: Uint8Array): EtcdAnswer & { readonly token: string } {
  let header = noHeader;
  let token = '';
  readFields(message, (field, value) => {
    if (field === 1) header = decodeHeader(value.bytes());
    else if (field === 2) token = value.text();
  });
  return { header, token };
}

/** Asks for a watch from a revision on; large answers may come in pieces. */
export function encodeWatchCreate({ key, rangeEnd }: KeyRange, startRevision: number): Uint8Array {
  const create = new ProtobufWriter().bytes(1, key).bytes(2, rangeEnd).number(3, startRevision);
  return new ProtobufWriter().message(1, create.number(8, true).finish()).finish();
}

/** What a watch is told. */
export interface WatchAnswer extends EtcdAnswer {
  readonly canceled: boolean;
  /** Not 0: history before it is gone, and the watch wanted it. */
  readonly compactRevision: number;
  readonly cancelReason: string;
  /** More of the same answer follows. */
  readonly fragment: boolean;
  readonly events: readonly WatchEvent[];
}

/** A change of a key. */
export interface WatchEvent extends EtcdKeyValue {
  readonly isRemoval: boolean;
}

/** Reads what a watch is told. */
export function decodeWatch(message: Uint8Array): WatchAnswer {
  const answer = { canceled: false, compactRevision: 0, cancelReason: '', fragment: false };
  let header = noHeader;
  const events: WatchEvent[] = [];
  readFields(message, (field, value) => {
    if (field === 1) header = decodeHeader(value.bytes());
    else if (field === 4) answer.canceled = value.number() !== 0;
    else if (field === 5) answer.compactRevision = value.number();
    else if (field === 6) answer.cancelReason = value.text();
    else if (field === 7) answer.fragment = value.number() !== 0;
    else if (field === 11) events.push(decodeEvent(value.bytes()));
  });
  return { header, ...answer, events };
}

const noHeader: EtcdHeader = { clusterId: 0n, revision: 0 };

function decodeHeader(message: Uint8Array): EtcdHeader {
  let { clusterId, revision } = noHeader;
  readFields(message, (field, value) => {
    if (field === 1) clusterId = value.uint64();
    else if (field === 3) revision = value.number();
  });
  return { clusterId, revision };
}

const noBytes = new Uint8Array(0);

function decodeKeyValue(message: Uint8Array): EtcdKeyValue {
  let key: Uint8Array = noBytes;
  let content: Uint8Array = noBytes;
  let modRevision = 0;
  readFields(message, (field, value) => {
    if (field === 1) key = value.bytes();
    else if (field === 3) modRevision = value.number();
    else if (field === 5) content = value.bytes();
  });
  return { key, value: content, modRevision };
}

function decodeEvent(message: Uint8Array): WatchEvent {
  let isRemoval = false;
  let change: EtcdKeyValue = { key: noBytes, value: noBytes, modRevision: 0 };
  readFields(message, (field, value) => {
    if (field === 1) isRemoval = value.number() !== 0;
    else if (field === 2) change = decodeKeyValue(value.bytes());
  });
  return { ...change, isRemoval };
}
