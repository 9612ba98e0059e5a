import { FrameDecoder } from '../../src/protocol/frame.ts';
import type { Connection, Runtime } from '../../src/runtime/runtime.ts';
import { concatenated } from '../../src/util/bytes.ts';

/** Told of all that goes over one connection of a client, without the sizes before the frames. */
export interface Eavesdropper {
  requested(frame: Uint8Array): void;
  answered?(frame: Uint8Array): void;
}

/** The runtime of a client, with an ear on each of its connections. */
export function overheard(runtime: Runtime, newEar: () => Eavesdropper): Runtime {
  const { network } = runtime;
  return {
    ...runtime,
    network: {
      ...network,
      connect: async (host, port) => withEar(await network.connect(host, port), newEar()),
    },
  };
}

function withEar(inner: Connection, ear: Eavesdropper): Connection {
  const { remoteHost, remotePort, localHost, localPort } = inner;
  const hearRequests = frames((frame) => ear.requested(frame));
  const hearAnswers = frames((frame) => ear.answered?.(frame));
  return {
    remoteHost,
    remotePort,
    localHost,
    localPort,
    start: (handler) =>
      inner.start({
        onData: (chunk) => {
          hearAnswers(chunk);
          handler.onData(chunk);
        },
        onDrain: () => handler.onDrain(),
        onClose: (error) => handler.onClose(error),
      }),
    write: (buffers, onSent) => {
      for (const buffer of buffers) hearRequests(buffer);
      return inner.write(buffers, onSent);
    },
    pause: () => inner.pause(),
    resume: () => inner.resume(),
    end: () => inner.end(),
    destroy: () => inner.destroy(),
  };
}

/** Takes chunks of a stream, and hands on the frames in it. */
function frames(onFrame: (frame: Uint8Array) => void): (chunk: Uint8Array) => void {
  const decoder = new FrameDecoder({ frameBytesMax: 2 ** 31 - 1 });
  return (chunk) => {
    decoder.push(chunk.slice());
    for (let step = decoder.next(); step.kind !== 'need-more'; step = decoder.next()) {
      if (step.kind === 'error') throw new Error(step.reason);
      if (step.kind === 'size') decoder.accept();
      else onFrame(concatenated(step.chunks));
    }
  };
}
