/**
 * Goal: a store gets into an etcd that has users or wants TLS, stays in when its token is none any more, and
 * says what is wrong where it may not, without the password.
 * Method: real members on loopback, with users, and with certificates that openssl makes.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createBroker } from '../../../src/index.ts';
import { silentLogger } from '../../../src/util/logger.ts';
import { Recorder, committedAt, put } from '../store-contract.ts';
import { enableUsers } from './etcd-admin.ts';
import { EtcdProcess, etcdMissing as skip } from './etcd-process.ts';
import { openEtcdStore, until } from './etcd-world.ts';

let etcd: EtcdProcess;

before(async () => {
  if (skip !== false) return;
  etcd = await EtcdProcess.start({ flags: ['--auth-token-ttl=1'] });
  await enableUsers(etcd.endpoint, '/ann/');
});
after(async () => {
  if (skip === false) await etcd.remove();
});

const ann = { name: 'ann', password: 'ann-pw' };

/** Whether an error says `pattern`, and no password. */
function says(pattern: RegExp, code = 'METADATA_REFUSED') {
  return (error: Error & { readonly code?: string; readonly details?: unknown }): boolean => {
    assert.match(error.message, pattern);
    assert.equal(error.code, code);
    const all = `${error.message} ${String(error.stack)} ${JSON.stringify(error.details)}`;
    assert.doesNotMatch(all, /-pw/);
    return true;
  };
}

test(
  'with users everything works, also when all tokens are forgotten meanwhile',
  { skip },
  async () => {
    const store = openEtcdStore(`etcd://${etcd.endpoint}/ann/tokens`, { user: ann });
    const recorder = new Recorder();
    store.watch('', (await store.read('')).revision + 1, recorder);
    const lease = await store.lease(60_000);
    committedAt(await store.commit([], [put('a', '1', lease.id)]));
    await until(() => recorder.seen.length === 1);
    // etcd keeps its tokens in memory.
    await etcd.kill();
    await etcd.run();
    committedAt(await store.commit([], [put('b', '2')]));
    assert.equal(await lease.renew(), true);
    await until(() => recorder.seen.length === 2);
    await store.revoke(lease.id);
    await until(() => recorder.seen.length === 3);
    assert.match(recorder.seen.join('; '), /^\d+: a=1; \d+: b=2; \d+: a=null$/);
    await store.close();
  },
);

test(
  'a token that has run out is fetched again, and a commit with it happens once',
  { skip },
  async () => {
    const store = openEtcdStore(`etcd://${etcd.endpoint}/ann/expired`, { user: ann });
    const other = openEtcdStore(`etcd://${etcd.endpoint}/ann/expired`, { user: ann });
    let last = committedAt(await store.commit([], [put('a', '0')]));
    // The other one goes on until the first one's token, which lives for a second, must be gone.
    const lease = await other.lease(2000);
    await other.commit([], [put('clock', '1', lease.id)]);
    await until(async () => (await other.read('clock')).entries.length === 0);
    for (let i = 1; i <= 3; i++) {
      const result = await store.commit([{ key: 'a', revision: last }], [put('a', String(i))]);
      last = committedAt(result);
    }
    await store.close();
    await other.close();
  },
);

test(
  'a user has history compacted, or says once that etcd lets root alone do that',
  { skip },
  async () => {
    const where = `etcd://${etcd.endpoint}/ann/history`;
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (event: string) => void warnings.push(event) };
    const store = openEtcdStore(where, { user: ann, historyMs: 200 }, logger);
    try {
      const first = committedAt(await store.commit([], [put('a', '0')]));
      const late = new Recorder();
      await until(async () => {
        committedAt(await store.commit([], [put('a', '1')]));
        const watch = store.watch('', first, late);
        await until(() => late.compacted || late.revision > first);
        watch.close();
        late.revision = 0;
        return late.compacted || warnings.length > 0;
      });
      if (late.compacted) assert.deepEqual(warnings, []);
      else assert.match(warnings.join(), /root alone.*--auto-compaction-retention/);
    } finally {
      await store.close();
    }
  },
);

test(
  'no user, a wrong password and a key that is not ours are named, with what to do',
  { skip },
  async () => {
    const where = `etcd://${etcd.endpoint}`;
    const nobody = openEtcdStore(`${where}/ann/x`);
    await assert.rejects(nobody.read(''), says(/user name is empty.*odradek\.metadata\.user/));
    const wrong = openEtcdStore(`${where}/ann/x`, {
      user: { name: 'ann', password: 'not-ann-pw' },
    });
    await assert.rejects(wrong.read(''), says(/let ann in \(.*authentication failed.*password/));
    await assert.rejects(wrong.commit([], [put('a', '1')]), says(/authentication failed/));
    const elsewhere = openEtcdStore(`${where}/bob`, { user: ann });
    await assert.rejects(elsewhere.read(''), says(/permission denied.*needs permission/));
    await assert.rejects(elsewhere.commit([], [put('a', '1')]), says(/permission denied/));
    for (const store of [nobody, wrong, elsewhere]) await store.close();
  },
);

test('a broker takes the password from a file, and shows it to nobody', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-password-'));
  const path = join(folder, 'password');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(path, 'ann-pw\n');
  const logged: string[] = [];
  const log = (event: string, fields = {}): void => {
    logged.push(event + JSON.stringify(fields));
  };
  const broker = await createBroker({
    config: {
      'odradek.metadata.store': `etcd://${etcd.endpoint}/ann/broker`,
      'odradek.metadata.user': 'ann',
      'odradek.metadata.password.file': path,
    },
    logger: { debug: log, info: log, warn: log, error: log },
    topics: { orders: 1 },
  });
  assert.deepEqual(await broker.records('orders'), []);
  await broker.stop();
  assert.doesNotMatch(logged.join('\n'), /-pw/);
  rmSync(folder, { recursive: true });
});

test('an etcd without users lets a user in all the same', { skip }, async () => {
  const open = await EtcdProcess.start();
  const store = openEtcdStore(`etcd://${open.endpoint}/x`, { user: ann });
  committedAt(await store.commit([], [put('a', '1')]));
  await store.close();
  await open.remove();
});

const noOpenssl =
  spawnSync('openssl', ['version']).status === 0
    ? false
    : 'there is no openssl to make certificates';

/** Certificates in a folder: `ca`, and signed by it `server` for 127.0.0.1, and `client`; `stranger` is alone. */
function makeCertificates(folder: string): void {
  const openssl = (...words: string[]): void => {
    const { status, stderr } = spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const name of ['ca', 'stranger']) {
    openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
    );
  }
  for (const name of ['server', 'client']) {
    openssl(
      'req',
      ...newKey,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    );
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      `${name}.pem`,
      '-days',
      '2',
      '-copy_extensions',
      'copy',
    );
  }
}

test(
  'TLS: certificates are checked on both sides',
  { skip: skip === false ? noOpenssl : skip },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'odradek-tls-'));
    makeCertificates(folder);
    const file = (name: string): string => join(folder, name);
    const text = (name: string): string => readFileSync(file(name), 'utf8');
    const secure = await EtcdProcess.start({
      scheme: 'https',
      flags: [
        `--cert-file=${file('server.pem')}`,
        `--key-file=${file('server.key')}`,
        '--client-cert-auth',
        `--trusted-ca-file=${file('ca.pem')}`,
      ],
    });
    const where = `etcds://${secure.endpoint}/tls`;
    const client = {
      certificate: text('client.pem'),
      key: text('client.key'),
      keyPassword: undefined,
    };
    const nobody = { certificate: undefined, key: undefined, keyPassword: undefined };
    try {
      const store = openEtcdStore(where, { tls: { ca: text('ca.pem'), ...client } });
      const recorder = new Recorder();
      store.watch('', committedAt(await store.commit([], [put('a', '1')])), recorder);
      await until(() => recorder.seen.length === 1);
      await store.close();
      const unknown = openEtcdStore(where, {
        tls: { ca: text('stranger.pem'), ...client },
        timeoutMs: 500,
      });
      await assert.rejects(
        unknown.read(''),
        says(/certificate|SELF_SIGNED|UNABLE_TO_VERIFY/i, 'TIMED_OUT'),
      );
      await unknown.close();
      const nameless = openEtcdStore(where, {
        tls: { ca: text('ca.pem'), ...nobody },
        timeoutMs: 500,
      });
      await assert.rejects(nameless.read(''), says(/did not answer/, 'TIMED_OUT'));
      await nameless.close();
      const clear = openEtcdStore(`etcd://${secure.endpoint}/tls`, { timeoutMs: 500 });
      await assert.rejects(clear.read(''), says(/did not answer/, 'TIMED_OUT'));
      await clear.close();
      await using broker = await createBroker({
        config: {
          'odradek.metadata.store': where,
          'odradek.metadata.tls.ca.file': file('ca.pem'),
          'odradek.metadata.tls.certificate.file': file('client.pem'),
          'odradek.metadata.tls.key.file': file('client.key'),
        },
        topics: { orders: 1 },
      });
      assert.deepEqual(await broker.records('orders'), []);
    } finally {
      await secure.remove();
      rmSync(folder, { recursive: true });
    }
  },
);
