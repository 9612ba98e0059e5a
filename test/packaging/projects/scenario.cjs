// What every runner does with the installed package, whichever way it loaded it: `odradek` is the package as
// the test file imported or required it, `kafkajs` likewise.
const assert = require('node:assert/strict');

exports.produceAndRead = async function produceAndRead(odradek, kafkajs) {
  const broker = await odradek.createBroker();
  try {
    // What comes is recompressed by the worker thread, whose module has to be found.
    const config = { 'compression.type': 'gzip' };
    await broker.createTopic('orders', { partitions: 3, config });
    const kafka = new kafkajs.Kafka({
      brokers: [broker.bootstrapServers],
      logLevel: kafkajs.logLevel.NOTHING,
      connectionTimeout: 2000,
      requestTimeout: 2000,
      retry: { retries: 1, initialRetryTime: 50 },
    });
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic: 'orders', messages: [{ key: 'ann', value: 'tea' }] });
    await producer.disconnect();
    const records = await broker.records('orders');
    assert.equal(records.length, 1);
    assert.equal(String(records[0].key), 'ann');
    assert.equal(String(records[0].value), 'tea');
  } finally {
    await broker.stop();
  }
};

// An error that is thrown in the package, and one that begins as an error of the operating system.
exports.failures = async function failures(odradek) {
  const broker = await odradek.createBroker({ storage: 'memory' });
  try {
    const port = Number(broker.bootstrapServers.split(':').at(-1));
    return [
      { code: 'UNKNOWN_TOPIC', error: await failure(broker.records('no-such-topic')) },
      { code: 'PORT_IN_USE', error: await failure(odradek.createBroker({ port })) },
    ];
  } finally {
    await broker.stop();
  }
};

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('this should have failed');
}

exports.judgeFailures = async function judgeFailures(odradek) {
  for (const { code, error } of await exports.failures(odradek)) {
    assert.ok(error instanceof odradek.OdradekError, `${error} is an OdradekError`);
    assert.ok(error instanceof Error, `${error} is an Error`);
    assert.equal(error.code, code);
  }
};

// One broker of each kind is left running: the run must end all the same.
exports.forgetToStop = async function forgetToStop(odradek) {
  const brokers = [await odradek.createBroker(), await odradek.createBroker({ storage: 'memory' })];
  for (const broker of brokers) await broker.createTopic('left', { partitions: 1 });
};
