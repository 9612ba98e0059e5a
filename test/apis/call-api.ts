import type { ApiCall, ServedApi } from '../../src/apis/api.ts';
import { servedApis } from '../../src/apis/index.ts';
import type { ApiServices } from '../../src/apis/services.ts';
import type { Decision } from '../../src/controller/decision.ts';
import type { LiveImage } from '../../src/metadata/live-image.ts';
import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeMessage, encodeMessage } from '../../src/protocol/codec.ts';
import type { ApiSchema, Encodable, Infer } from '../../src/protocol/schema.ts';
import { carryOut, settingsOf } from '../controller/cluster.ts';

/** A served API with the schemas that it goes by. */
export interface AskedApi<Request extends ApiSchema, Response extends ApiSchema> {
  readonly api: ServedApi;
  readonly request: Request;
  readonly response: Response;
}

/**
 * What a broker of a cluster with this image answers. Request and answer go through the bytes of their version;
 * what is decided is carried out on the image. For APIs that need nothing but the image.
 */
export async function callApi<Request extends ApiSchema, Response extends ApiSchema>(
  { api, request, response }: AskedApi<Request, Response>,
  apiVersion: number,
  question: Encodable<Request>,
  image: LiveImage,
  more: Partial<ApiServices> = {},
): Promise<Infer<Response>> {
  const asked = throughBytes<Request>(request, apiVersion, question);
  const call = { request: asked, apiVersion, listenerName: 'PLAINTEXT' } as Partial<
    ApiCall<unknown, unknown>
  >;
  const answer = await api.handle(
    call as ApiCall<unknown, unknown>,
    { ...servicesOver(image), ...more } as ApiServices,
  );
  return throughBytes<Response>(response, apiVersion, answer);
}

function throughBytes<Schema extends ApiSchema>(
  schema: Schema,
  version: number,
  value: unknown,
): Infer<Schema> {
  const chunks = encodeMessage(schema, version, value as never);
  return decodeMessage(schema, version, new ByteReader(chunks)) as Infer<Schema>;
}

/** What handlers work with that need nothing but an image, which changes as they decide. */
export function servicesOver(image: LiveImage, nodeId = 1): Partial<ApiServices> {
  const settings = settingsOf();
  return {
    nodeId,
    clusterId: 'cluster',
    served: servedApis,
    config: settings.config as ApiServices['config'],
    clock: { nowMs: () => 1000, monotonicMs: () => 1 } as ApiServices['clock'],
    image: () => image,
    mayLead: () => true,
    peers: { reached: async () => {}, close: () => {} },
    configLayers: () => settings.layers,
    controllerSettings: () => settings,
    metadata: {
      run: async <Result>(decide: (seen: LiveImage) => Decision<Result>) =>
        carryOut(image, decide(image)),
      nextProducerId: () => Promise.reject(new Error('not asked for')),
    },
  };
}
