import type { AdminListener, AdminModules } from '../broker/admin-port.ts';
import { waitUntil } from '../broker/wait-until.ts';
import { createClient, type Client } from '../client/client.ts';
import type { ClientOptions } from '../client/client-options.ts';
import type { AdminConfig } from '../config/admin-config.ts';
import { invalidConfig } from '../config/invalid-config.ts';
import type { Files } from '../runtime/runtime.ts';
import { must } from '../util/assert.ts';
import { errorText } from '../util/is-error.ts';
import { hasCode } from '../util/odradek-error.ts';
import { AdminServer } from './admin-server.ts';
import { ClientFigures } from './client-figures.ts';
import { ClusterHistory } from './history/history.ts';
import { listenHttp, type HttpListener } from './http/http-listener.ts';
import { Places } from './http/places.ts';
import { PageFiles } from './http/page-files.ts';
import { SignIn } from './http/sign-in.ts';
import { Metrics } from './metrics/metrics.ts';
import { ClusterFigures } from './picture/cluster-figures.ts';
import { clusterWatchOf } from './picture/watch-of-broker.ts';
import { Publisher } from './records/publisher.ts';
import { SharedThread } from './records/shared-thread.ts';
import { routes } from './routes/table.ts';
import type { AdminServices } from './services.ts';

/** Where the package has what is served. */
export interface AdminPackage {
  /** The folder of the page, which need not be there. */
  readonly pageDirectory: string;
  readonly version: string;
}

/** `StartAdmin`: see there. */
export async function startAdmin(
  { pageDirectory, version }: AdminPackage,
  modules: AdminModules,
): Promise<AdminListener> {
  const { broker, runtime, files, logger, unref, enter } = modules;
  const config = broker.config.admin;
  const secrets = readSecrets(config, files);
  const address = must(config.listener, 'an admin listener has an address');
  const { portTries, http: limits } = config;
  const listener = await listenHttp({ address, portTries, limits, unref });
  const client = clientOf(modules, { clientId: 'odradek-console', unknownTopicTimeoutMs: 0 });
  // By itself, since whoever only reads must not have topics made.
  const producing = clientOf(modules, { clientId: 'odradek-http', autoCreateTopics: true });
  const publisher = new Publisher({ broker, client: producing });
  broker.figures.version = version;
  const services: AdminServices = {
    broker,
    client,
    publisher,
    ...watchCluster(modules, client),
    searches: new Places(limits.searchesMax, tooManySearches),
    imports: new Places(limits.importsMax, tooManyImports),
    thread: new SharedThread(runtime),
    runtime,
    logger,
    version,
    signIn: new SignIn(
      {
        ...secrets,
        sessionMs: config.sessionMs,
        attemptsMax: config.signInAttemptsMax,
        cookieName: `odradek-${listener.port}`,
      },
      runtime,
    ),
  };
  broker.figures.whys = (kind, name) => services.figures.whys(kind, name);
  const page = new PageFiles(pageDirectory, { files });
  const options = { config, boundHost: listener.host, routes };
  const server = new AdminServer(options, { services, page, enter });
  listener.open((message, response) => server.receive(message, response));
  if (address.port !== 0 && listener.port !== address.port) {
    logger.warn('somebody listens where the console was to be; it is served elsewhere', {
      wanted: address.port,
      url: listener.url,
    });
  }
  logger.info('serves over HTTP', { url: listener.url, console: config.console });
  const closeClients = (): void => {
    broker.figures.whys = undefined;
    services.watch.close();
    publisher.close();
    client.close();
    producing.close();
  };
  return new RunningAdmin({ listener, server, modules, closeClients });
}

/** What is known of the cluster, and kept of it over time. */
function watchCluster(
  { broker, runtime, logger }: AdminModules,
  client: Client,
): Pick<AdminServices, 'figures' | 'watch' | 'history' | 'metrics'> {
  const history = new ClusterHistory();
  const defect = (error: unknown): void => {
    logger.error('watching the cluster failed', { error: errorText(error) });
  };
  const watch = clusterWatchOf(broker, { runtime, keepsHistory: true, defect });
  watch.onSnapshot((snapshot, { brokers }) => history.note(snapshot, brokers));
  const base = new ClientFigures({ client, broker, clock: runtime.clock });
  const figures = new ClusterFigures({ watch, base });
  return { watch, history, figures, metrics: new Metrics({ broker, watch }) };
}

const tooManySearches = {
  code: 'TOO_MANY_SEARCHES',
  message: 'As many searches as there may be go on just now (odradek.http.searches.max).',
};

const tooManyImports = {
  code: 'TOO_MANY_IMPORTS',
  message: 'As many imports as there may be go on just now (odradek.http.imports.max).',
};

/** A client of the broker's cluster, which begins with the broker itself. */
function clientOf({ broker, runtime }: AdminModules, options: Partial<ClientOptions>): Client {
  const { interBrokerListenerName } = broker.config;
  const { host, port } = must(
    broker.addresses.find(({ name }) => name === interBrokerListenerName) ?? broker.addresses[0],
  );
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return createClient(
    {
      bootstrapServers: `${shownHost}:${port}`,
      operationTimeoutMs: 15_000,
      requestTimeoutMs: 10_000,
      metadataMaxAgeMs: 5000,
      ...options,
    },
    runtime,
  );
}

function readSecrets(config: AdminConfig, files: Files) {
  const { password, passwordFile, token, tokenFile } = config;
  return {
    password: password ?? secretIn('odradek.admin.password.file', passwordFile, files),
    token: token ?? secretIn('odradek.admin.token.file', tokenFile, files),
  };
}

function secretIn(key: string, path: string | undefined, files: Files): string | undefined {
  if (path === undefined) return undefined;
  try {
    // An editor ends the last line too.
    const text = new TextDecoder().decode(files.readFile(path)).replace(/\r?\n$/, '');
    if (text !== '') return text;
  } catch (error) {
    if (!hasCode(error, 'FILE_NOT_FOUND')) throw error;
  }
  throw invalidConfig(key, path, 'a file that is there and not empty');
}

/** What makes up an admin listener. */
interface AdminParts {
  readonly listener: HttpListener;
  readonly server: AdminServer;
  readonly closeClients: () => void;
  readonly modules: AdminModules;
}

/** The handle of what was started. */
class RunningAdmin implements AdminListener {
  readonly url: string;
  readonly #parts: AdminParts;

  constructor(parts: AdminParts) {
    this.url = parts.listener.url;
    this.#parts = parts;
  }

  async close(): Promise<void> {
    const { listener, server, modules } = this.#parts;
    listener.close();
    server.endStreams();
    const { shutdownDrainMs } = modules.broker.config;
    await waitUntil(() => server.underWay === 0, shutdownDrainMs, modules.runtime);
    this.destroy();
  }

  destroy(): void {
    const { listener, server, closeClients } = this.#parts;
    listener.close();
    server.endStreams();
    listener.closeConnections();
    closeClients();
  }
}
