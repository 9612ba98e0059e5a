import { connect } from 'node:net';

/** A Metadata request, version 1, for no topics; correlation id 1, no client id. */
const request = Buffer.from([0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 255, 255, 0, 0, 0, 0]);
/** The count of brokers stands behind the length and the correlation id. */
const countAt = 8;

/**
 * How many brokers of its cluster the broker at a port of 127.0.0.1 knows to be alive; 0 while nobody
 * answers. Works with any broker of any cluster.
 */
export function liveBrokers(port: number): Promise<number> {
  return new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    const finish = (count: number): void => {
      socket.destroy();
      resolve(count);
    };
    socket.setTimeout(2000, () => finish(0));
    socket.on('error', () => finish(0));
    socket.on('close', () => finish(0));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= countAt + 4) finish(answer.readInt32BE(countAt));
    });
  });
}
