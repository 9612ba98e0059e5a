/**
 * XXH3 with 64 bits and seed 0, by which Apache Kafka tells whether the topics of a group have changed
 * (KIP-1101). On bigints: it is for metadata, not for data.
 */
const secretHex =
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221' +
  'b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
  'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb' +
  '170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e';
const secretLength = secretHex.length / 2;
const secret = viewOf(
  Uint8Array.from({ length: secretLength }, (_, index) =>
    Number.parseInt(secretHex.slice(2 * index, 2 * index + 2), 16),
  ),
);

const prime32 = [0x9e37_79b1n, 0x85eb_ca77n, 0xc2b2_ae3dn] as const;
const prime64 = [
  0x9e37_79b1_85eb_ca87n,
  0xc2b2_ae3d_27d4_eb4fn,
  0x1656_67b1_9e37_79f9n,
  0x85eb_ca77_c2b2_ae63n,
  0x27d4_eb2f_1656_67c5n,
] as const;
const mixPrime = 0x9fb2_1c65_1e98_df25n;
const avalanchePrime = 0x1656_6791_9e37_79f9n;
const low32 = 0xffff_ffffn;

const stripeBytes = 64;
const stripesPerBlock = 16;
const blockBytes = stripeBytes * stripesPerBlock;
/** The secret of the last stripe ends this many bytes before the end. */
const lastStripeSecretAt = secretLength - stripeBytes - 7;

/** The hash of `bytes`, as a signed 64-bit number. */
export function xxh3(bytes: Uint8Array): bigint {
  return BigInt.asIntN(64, hash(viewOf(bytes)));
}

function hash(bytes: DataView): bigint {
  const length = bytes.byteLength;
  if (length === 0) return avalanche64(word(secret, 56) ^ word(secret, 64));
  if (length <= 3) return upTo3(bytes);
  if (length <= 8) return upTo8(bytes);
  if (length <= 16) return upTo16(bytes);
  if (length <= 128) return upTo128(bytes);
  if (length <= 240) return upTo240(bytes);
  return long(bytes);
}

function upTo3(bytes: DataView): bigint {
  const length = bytes.byteLength;
  const first = bytes.getUint8(0);
  const middle = bytes.getUint8(length >> 1);
  const last = bytes.getUint8(length - 1);
  const combined = ((first << 16) | (middle << 24) | last | (length << 8)) >>> 0;
  return avalanche64(BigInt(combined) ^ BigInt((word32(secret, 0) ^ word32(secret, 4)) >>> 0));
}

function upTo8(bytes: DataView): bigint {
  const length = bytes.byteLength;
  const input = BigInt(word32(bytes, length - 4)) + (BigInt(word32(bytes, 0)) << 32n);
  let h = input ^ word(secret, 8) ^ word(secret, 16);
  h ^= rotated(h, 49n) ^ rotated(h, 24n);
  h = wrap(h * mixPrime);
  h ^= (h >> 35n) + BigInt(length);
  h = wrap(h * mixPrime);
  return h ^ (h >> 28n);
}

function upTo16(bytes: DataView): bigint {
  const length = bytes.byteLength;
  const low = word(bytes, 0) ^ word(secret, 24) ^ word(secret, 32);
  const high = word(bytes, length - 8) ^ word(secret, 40) ^ word(secret, 48);
  return avalanche(wrap(BigInt(length) + swapped(low) + high + folded(low, high)));
}

function upTo128(bytes: DataView): bigint {
  const length = bytes.byteLength;
  let sum = BigInt(length) * prime64[0];
  for (let i = (length - 1) >> 5; i >= 0; i--) {
    sum += mixed16(bytes, 16 * i, 32 * i) + mixed16(bytes, length - 16 * (i + 1), 32 * i + 16);
  }
  return avalanche(wrap(sum));
}

function upTo240(bytes: DataView): bigint {
  const length = bytes.byteLength;
  let sum = BigInt(length) * prime64[0];
  for (let i = 0; i < 8; i++) sum += mixed16(bytes, 16 * i, 16 * i);
  sum = avalanche(wrap(sum));
  for (let i = 8; i < length >> 4; i++) sum += mixed16(bytes, 16 * i, 16 * (i - 8) + 3);
  return avalanche(wrap(sum + mixed16(bytes, length - 16, 136 - 17)));
}

function long(bytes: DataView): bigint {
  const length = bytes.byteLength;
  const sums = [
    prime32[2],
    prime64[0],
    prime64[1],
    prime64[2],
    prime64[3],
    prime32[1],
    prime64[4],
    prime32[0],
  ];
  const stripeCount = Math.floor((length - 1) / stripeBytes);
  for (let stripe = 0; stripe < stripeCount; stripe++) {
    const inBlock = stripe % stripesPerBlock;
    accumulate(sums, bytes, stripe * stripeBytes, inBlock * 8);
    if (inBlock === stripesPerBlock - 1 && (stripe + 1) * stripeBytes <= wholeBlocks(length)) {
      scramble(sums);
    }
  }
  accumulate(sums, bytes, length - stripeBytes, lastStripeSecretAt);
  let merged = BigInt(length) * prime64[0];
  for (let i = 0; i < 8; i += 2) {
    const at = 11 + 8 * i;
    merged += folded(
      (sums[i] as bigint) ^ word(secret, at),
      (sums[i + 1] as bigint) ^ word(secret, at + 8),
    );
  }
  return avalanche(wrap(merged));
}

/** Bytes of the blocks that are followed by at least one byte more. */
function wholeBlocks(length: number): number {
  return Math.floor((length - 1) / blockBytes) * blockBytes;
}

function accumulate(sums: bigint[], bytes: DataView, at: number, secretAt: number): void {
  for (let i = 0; i < 8; i++) {
    const value = word(bytes, at + 8 * i);
    const key = value ^ word(secret, secretAt + 8 * i);
    sums[i ^ 1] = wrap((sums[i ^ 1] as bigint) + value);
    sums[i] = wrap((sums[i] as bigint) + (key & low32) * (key >> 32n));
  }
}

function scramble(sums: bigint[]): void {
  for (let i = 0; i < 8; i++) {
    const sum = sums[i] as bigint;
    const key = word(secret, secretLength - stripeBytes + 8 * i);
    sums[i] = wrap((sum ^ (sum >> 47n) ^ key) * prime32[0]);
  }
}

function mixed16(bytes: DataView, at: number, secretAt: number): bigint {
  return folded(
    word(bytes, at) ^ word(secret, secretAt),
    word(bytes, at + 8) ^ word(secret, secretAt + 8),
  );
}

/** Both halves of the product of 128 bits, laid over each other. */
function folded(a: bigint, b: bigint): bigint {
  const product = a * b;
  return wrap(product) ^ (product >> 64n);
}

function avalanche(value: bigint): bigint {
  const h = wrap((value ^ (value >> 37n)) * avalanchePrime);
  return h ^ (h >> 32n);
}

function avalanche64(value: bigint): bigint {
  let h = wrap((value ^ (value >> 33n)) * prime64[1]);
  h = wrap((h ^ (h >> 29n)) * prime64[2]);
  return h ^ (h >> 32n);
}

function rotated(value: bigint, bits: bigint): bigint {
  return wrap(value << bits) | (value >> (64n - bits));
}

/** The eight bytes in the other order. */
function swapped(value: bigint): bigint {
  let result = 0n;
  for (let i = 0n; i < 64n; i += 8n) result = (result << 8n) | ((value >> i) & 0xffn);
  return result;
}

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

/** Eight bytes, the smallest first. */
function word(bytes: DataView, at: number): bigint {
  return bytes.getBigUint64(at, true);
}

/** Four bytes, the smallest first. */
function word32(bytes: DataView, at: number): number {
  return bytes.getUint32(at, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
