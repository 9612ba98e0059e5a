import { header, int16, int32, string } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Stands in front of every request. Version 2 goes with flexible requests. The client id keeps its two
 * length bytes there, since a broker reads the header of an ApiVersions request of any version (KIP-482,
 * KIP-511).
 */
export const requestHeader = header(
  { name: 'RequestHeader', versions: '1-2', flexible: '2+' },
  {
    requestApiKey: int16(),
    requestApiVersion: int16(),
    correlationId: int32(),
    clientId: string({ nullable: true, flexible: 'none' }),
  },
);

/** What `requestHeader` decodes to. */
export interface RequestHeader extends Infer<typeof requestHeader> {}

/**
 * Stands in front of every response. Version 1 goes with flexible responses, but for ApiVersions
 * (KIP-482).
 */
export const responseHeader = header(
  { name: 'ResponseHeader', versions: '0-1', flexible: '1+' },
  { correlationId: int32() },
);

/** What `responseHeader` decodes to. */
export interface ResponseHeader extends Infer<typeof responseHeader> {}
