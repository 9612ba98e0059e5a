/**
 * Goal: what calls itself etcd and is not, or is broken, costs an error that says so, and no more: nothing is
 * taken for done, nothing is sent twice, nothing hangs, no memory is lost to it.
 * Method: a server in this process that answers with whatever a test thinks of.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it, test } from 'node:test';
import { ProtobufWriter } from '../../../src/metadata/etcd/protobuf.ts';
import type { EtcdStore } from '../../../src/metadata/etcd/etcd-store.ts';
import { hasCode } from '../../../src/util/odradek-error.ts';
import { Recorder, put } from '../store-contract.ts';
import { FakeEtcd, answer, begin, frame, refuse, type FakeAnswer } from './fake-etcd.ts';
import { openEtcdStore, until } from './etcd-world.ts';

const patientMs = 10_000;

function header(revision: number, clusterId = 7): Uint8Array {
  return new ProtobufWriter().number(1, clusterId).number(3, revision).finish();
}

/** An answer that has a header, and then whatever else. */
function message(revision: number, clusterId = 7): ProtobufWriter {
  return new ProtobufWriter().message(1, header(revision, clusterId));
}

async function withFake(
  answers: Readonly<Record<string, FakeAnswer>>,
  timeoutMs: number,
  use: (store: EtcdStore, fake: FakeEtcd) => Promise<void>,
): Promise<void> {
  const fake = await FakeEtcd.start(answers);
  const store = openEtcdStore(`etcd://${fake.endpoint}/x`, { timeoutMs, messageBytesMax: 100_000 });
  try {
    await use(store, fake);
  } finally {
    await store.close();
    fake.stop();
  }
}

const brokenAnswers: readonly (readonly [string, FakeAnswer])[] = [
  ['says nothing at all', () => {}],
  ['closes the stream', (stream) => stream.close()],
  ['resets the connection', (stream) => stream.session?.destroy()],
  [
    'answers another HTTP status',
    (stream) => stream.respond({ ':status': 404 }, { endStream: true }),
  ],
  [
    'answers HTML',
    (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/html' });
      stream.end('<html></html>');
    },
  ],
  ['answers without a message', (stream) => answer(stream, Buffer.alloc(0))],
  ['ends within a frame', (stream) => answer(stream, frame(message(5).finish()).subarray(0, 7))],
  ['ends within a field', (stream) => answer(stream, frame(message(5).finish().subarray(0, 4)))],
  [
    'sends a field of the wrong type',
    (stream) => answer(stream, frame(new ProtobufWriter().number(1, 5).finish())),
  ],
  ['sends random bytes', (stream) => answer(stream, frame(Buffer.from('no message of anybody')))],
  [
    'announces four gigabytes',
    (stream) => answer(stream, Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1])),
  ],
  [
    'sends a message without end',
    (stream) => {
      begin(stream);
      stream.write(Buffer.concat([Buffer.from([0, 0xff, 0, 0, 0]), Buffer.alloc(50_000)]));
    },
  ],
  ['sends a compressed message', (stream) => answer(stream, Buffer.from([1, 0, 0, 0, 1, 1]))],
  ['says that it is unavailable', (stream) => refuse(stream, 14, 'etcdserver: no leader')],
  [
    'has a status that is none',
    (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': 'fine' });
      stream.end();
    },
  ],
  [
    'names a revision beyond all bounds',
    (stream) => {
      const absurd = new ProtobufWriter()
        .number(1, 7)
        .number(3, 2n ** 63n)
        .finish();
      answer(stream, frame(new ProtobufWriter().message(1, absurd).finish()));
    },
  ],
];

describe('a commit is unknown and sent once, a read fails in time', { concurrency: true }, () => {
  for (const [what, respond] of brokenAnswers) {
    it(`with an etcd that ${what}`, async () => {
      await withFake({ '*': respond }, 1500, async (store, fake) => {
        const commit = await store.commit([], [put('a', '1')]).catch((error: unknown) => error);
        // Where the machine was too busy to get that far, it says so.
        if (hasCode(commit, 'TIMED_OUT')) assert.deepEqual(fake.asked, []);
        else assert.deepEqual(commit, { outcome: 'unknown' });
        await assert.rejects(store.read(''), (error: Error & { readonly code?: string }) => {
          assert.ok(
            error.code === 'TIMED_OUT' || error.code === 'RECORDS_TOO_LARGE',
            String(error),
          );
          return true;
        });
        await assert.rejects(store.lease(1000));
        assert.ok(fake.asked.filter((path) => path.endsWith('/Txn')).length <= 1);
      });
    });
  }
});

test('what is no HTTP/2 is named as such, and a commit to it is unknown at worst', async () => {
  const greetings = ['HTTP/1.1 400 Bad Request\r\n\r\n', '220 mail ESMTP\r\n', '\0'.repeat(100)];
  await Promise.all(
    greetings.map(async (greeting) => {
      const server = createServer((socket) => {
        socket.on('error', () => {}).resume();
        socket.write(greeting);
      });
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      const { port } = server.address() as { readonly port: number };
      const store = openEtcdStore(`etcd://127.0.0.1:${port}/x`, { timeoutMs: 500 });
      await assert.rejects(store.read(''), { code: 'TIMED_OUT' });
      const commit = await store.commit([], [put('a', '1')]).catch((error: unknown) => error);
      const { outcome, code } = commit as { readonly outcome?: string; readonly code?: string };
      assert.ok(outcome === 'unknown' || code === 'TIMED_OUT');
      await store.close();
      server.close();
    }),
  );
});

test('a commit that is refused rejects, and nothing is said of its outcome', async () => {
  const refusals: readonly (readonly [number, string, RegExp])[] = [
    [8, 'etcdserver: mvcc: database space exceeded', /space exceeded.*defragment/],
    [8, 'etcdserver: too many requests', /overloaded/],
    [3, 'etcdserver: request is too large', /max-request-bytes/],
    [12, '', /status 12 of gRPC/],
    [7, 'etcdserver%3A%20permission%20denied', /etcdserver: permission denied/],
    [7, `%ff${'x'.repeat(5000)}`, /%ffx+/],
  ];
  for (const [status, text, pattern] of refusals) {
    await withFake({ '*': (stream) => refuse(stream, status, text) }, patientMs, async (store) => {
      await assert.rejects(store.commit([], [put('a', '1')]), (error: Error) => {
        assert.match(error.message, pattern);
        assert.ok(error.message.length < 600, 'what a server says is cut');
        return true;
      });
    });
  }
});

test('another etcd behind the same address is refused', async () => {
  let clusterId = 7;
  const txn: FakeAnswer = (stream) =>
    answer(stream, frame(message(5, clusterId++).number(2, 1).finish()));
  await withFake({ Txn: txn }, patientMs, async (store) => {
    assert.deepEqual(await store.commit([], [put('a', '1')]), {
      outcome: 'committed',
      revision: 5,
    });
    await assert.rejects(store.commit([], [put('a', '1')]), {
      code: 'METADATA_REFUSED',
      message: /another etcd \(cluster 8\) than before/,
    });
  });
});

test('an etcd that went back in time is refused', async () => {
  let revision = 100;
  const txn: FakeAnswer = (stream) => {
    answer(stream, frame(message(revision).number(2, 1).finish()));
    revision = 3;
  };
  await withFake({ Txn: txn }, patientMs, async (store) => {
    assert.deepEqual(await store.commit([], [put('a', '1')]), {
      outcome: 'committed',
      revision: 100,
    });
    await assert.rejects(store.commit([], [put('a', '1')]), {
      code: 'METADATA_REFUSED',
      message: /lost data \(it was at revision 100 and is at 3\)/,
    });
  });
});

test('a token that is never taken does not go round in a circle', async () => {
  const answers: Record<string, FakeAnswer> = {
    Authenticate: (stream) => answer(stream, frame(message(1).bytes(2, 'token').finish())),
    Txn: (stream) => refuse(stream, 16, 'etcdserver: invalid auth token'),
  };
  const fake = await FakeEtcd.start(answers);
  const user = { name: 'ann', password: 'ann-pw' };
  const store = openEtcdStore(`etcd://${fake.endpoint}/x`, { user });
  await assert.rejects(store.commit([], [put('a', '1')]), /invalid auth token/);
  const names = fake.asked.map((path) => path.split('/').at(-1));
  assert.deepEqual(names, ['Authenticate', 'Txn', 'Authenticate', 'Txn']);
  await store.close();
  fake.stop();
});

function event(key: string, revision: number, value = 'x'): Uint8Array {
  const keyValue = new ProtobufWriter().bytes(1, key).number(3, revision).bytes(5, value).finish();
  return new ProtobufWriter().message(2, keyValue).finish();
}

test('a watch reads a commit in pieces as one, and passes over what breaks in between', async () => {
  let watches = 0;
  const asked: string[] = [];
  const watch: FakeAnswer = (stream, request) => {
    asked.push(request.toString('hex'));
    begin(stream);
    if (++watches === 1) {
      const first = message(9).message(11, event('/x/a', 5)).number(7, 1).finish();
      const rest = message(9).message(11, event('/x/b', 5)).message(11, event('/x/a', 6));
      stream.write(frame(message(9).number(3, 1).finish()));
      stream.write(frame(first));
      stream.write(frame(rest.message(11, event('/x/c', 7)).number(7, 1).finish()));
      // The commit of revision 7 has begun and not ended.
      setImmediate(() => stream.session?.destroy());
    } else if (watches === 2) {
      stream.write(frame(Buffer.from('nonsense')));
    } else {
      const again = message(9).message(11, event('/x/a', 6)).message(11, event('/x/c', 7));
      stream.write(frame(again.message(11, event('/x/d', 7)).finish()));
    }
  };
  await withFake({ Watch: watch }, patientMs, async (store) => {
    const recorder = new Recorder();
    store.watch('', 5, recorder);
    await until(() => recorder.seen.length === 3);
    assert.deepEqual(recorder.seen, ['5: a=x b=x', '6: a=x', '7: c=x d=x']);
    assert.equal(watches, 3);
    assert.notEqual(asked[0], asked[1], 'it goes on behind what was told');
    assert.equal(asked[1], asked[2]);
  });
});

test('an etcd that is behind what a watch was told is refused from then on', async () => {
  let watches = 0;
  let ranges = 0;
  const watch: FakeAnswer = (stream) => {
    begin(stream);
    if (++watches > 1) {
      stream.write(frame(message(3).number(3, 1).finish()));
      return;
    }
    stream.write(frame(message(9).message(11, event('/x/a', 9)).finish()));
    setImmediate(() => stream.session?.destroy());
  };
  // The first member that is asked has not lost anything, and lags.
  const range: FakeAnswer = (stream) =>
    answer(stream, frame(message(ranges++ === 0 ? 9 : 3).finish()));
  const renewal: FakeAnswer = (stream) => answer(stream, frame(message(3).number(2, 1).finish()));
  const answers = { Watch: watch, Range: range, LeaseGrant: renewal };
  await withFake(answers, patientMs, async (store, fake) => {
    const recorder = new Recorder();
    store.watch('', 5, recorder);
    await until(() => ranges === 1);
    await store.lease(1000);
    fake.cut();
    await until(() => ranges === 2);
    const refused = { code: 'METADATA_REFUSED', message: /lost data \(it was at revision 9 and/ };
    await until(() =>
      store.lease(1000).then(
        () => false,
        () => true,
      ),
    );
    await assert.rejects(store.lease(1000), refused);
    assert.deepEqual(recorder.seen, ['9: a=x']);
  });
});

test('a watch that wants history that is gone is told so once, and ends', async () => {
  const watch: FakeAnswer = (stream) => {
    begin(stream);
    stream.write(frame(message(9).number(3, 1).finish()));
    stream.write(frame(message(9).number(4, 1).number(5, 8).finish()));
    stream.write(frame(message(9).message(11, event('/x/a', 9)).finish()));
  };
  await withFake({ Watch: watch }, patientMs, async (store, fake) => {
    const recorder = new Recorder();
    store.watch('', 5, recorder);
    await until(() => recorder.compacted);
    assert.deepEqual(recorder.seen, []);
    assert.equal(fake.asked.length, 1);
  });
});

test('a server that goes away in order is left for the next connection', async () => {
  let calls = 0;
  const txn: FakeAnswer = (stream) => {
    answer(stream, frame(message(++calls).number(2, 1).finish()));
    stream.session?.goaway();
  };
  await withFake({ Txn: txn }, patientMs, async (store) => {
    for (let i = 1; i <= 5; i++) {
      const result = await store.commit([], [put('a', String(i))]);
      assert.deepEqual(result, { outcome: 'committed', revision: i });
    }
  });
});

test('more calls than may be under way wait in line, and a closed store ends them', async () => {
  let held: (() => void)[] = [];
  const txn: FakeAnswer = (stream) => {
    held.push(() => answer(stream, frame(message(5).number(2, 1).finish())));
  };
  const fake = await FakeEtcd.start({ Txn: txn });
  const store = openEtcdStore(`etcd://${fake.endpoint}/x`);
  const commits = Array.from({ length: 200 }, (_, i) => store.commit([], [put(`k${i}`, 'x')]));
  await until(() => held.length === 64);
  for (const release of held.splice(0)) release();
  await until(() => held.length === 64);
  held = [];
  await store.close();
  const settled = await Promise.allSettled(commits);
  const outcomes = settled.map((result) =>
    result.status === 'fulfilled' ? result.value.outcome : (result.reason as { code: string }).code,
  );
  const count = (what: string): number => outcomes.filter((outcome) => outcome === what).length;
  assert.deepEqual([count('committed'), count('unknown'), count('BROKER_STOPPED')], [64, 64, 72]);
  fake.stop();
});
