import { serveBackgroundTasks } from '../../../src/runtime/node/background-worker-port.ts';
import { endless, exit, fail, read, sum } from './background-tasks.ts';

serveBackgroundTasks([sum, read, fail, endless, exit]);
