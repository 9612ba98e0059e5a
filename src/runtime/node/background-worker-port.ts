import { parentPort } from 'node:worker_threads';
import { assert, must } from '../../util/assert.ts';
import type { BackgroundTask } from '../runtime.ts';
import { nodeFiles } from './node-files.ts';
import { createNodeSlices } from './node-slices.ts';
import { toErrorImage } from '../../util/error-image.ts';
import type { TaskReply, TaskRequest } from './task-messages.ts';

/** A task whose types have been checked where it is run; here it is known by its name alone. */
type AnyTask = BackgroundTask<never, unknown>;

/**
 * The worker's side of `createNodeBackground`: the module at `workerUrl` calls it once, with every task that
 * the broker may ask for. Tasks that run at the same time take turns.
 */
export function serveBackgroundTasks(tasks: readonly AnyTask[]): void {
  const port = must(parentPort, 'background tasks are served in a worker thread');
  const byName = new Map(tasks.map((task) => [task.name, task]));
  assert(byName.size === tasks.length, 'each background task has a name of its own');
  const slices = createNodeSlices();

  const perform = async ({ id, name, input }: TaskRequest): Promise<TaskReply> => {
    try {
      const task = must(byName.get(name), `the background worker knows no task named ${name}`);
      return { id, output: await slices.run(task.run(input as never, nodeFiles)) };
    } catch (error) {
      return { id, error: toErrorImage(error) };
    }
  };
  const answer = (reply: TaskReply): void => {
    try {
      port.postMessage(reply);
    } catch (error) {
      // An output that cannot be cloned.
      port.postMessage({ id: reply.id, error: toErrorImage(error) } satisfies TaskReply);
    }
  };
  port.on('message', (request: TaskRequest) => void perform(request).then(answer));
}
