import { bool, bytes, request, response, string } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Asks a broker what stands still about a topic or a group, in sentences. Not Kafka's, and not advertised. */
export const describeWhysRequest = request(
  { apiKey: 32_001, name: 'DescribeWhysRequest', versions: '0', flexible: '0+' },
  {
    /** A group; else a topic. */
    isGroup: bool(),
    name: string(),
  },
);

/** What `describeWhysRequest` decodes to. */
export interface DescribeWhysRequest extends Infer<typeof describeWhysRequest> {}

/** The same JSON in UTF-8 as `GET /api/why/…` answers, so that both have the same words. */
export const describeWhysResponse = response(
  { apiKey: 32_001, name: 'DescribeWhysResponse', versions: '0', flexible: '0+' },
  { whys: bytes() },
);
