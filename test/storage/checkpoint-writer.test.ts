import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimulation } from '../../src/runtime/simulated/simulation.ts';
import { CheckpointWriter } from '../../src/storage/checkpoint-writer.ts';

const path = '/data/recovery-point-offset-checkpoint';

function setUp() {
  const simulation = createSimulation({ seed: 'checkpoints' });
  const { files } = simulation.runtime('a');
  const text = (): string => new TextDecoder().decode(files.readFile(path));
  return {
    simulation,
    files,
    text,
    disk: simulation.disk('a'),
    writer: new CheckpointWriter({ path }, { files }),
  };
}

describe('CheckpointWriter', () => {
  it('writes nothing where nothing has changed', async () => {
    const { simulation, disk, writer, text } = setUp();
    await simulation.complete(writer.write(() => new Map([['orders 0', 5]])));
    assert.equal(text(), '0\n1\norders 0 5\n');
    disk.inject({ operation: 'write', code: 'IO_ERROR' });
    await simulation.complete(writer.write(() => new Map([['orders 0', 5]])));
  });

  it('gives calls that come while it writes one write, of what holds when that begins', async () => {
    const { simulation, writer, text } = setUp();
    let offset = 1;
    let collected = 0;
    const write = () =>
      writer.write(() => {
        collected += 1;
        return new Map([['orders 0', offset]]);
      });
    const first = write();
    offset = 2;
    const others = [write(), write(), write()];
    offset = 3;
    await simulation.complete(Promise.all([first, ...others]));
    assert.equal(text(), '0\n1\norders 0 3\n');
    assert.equal(collected, 2);
  });

  it('keeps the old content when a write fails, and writes again when asked again', async () => {
    const { simulation, disk, writer, text } = setUp();
    await simulation.complete(writer.write(() => new Map([['orders 0', 5]])));
    for (const operation of ['write', 'sync', 'rename'] as const) {
      disk.inject({ operation, path: 'recovery-point', code: 'DISK_FULL' });
      await assert.rejects(simulation.complete(writer.write(() => new Map([['orders 0', 6]]))), {
        code: 'DISK_FULL',
      });
      assert.equal(text(), '0\n1\norders 0 5\n', operation);
    }
    await simulation.complete(writer.write(() => new Map([['orders 0', 6]])));
    assert.equal(text(), '0\n1\norders 0 6\n');
  });

  it('a write at once is not undone by a slower one that began before it', async () => {
    const { simulation, writer, text } = setUp();
    const slow = writer.write(
      () =>
        new Map([
          ['orders 0', 5],
          ['old 0', 1000],
        ]),
    );
    assert.ok(writer.mayHold('old 0'));
    writer.writeNow(new Map([['orders 0', 6]]));
    assert.ok(!writer.mayHold('old 0'));
    await simulation.complete(slow);
    assert.equal(text(), '0\n1\norders 0 6\n');
    assert.deepEqual([...writer.content], [['orders 0', 6]]);
  });

  it('what was written survives power loss', async () => {
    const { simulation, writer } = setUp();
    await simulation.complete(simulation.runtime('a').files.syncDirectory('/data'));
    await simulation.complete(writer.write(() => new Map([['orders 0', 5]])));
    await simulation.complete(writer.write(() => new Map([['orders 0', 9]])));
    simulation.powerLoss('a');
    const { files } = simulation.restart('a');
    const again = new CheckpointWriter({ path }, { files });
    again.read();
    assert.deepEqual([...again.content], [['orders 0', 9]]);
  });
});
