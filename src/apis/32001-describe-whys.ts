/**
 * DescribeWhys, version 0: not Kafka's, and never advertised.
 *
 * What stands still about a topic or a group, in the words of the console: for `odradek why`, which finds the
 * listener of Kafka's protocol where that of the console may be out of reach. It is there where the broker watches
 * its cluster, which it does for its console.
 *
 * Gaps: none.
 */
import {
  describeWhysRequest,
  describeWhysResponse,
  type DescribeWhysRequest,
} from '../protocol/messages/describe-whys.ts';
import { must } from '../util/assert.ts';
import { defineApi } from './api.ts';

/** Serves DescribeWhys. */
export const describeWhysApi = defineApi({
  name: 'DescribeWhys',
  request: describeWhysRequest,
  response: describeWhysResponse,
  admits: (_request: DescribeWhysRequest, { figures }) => figures.whys !== undefined,
  async handle({ request }, { figures }) {
    const whys = await must(figures.whys)(request.isGroup ? 'group' : 'topic', request.name);
    return { whys: new TextEncoder().encode(JSON.stringify(whys)) };
  },
});
