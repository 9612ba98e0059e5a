import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveListeners } from '../../src/config/listeners.ts';
import type { ListenerSettings } from '../../src/config/listeners.ts';
import { hasCode } from '../../src/util/odradek-error.ts';

function resolve(settings: Partial<ListenerSettings>) {
  return resolveListeners({
    listeners: 'PLAINTEXT://127.0.0.1:9092',
    advertisedListeners: undefined,
    listenerSecurityProtocolMap: 'PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL',
    interBrokerListenerName: undefined,
    controllerListenerNames: [],
    ...settings,
  });
}

function refuses(settings: Partial<ListenerSettings>, key: string, expected: RegExp): void {
  assert.throws(
    () => resolve(settings),
    (error) => {
      assert.ok(hasCode(error, 'INVALID_CONFIG'));
      assert.equal(error.details.key, key);
      assert.match(error.details.expected, expected);
      return true;
    },
  );
}

const map = 'INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT';

test('several listeners have names, hosts and ports of their own', () => {
  const { listeners } = resolve({
    listeners: 'inside://127.0.0.1:9092, OUTSIDE://:0,PLAINTEXT://[::1]:9093',
    listenerSecurityProtocolMap: map,
  });
  assert.deepEqual(listeners, [
    { name: 'INSIDE', securityProtocol: 'PLAINTEXT', host: '127.0.0.1', port: 9092 },
    { name: 'OUTSIDE', securityProtocol: 'PLAINTEXT', host: '', port: 0 },
    { name: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: '::1', port: 9093 },
  ]);
});

test('clients are told the listeners themselves unless something else is advertised', () => {
  assert.equal(resolve({}).advertisedListeners[0]?.host, '127.0.0.1');
  const { advertisedListeners } = resolve({
    advertisedListeners: 'PLAINTEXT://kafka.example:19092',
  });
  assert.deepEqual(advertisedListeners, [
    { name: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: 'kafka.example', port: 19_092 },
  ]);
});

test('a listener on every interface advertises a host that is to be found out', () => {
  for (const host of ['', '0.0.0.0', '[::]']) {
    const { advertisedListeners } = resolve({ listeners: `PLAINTEXT://${host}:9092` });
    assert.equal(advertisedListeners[0]?.host, '');
  }
});

test("listeners of a KRaft controller in Apache's own files are left out", () => {
  const { listeners, interBrokerListenerName } = resolve({
    listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
    advertisedListeners: 'PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093',
    listenerSecurityProtocolMap: map,
    controllerListenerNames: ['CONTROLLER'],
  });
  assert.deepEqual(
    listeners.map(({ name }) => name),
    ['PLAINTEXT'],
  );
  assert.equal(interBrokerListenerName, 'PLAINTEXT');
});

test('IPv4 and IPv6 may share a port, two of one kind may not', () => {
  const both = 'INSIDE://127.0.0.1:9092,OUTSIDE://[::1]:9092';
  assert.equal(resolve({ listeners: both, listenerSecurityProtocolMap: map }).listeners.length, 2);
  const twice = 'INSIDE://127.0.0.1:9092,OUTSIDE://10.0.0.1:9092';
  refuses({ listeners: twice, listenerSecurityProtocolMap: map }, 'listeners', /only once/);
  const everywhere = 'INSIDE://127.0.0.1:9092,OUTSIDE://:9092';
  refuses({ listeners: everywhere, listenerSecurityProtocolMap: map }, 'listeners', /only once/);
});

test('what is not in order is refused with its key and what was expected', () => {
  refuses({ listeners: 'localhost:9092' }, 'listeners', /NAME:\/\/host:port/);
  refuses({ listeners: 'PLAINTEXT://h:65536' }, 'listeners', /NAME:\/\/host:port/);
  refuses({ listeners: '' }, 'listeners', /at least one/);
  refuses({ listeners: 'PLAINTEXT://:1,plaintext://:2' }, 'listeners', /name only once/);
  refuses({ listeners: 'OTHER://:9092' }, 'listeners', /unlike OTHER/);
  refuses({ listeners: 'SSL://:9092' }, 'listeners', /not served yet/);
  refuses({ advertisedListeners: 'PLAINTEXT://0.0.0.0:9092' }, 'advertised.listeners', /reached/);
  refuses(
    { advertisedListeners: 'INSIDE://h:1', listenerSecurityProtocolMap: map },
    'advertised.listeners',
    /unlike INSIDE/,
  );
  refuses({ interBrokerListenerName: 'INSIDE' }, 'inter.broker.listener.name', /PLAINTEXT/);
  refuses(
    { listenerSecurityProtocolMap: 'A:B' },
    'listener.security.protocol.map',
    /NAME:PROTOCOL/,
  );
  refuses(
    { listenerSecurityProtocolMap: 'A:SSL,a:SSL' },
    'listener.security.protocol.map',
    /only once/,
  );
});
