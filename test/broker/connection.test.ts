import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerMemory } from '../../src/apis/answer-memory.ts';
import type { ServedApi } from '../../src/apis/api.ts';
import type { Dispatcher, Understood } from '../../src/broker/dispatch.ts';
import { ClientConnection } from '../../src/broker/connection.ts';
import { type CallOwner, RequestCall } from '../../src/broker/request-call.ts';
import { RequestMemory } from '../../src/broker/request-memory.ts';
import { loadBrokerConfig } from '../../src/config/load-broker-config.ts';
import { resolveBrokerConfig } from '../../src/config/resolve-broker-config.ts';
import {
  initProducerIdRequest,
  initProducerIdResponse,
} from '../../src/protocol/messages/init-producer-id.ts';
import { RequestFigures } from '../../src/broker/figures/request-figures.ts';
import { TimerWheel } from '../../src/runtime/timer-wheel.ts';
import { createSimulation } from '../../src/runtime/simulated/simulation.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { FakeConnection } from './loopless-broker.ts';
import { framed } from './raw-connection.ts';

const api: ServedApi = {
  key: 22,
  name: 'InitProducerId',
  minVersion: 0,
  maxVersion: 5,
  request: initProducerIdRequest,
  response: initProducerIdResponse,
  pipelined: true,
  admits: undefined,
  handle: () => undefined,
};
const fine = { throttleTimeMs: 0, errorCode: 0, producerId: 1, producerEpoch: 0 };

test('an answer that cannot be written closes the connection, and those before it are let go of too', async () => {
  const simulation = createSimulation({ seed: 1 });
  const { clock, timers } = simulation.runtime('broker');
  const calls: RequestCall[] = [];
  const dispatcher = {
    understand(_: readonly Uint8Array[], reservedBytes: number, owner: CallOwner): Understood {
      const identity = { api, apiVersion: 1, correlationId: calls.length, clientId: null };
      const call = new RequestCall({}, identity, reservedBytes, owner);
      calls.push(call);
      return { kind: 'call', call };
    },
    begin: () => {},
  } as unknown as Dispatcher;
  const values = loadBrokerConfig([]).values;
  const empty = new Map<string, string>();
  const config = resolveBrokerConfig({
    dynamicBroker: empty,
    dynamicDefault: empty,
    static: values,
  });
  const memory = new RequestMemory(1000, () => {});
  const socket = new FakeConnection();
  const connection = new ClientConnection(
    socket,
    { listenerName: 'PLAINTEXT' },
    {
      clock,
      timers,
      wheel: new TimerWheel({}, { clock, timers }),
      dispatcher,
      memory,
      answerMemory: new AnswerMemory(1000, () => {}),
      figures: new RequestFigures(),
      logger: silentLogger,
      config: () => config,
      defect: (error) => assert.fail(String(error)),
      onClosed: () => {},
    },
  );
  connection.start();
  socket.receive(Buffer.concat([framed(new Uint8Array(10)), framed(new Uint8Array(10))]));
  const letGo: number[] = [];
  calls[0]?.respond(fine, () => letGo.push(0));
  calls[1]?.respond({ ...fine, producerEpoch: 1_000_000 }, () => letGo.push(1));
  await simulation.runFor(1);
  assert.equal(socket.isClosed, true);
  assert.deepEqual(
    letGo.toSorted((a, b) => a - b),
    [0, 1],
  );
  assert.equal(memory.reservedBytes, 0);
});
