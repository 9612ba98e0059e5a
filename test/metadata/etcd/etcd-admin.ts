import { EtcdLink, EtcdLinks } from '../../../src/metadata/etcd/etcd-links.ts';
import { grpcCall } from '../../../src/metadata/etcd/grpc-call.ts';
import { parseEtcdAddress } from '../../../src/metadata/etcd/etcd-address.ts';
import { ProtobufWriter } from '../../../src/metadata/etcd/protobuf.ts';
import { createNodeHttp } from '../../../src/runtime/node/node-http.ts';
import { createNodeRuntime } from '../../../src/runtime/node/node-runtime.ts';
import { silentLogger } from '../../../src/util/logger.ts';

const { timers } = createNodeRuntime();
const http = createNodeHttp({ unref: false });

/** Two texts as the first two fields, as most of etcd's requests about users have them. */
function texts(first: string, second: string): Uint8Array {
  return new ProtobufWriter().bytes(1, first).bytes(2, second).finish();
}

/**
 * Gives an etcd users: `root`, who may do everything, and `ann` with the role `own`, who may read and write
 * what begins with `prefix`. Their passwords are `root-pw` and `ann-pw`.
 */
export async function enableUsers(endpoint: string, prefix: string): Promise<void> {
  const rangeEnd =
    prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  const readWrite = 2;
  const permission = new ProtobufWriter().number(1, readWrite).bytes(2, prefix).bytes(3, rangeEnd);
  const grant = new ProtobufWriter().bytes(1, 'own').message(2, permission.finish()).finish();
  const none = new Uint8Array(0);
  const calls: (readonly [string, Uint8Array])[] = [
    ['UserAdd', texts('root', 'root-pw')],
    ['RoleAdd', texts('root', '')],
    ['UserGrantRole', texts('root', 'root')],
    ['UserAdd', texts('ann', 'ann-pw')],
    ['RoleAdd', texts('own', '')],
    ['RoleGrantPermission', grant],
    ['UserGrantRole', texts('ann', 'own')],
    ['AuthEnable', none],
  ];
  const { endpoints } = parseEtcdAddress('address', `etcd://${endpoint}`);
  const links = new EtcdLinks(
    { endpoints, firstIndex: 0, tls: undefined, connectTimeoutMs: 10_000, pingIntervalMs: 60_000 },
    { http, timers, logger: silentLogger },
  );
  const link = await links.get();
  if (!(link instanceof EtcdLink)) throw link;
  for (const [name, message] of calls) {
    const outcome = await grpcCall(
      message,
      {
        method: `/etcdserverpb.Auth/${name}`,
        token: undefined,
        messageBytesMax: 1_000_000,
        timeoutMs: 10_000,
      },
      { connection: link.connection, timers },
    );
    // A message without a field is none at all, which is fine here.
    if (outcome.kind !== 'answer') throw new Error(`${name}: ${JSON.stringify(outcome)}`);
  }
  links.close();
}
