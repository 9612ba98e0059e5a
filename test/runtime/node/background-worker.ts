import { serveBackgroundTasks } from '../../../src/runtime/node/background-worker-port.ts';
import { endless, exit, fail, read, rest, sum } from './background-tasks.ts';

serveBackgroundTasks([sum, read, rest, fail, endless, exit]);
