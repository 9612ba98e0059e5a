import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Connection, ConnectionHandler, Network } from '../../src/runtime/runtime.ts';
import { concatenated, totalBytes } from '../../src/util/bytes.ts';
import { hasCode, type OdradekErrorCode } from '../../src/util/odradek-error.ts';

export interface NetworkUnderTest {
  readonly network: Network;
  readonly settle: <T>(promise: Promise<T>) => Promise<T>;
  /** Waits until `condition` holds. */
  readonly until: (condition: () => boolean) => Promise<void>;
  /** More mebibytes than the system holds for a connection whose other side does not read. */
  readonly manyPieces: number;
  /** Lets the world go on long enough for anything that is under way to arrive. */
  readonly rest: () => Promise<void>;
}

/** Records what a connection tells. */
class Recorder implements ConnectionHandler {
  readonly chunks: Uint8Array[] = [];
  drains = 0;
  closes = 0;
  error: Error | undefined;

  onData(chunk: Uint8Array): void {
    assert.equal(this.closes, 0, 'no data after the close');
    this.chunks.push(chunk);
  }

  onDrain(): void {
    assert.equal(this.closes, 0, 'no drain after the close');
    this.drains++;
  }

  onClose(error?: Error): void {
    this.closes++;
    this.error = error;
  }

  get text(): string {
    return new TextDecoder().decode(concatenated(this.chunks));
  }

  get size(): number {
    return totalBytes(this.chunks);
  }
}

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const piece = new Uint8Array(1024 * 1024).fill(7);

const failsWith =
  (code: OdradekErrorCode) =>
  (error: unknown): boolean => {
    assert.ok(hasCode(error, code), `expected ${code}, got ${String(error)}`);
    return true;
  };

/** What every `Network` does, held against one of them. */
export function testNetworkContract(name: string, create: () => NetworkUnderTest): void {
  let opened: Connection[] = [];
  /** A test that fails leaves nothing open, which would keep the process. */
  const test = (title: string, body: () => Promise<void>): void => {
    it(title, async () => {
      try {
        await body();
      } finally {
        for (const connection of opened) connection.destroy();
        opened = [];
      }
    });
  };
  interface Pair {
    client: Connection;
    server: Connection;
    near: Recorder;
    far: Recorder;
  }
  const connect = async ({ network, settle, until }: NetworkUnderTest): Promise<Pair> => {
    const accepted: Connection[] = [];
    const listener = await settle(
      network.listen({ host: '127.0.0.1', port: 0, backlog: 16 }, (connection) => {
        accepted.push(connection);
      }),
    );
    const client = await settle(network.connect('127.0.0.1', listener.port));
    await until(() => accepted.length === 1);
    await listener.close();
    const server = accepted[0] as Connection;
    opened.push(client, server);
    return { client, server, near: new Recorder(), far: new Recorder() };
  };
  const connectStarted = async (under: NetworkUnderTest): Promise<Pair> => {
    const pair = await connect(under);
    pair.client.start(pair.near);
    pair.server.start(pair.far);
    return pair;
  };

  describe(`Network: ${name}`, () => {
    test('a listener tells its address, and connections tell both of theirs', async () => {
      const { client, server } = await connectStarted(create());
      assert.equal(client.remoteHost, '127.0.0.1');
      assert.equal(client.remotePort, server.localPort);
      assert.equal(client.localPort, server.remotePort);
      assert.ok(client.localPort > 0);
      client.destroy();
      server.destroy();
    });

    test('bytes arrive in order in both directions', async () => {
      const under = create();
      const { client, server, near, far } = await connectStarted(under);
      client.write([bytes('a'), bytes('bc'), bytes('')]);
      client.write([bytes('def')]);
      server.write([bytes('xyz')]);
      await under.until(() => far.text === 'abcdef' && near.text === 'xyz');
      client.end();
      await under.until(() => near.closes + far.closes === 2);
    });

    test('what comes before start is kept for it', async () => {
      const under = create();
      const { client, server, near, far } = await connect(under);
      client.start(near);
      client.write([bytes('early')]);
      await under.rest();
      server.start(far);
      await under.until(() => far.text === 'early');
      server.destroy();
      client.destroy();
    });

    test('a connection that closes before start says so once it is started', async () => {
      const under = create();
      const { client, server, near, far } = await connect(under);
      server.destroy();
      await under.rest();
      server.start(far);
      assert.equal(far.closes, 0);
      client.start(near);
      await under.until(() => far.closes === 1 && near.closes === 1);
    });

    test('write answers false when much waits, and onDrain follows', async () => {
      const under = create();
      const { client, server, near, far } = await connectStarted(under);
      server.pause();
      let roomLeft = true;
      for (let i = 0; i < under.manyPieces; i++) roomLeft = client.write([piece]);
      assert.equal(roomLeft, false);
      await under.rest();
      assert.equal(near.drains, 0);
      server.resume();
      await under.until(() => near.drains > 0);
      await under.until(() => far.size === under.manyPieces * piece.length);
      client.destroy();
      server.destroy();
    });

    test('onSent comes once for each write, after it, in order', async () => {
      const under = create();
      const { client, server } = await connectStarted(under);
      const sent: number[] = [];
      for (let i = 0; i < 5; i++) client.write([bytes('a'), bytes('b')], () => sent.push(i));
      assert.deepEqual(sent, []);
      await under.until(() => sent.length === 5);
      assert.deepEqual(sent, [0, 1, 2, 3, 4]);
      client.destroy();
      server.destroy();
    });

    test('onSent comes also for what is never sent', async () => {
      const under = create();
      const { client, server, near } = await connectStarted(under);
      server.pause();
      let waiting = 0;
      for (let i = 0; i < under.manyPieces; i++) {
        waiting++;
        client.write([piece], () => waiting--);
      }
      await under.rest();
      assert.ok(waiting > 0, 'more was written than is sent unread');
      client.destroy();
      await under.until(() => waiting === 0 && near.closes === 1);
      server.destroy();
    });

    test('pause stops onData, resume goes on without loss', async () => {
      const under = create();
      const { client, server, far } = await connectStarted(under);
      client.write([bytes('one')]);
      await under.until(() => far.text === 'one');
      server.pause();
      client.write([bytes('two')]);
      await under.rest();
      assert.equal(far.text, 'one');
      server.resume();
      await under.until(() => far.text === 'onetwo');
      client.destroy();
      server.destroy();
    });

    test('end sends what was written, then both sides close without an error', async () => {
      const under = create();
      const { client, near, far } = await connectStarted(under);
      client.write([piece]);
      client.write([piece]);
      client.end();
      await under.until(() => near.closes + far.closes === 2);
      assert.equal(far.size, 2 * 1024 * 1024);
      assert.equal(near.error, undefined);
      assert.equal(far.error, undefined);
    });

    test('end reaches the other side although input is unread here', async () => {
      const under = create();
      const { client, server, near, far } = await connectStarted(under);
      server.pause();
      client.write([piece]);
      server.write([bytes('the last answer')]);
      server.end();
      await under.until(() => near.closes === 1 && far.closes === 1);
      assert.equal(near.text, 'the last answer');
      assert.equal(near.error, undefined);
      assert.equal(far.size, 0);
    });

    test('destroy closes here at once and there soon, each once', async () => {
      const under = create();
      const { client, server, near, far } = await connectStarted(under);
      client.destroy();
      client.destroy();
      await under.until(() => near.closes === 1 && far.closes === 1);
      assert.equal(near.error, undefined);
      server.destroy();
      await under.rest();
      assert.deepEqual([near.closes, far.closes], [1, 1]);
    });

    test('a write after the close sends nothing, answers false and still calls onSent', async () => {
      const under = create();
      const { client, near, server } = await connectStarted(under);
      client.destroy();
      await under.until(() => near.closes === 1);
      let sent = 0;
      assert.equal(
        client.write([bytes('x')], () => sent++),
        false,
      );
      assert.equal(sent, 0);
      await under.until(() => sent === 1);
      server.destroy();
    });

    test('a listener that is closed accepts no more; open connections stay; its port is free', async () => {
      const under = create();
      const { network, settle } = under;
      const { client, server, far } = await connectStarted(under);
      const connecting = network.connect('127.0.0.1', server.localPort);
      await assert.rejects(settle(connecting), failsWith('CONNECTION_FAILED'));
      client.write([bytes('still here')]);
      await under.until(() => far.text === 'still here');
      const listen = network.listen({ host: '127.0.0.1', port: server.localPort }, () => {});
      const again = await settle(listen);
      assert.equal(again.port, server.localPort);
      await again.close();
      await again.close();
      client.destroy();
      server.destroy();
    });

    test('a port in use and an address of another machine are told apart', async () => {
      const { network, settle } = create();
      const first = await settle(network.listen({ host: '127.0.0.1', port: 0 }, () => {}));
      const second = network.listen({ host: '127.0.0.1', port: first.port }, () => {});
      await assert.rejects(settle(second), (error) => {
        assert.ok(hasCode(error, 'PORT_IN_USE'));
        assert.deepEqual([error.details.host, error.details.port], ['127.0.0.1', first.port]);
        return true;
      });
      const elsewhere = network.listen({ host: '192.0.2.1', port: 0 }, () => {});
      await assert.rejects(settle(elsewhere), failsWith('ADDRESS_UNAVAILABLE'));
      await first.close();
    });
  });
}
