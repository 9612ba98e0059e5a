import { array, bool, int16, int32, int64, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks how large the replicas in a broker's log directories are (KIP-113). A null list means all topics.
 */
export const describeLogDirsRequest = request(
  { apiKey: 35, name: 'DescribeLogDirsRequest', versions: '1-5', flexible: '2+' },
  { topics: array(struct({ topic: string(), partitions: array(int32()) }), { nullable: true }) },
);

/** What `describeLogDirsRequest` decodes to. */
export interface DescribeLogDirsRequest extends Infer<typeof describeLogDirsRequest> {}

/**
 * Each log directory with the size of its replicas; with the size of its volume since version 4
 * (KIP-827). Version 5 says which directories are cordoned (KIP-1066).
 */
export const describeLogDirsResponse = response(
  { apiKey: 35, name: 'DescribeLogDirsResponse', versions: '1-5', flexible: '2+' },
  {
    throttleTimeMs: int32(),
    errorCode: int16({ versions: '3+', ignorable: true }),
    results: array(
      struct({
        errorCode: int16(),
        logDir: string(),
        topics: array(
          struct({
            name: string(),
            partitions: array(
              struct({
                partitionIndex: int32(),
                partitionSize: int64(),
                offsetLag: int64(),
                isFutureKey: bool(),
              }),
            ),
          }),
        ),
        totalBytes: int64({ versions: '4+', default: -1, ignorable: true }),
        usableBytes: int64({ versions: '4+', default: -1, ignorable: true }),
        isCordoned: bool({ versions: '5+', default: false, ignorable: true }),
      }),
    ),
  },
);

/** What `describeLogDirsResponse` decodes to. */
export interface DescribeLogDirsResponse extends Infer<typeof describeLogDirsResponse> {}
