import { match, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { AdminRequest } from '../../src/admin/http/admin-request.ts';
import { healthRoutes } from '../../src/admin/routes/health.ts';
import type { AdminServices } from '../../src/admin/services.ts';

/** What `/ready` says of a broker that leads nothing yet of what it is to. */
async function readiness(needsSignIn: boolean): Promise<string> {
  const partitions = [{ index: 0, leader: 1 }];
  const image = {
    brokers: new Map([[1, { stopping: false, fenced: false }]]),
    topicsByName: new Map([['secret-plans', { name: 'secret-plans', partitions }]]),
  };
  const broker = {
    config: { nodeId: 1 },
    isStopping: false,
    mayLead: true,
    metadata: { image },
    partitions: { get: () => undefined },
  };
  const services = { broker, signIn: { isNeeded: needsSignIn } } as unknown as AdminServices;
  const route = healthRoutes.find(({ path }) => path === '/ready');
  const answer = await route?.handle({} as AdminRequest, services);
  return answer !== undefined && 'body' in answer ? String(answer.body) : '';
}

test('who has not signed in is told how much a broker lacks, and not the names of topics', async () => {
  match(await readiness(false), /does not lead yet what it is to: secret-plans-0/);
  const told = await readiness(true);
  match(told, /does not lead yet what it is to: 1 partition\./);
  strictEqual(told.includes('secret'), false);
});
