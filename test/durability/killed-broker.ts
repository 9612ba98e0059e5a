import { createBroker } from '../../src/index.ts';

/**
 * A process with a broker on the folder in its first argument, which prints its address and runs until somebody
 * kills it. With `temporary` in place of a folder it has one of its own, which it prints.
 */
const [folder = ''] = process.argv.slice(2);
const broker = await createBroker({
  ...(folder === 'temporary' ? {} : { dataDir: folder }),
  // Segments and background flushes come often, so that kills fall into them.
  config: { 'log.segment.bytes': 1_048_576, 'odradek.flush.partition.bytes': 262_144 },
  unref: false,
});
console.log(JSON.stringify({ address: broker.bootstrapServers, folder: broker.dataDirs[0] }));
