import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionLimits } from '../../src/broker/connection-limits.ts';
import { resolveBrokerConfig } from '../../src/config/resolve-broker-config.ts';
import { noConfigLayers } from '../../src/config/config-layers.ts';

function limits(values: Record<string, string>): ConnectionLimits {
  const config = resolveBrokerConfig({
    ...noConfigLayers,
    static: new Map(Object.entries(values)),
  });
  return new ConnectionLimits(() => config);
}

test('max.connections bounds all connections together', () => {
  const counted = limits({ 'max.connections': '2' });
  assert.equal(counted.add('10.0.0.1'), undefined);
  assert.equal(counted.add('10.0.0.2'), undefined);
  assert.equal(counted.add('10.0.0.3'), 'max.connections');
  counted.remove('10.0.0.1');
  assert.equal(counted.add('10.0.0.3'), undefined);
});

test('max.connections.per.ip bounds those of one address, unless it has a bound of its own', () => {
  const counted = limits({
    'max.connections.per.ip': '1',
    'max.connections.per.ip.overrides': '10.0.0.9:2',
  });
  assert.equal(counted.add('10.0.0.1'), undefined);
  assert.equal(counted.add('10.0.0.1'), 'max.connections.per.ip');
  assert.equal(counted.add('10.0.0.9'), undefined);
  assert.equal(counted.add('10.0.0.9'), undefined);
  assert.equal(counted.add('10.0.0.9'), 'max.connections.per.ip');
});
