import { resolveBrokerConfig } from '../../config/resolve-broker-config.ts';
import { Cuts } from '../../faults/cuts.ts';
import { gatedRuntime } from '../../faults/gated-runtime.ts';
import { GatedStore } from '../../faults/gated-store.ts';
import { PortOwners } from '../../faults/port-owners.ts';
import { ProcessGate } from '../../faults/process-gate.ts';
import { RemoteStore } from '../../metadata/remote/remote-store.ts';
import { createMemoryFiles } from '../../runtime/memory-files.ts';
import type { MessagePort } from '../../runtime/message-port.ts';
import { backgroundOverFiles } from '../../runtime/node/node-background.ts';
import { nodeMessagePort } from '../../runtime/node/node-message-port.ts';
import { nodeFiles } from '../../runtime/node/node-files.ts';
import { createNodeRuntime } from '../../runtime/node/node-runtime.ts';
import { nodeThreadData, standStill } from '../../runtime/node/node-thread.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { must } from '../../util/assert.ts';
import { toErrorImage } from '../../util/error-image.ts';
import type { Logger } from '../../util/logger.ts';
import { startAdminOf, type AdminListener, type StartAdmin } from '../admin-port.ts';
import { RunningBroker } from '../broker.ts';
import type { BrokerThreadData, FromBrokerThread, ToBrokerThread } from './thread-messages.ts';

type OwnerPort = MessagePort<FromBrokerThread, ToBrokerThread>;

const memoryDirectory = '/odradek';

/** What runs in the thread. */
interface Started {
  readonly running: RunningBroker;
  readonly admin: AdminListener | undefined;
}

/** Runs a broker in this thread, as its owner at the other end of a port has it, until it is stopped. */
export function serveBrokerThread(startAdmin: StartAdmin): void {
  const data = nodeThreadData() as BrokerThreadData;
  const port: OwnerPort = nodeMessagePort(data.port, { unref: false });
  const cuts = new Cuts();
  const starting = start(data, port, { cuts, startAdmin });
  const letGone = new Int32Array(data.letGone);
  port.start({
    onMessage(message) {
      switch (message.kind) {
        case 'partition':
          cut(cuts, message.partition);
          break;
        case 'stand still':
          port.post({ kind: 'standing still', time: message.time });
          standStill(letGone, message.time);
          break;
        case 'reached':
          void reached(starting, port, message);
          break;
        case 'retire':
          void retire(starting, port);
          break;
        case 'stop':
          void stop(starting, port, message);
          break;
      }
    },
    // Its owner has ended, and with it the store.
    onClose() {},
  });
  starting.then(
    ({ running, admin }) => {
      running.closed.catch((error: unknown) => {
        port.post({ kind: 'defect', error: toErrorImage(error) });
      });
      const { host, port: bound } = must(running.addresses[0]);
      const address = { host, port: bound };
      port.post({ kind: 'started', address, consoleUrl: admin?.url });
    },
    (error: unknown) => port.post({ kind: 'failed', error: toErrorImage(error) }),
  );
}

function cut(cuts: Cuts, partition: BrokerThreadData['partition']): void {
  if (partition === undefined) cuts.heal();
  else cuts.partition(partition);
}

async function start(
  data: BrokerThreadData,
  port: OwnerPort,
  { cuts, startAdmin }: { readonly cuts: Cuts; readonly startAdmin: StartAdmin },
): Promise<Started> {
  cut(cuts, data.partition);
  const { nodeId, values, temporary, storeTimeoutMs: timeoutMs } = data;
  const world = worldOf(data);
  const { timers } = world;
  // It stays open: this thread is stopped and ended as a whole.
  const gate = new ProcessGate((callback) => timers.atTurnEnd(callback));
  const owners = new PortOwners(data.owners);
  const runtime = gatedRuntime({ nodeId }, { runtime: world, gate, cuts, owners });
  const remote = new RemoteStore(nodeMessagePort(data.storePort, { unref: true }));
  const store = new GatedStore({ nodeId, timeoutMs }, { store: remote, timers, gate, cuts });
  const directory = data.directory ?? memoryDirectory;
  const setup = {
    values,
    directories: [directory],
    metadataDirectory: directory,
    temporary,
    inMemory: data.directory === undefined,
  };
  const logger = loggerTo(port);
  const running = await RunningBroker.start(setup, { runtime, store, logger });
  const enter = (event: () => void): void => event();
  const { unref } = data;
  const parts = { broker: running, runtime, files: nodeFiles, logger, unref, enter };
  const admin = await startAdminOf(startAdmin, parts);
  running.closed.catch(() => admin?.destroy());
  return { running, admin };
}

function worldOf({ unref, workerUrl, directory, values }: BrokerThreadData): Runtime {
  const runtime = createNodeRuntime({ unref, workerUrl: new URL(workerUrl) });
  if (directory !== undefined) return runtime;
  const layers = { dynamicBroker: new Map(), dynamicDefault: new Map(), static: values };
  const { memoryStorageBytes: budgetBytes } = resolveBrokerConfig(layers);
  const files = createMemoryFiles({ budgetBytes, clock: runtime.clock });
  return { ...runtime, files, background: backgroundOverFiles(runtime.background, files) };
}

function loggerTo(port: OwnerPort): Logger {
  const at =
    (level: keyof Logger): Logger['info'] =>
    (event, fields) =>
      port.post({ kind: 'log', level, event, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

async function reached(
  starting: Promise<Started>,
  port: OwnerPort,
  { id, revision }: { readonly id: number; readonly revision: number },
): Promise<void> {
  const { metadata, partitions } = (await starting).running;
  await metadata.reached(revision);
  await partitions.reached(revision);
  port.post({ kind: 'has reached', id });
}

async function retire(starting: Promise<Started>, port: OwnerPort): Promise<void> {
  (await starting).running.retire();
  port.post({ kind: 'retired' });
}

async function stop(
  starting: Promise<Started>,
  port: OwnerPort,
  options: { readonly discard: boolean },
): Promise<void> {
  const { running, admin } = await starting;
  await admin?.close();
  await running.stop(options);
  port.post({ kind: 'stopped' });
}
