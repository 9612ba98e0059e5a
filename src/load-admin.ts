import { createRequire } from 'node:module';
import type { StartAdmin } from './broker/admin-port.ts';

/** `dist/` has the page beside its modules; among the sources it is where its own build puts it. */
const pageUrl = new URL(
  import.meta.url.endsWith('.ts') ? '../console/dist' : './console',
  import.meta.url,
);

/** Starts an admin listener: loads all that there is to it when it is first called. */
export const loadAdmin: StartAdmin = async (modules) => {
  const [{ startAdmin }, { fileURLToPath }] = await Promise.all([
    import('./admin/start-admin.ts'),
    import('node:url'),
  ]);
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  return startAdmin({ pageDirectory: fileURLToPath(pageUrl), version }, modules);
};
