import { serveBrokerThread } from './broker/embedded/serve-broker-thread.ts';
import { loadAdmin } from './load-admin.ts';

/** The entry of the thread of one broker of a cluster in this process. */
serveBrokerThread(loadAdmin);
