import type { Files } from '../runtime/runtime.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { formatJavaProperties, parseJavaProperties } from '../util/java-properties.ts';
import { readTextIfThere, replaceTextDurably } from './small-files.ts';

/** The file that says whose a log directory is. Format: docs/formats/log-directory.md. */
const metaPropertiesFileName = 'meta.properties';

const knownVersion = 1;

/** Properties of ours, which Apache Kafka passes over. */
const metadataPathKey = 'odradek.metadata.log.dir';
const metadataDirectoryIdKey = 'odradek.metadata.directory.id';

/** Where a broker's metadata journal is: the path at its last start, and the id of that directory. */
export interface MetadataPlaceNote {
  readonly path: string;
  readonly directoryId: string;
}

/** What `meta.properties` says; a field is undefined where the file lacks it. */
export interface MetaProperties {
  readonly clusterId: string | undefined;
  /** `[0, 2^31)`. */
  readonly nodeId: number | undefined;
  /** 22 characters of URL-base64. Files of older releases have none. */
  readonly directoryId: string | undefined;
  /** Undefined in a directory that no Odradek with its metadata on disk has used. */
  readonly metadataPlace: MetadataPlaceNote | undefined;
}

/** `meta.properties` with all its fields, as it is written. */
export interface CompleteMetaProperties {
  readonly clusterId: string;
  readonly nodeId: number;
  readonly directoryId: string;
}

/**
 * Reads the `meta.properties` of a log directory; undefined where there is none, or an empty one.
 *
 * Throws `NEWER_FORMAT` for a version above 1 and `CORRUPT_DATA` for what it cannot read.
 */
export function readMetaProperties(files: Files, logDirectory: string): MetaProperties | undefined {
  const path = files.join(logDirectory, metaPropertiesFileName);
  const text = readTextIfThere(files, path);
  return text === undefined || text.trim() === '' ? undefined : parseMetaProperties(text, path);
}

/** What the text of a `meta.properties` says. Version 0, from before KRaft, calls the node `broker.id`. */
export function parseMetaProperties(text: string, path: string): MetaProperties {
  const properties = parseJavaProperties(text);
  const version = wholeNumber(properties.get('version'), 'version', path) ?? 0;
  if (version > knownVersion) {
    throw new OdradekError(
      `${path} has version ${version}; this Odradek knows version ${knownVersion}`,
      {
        code: 'NEWER_FORMAT',
        path,
        found: version,
        known: knownVersion,
      },
    );
  }
  const node = version === 0 ? 'broker.id' : 'node.id';
  return {
    clusterId: properties.get('cluster.id'),
    nodeId: wholeNumber(properties.get(node), node, path),
    directoryId: properties.get('directory.id'),
    metadataPlace: metadataPlaceIn(properties),
  };
}

function metadataPlaceIn(properties: ReadonlyMap<string, string>): MetadataPlaceNote | undefined {
  const path = properties.get(metadataPathKey);
  const directoryId = properties.get(metadataDirectoryIdKey);
  return path === undefined || directoryId === undefined ? undefined : { path, directoryId };
}

/** Notes in the `meta.properties` of a log directory, which is there, where the metadata journal is. */
export async function noteMetadataPlace(
  files: Files,
  logDirectory: string,
  { path: metadataPath, directoryId }: MetadataPlaceNote,
): Promise<void> {
  const path = files.join(logDirectory, metaPropertiesFileName);
  const properties = parseJavaProperties(readTextIfThere(files, path) ?? '');
  properties.set(metadataPathKey, metadataPath).set(metadataDirectoryIdKey, directoryId);
  await replaceTextDurably(files, path, formatJavaProperties([...properties]));
}

function wholeNumber(value: string | undefined, key: string, path: string): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number <= 0x7fff_ffff) return number;
  const reason = `${key} is "${value}", not a whole number`;
  throw new OdradekError(`${path} cannot be read: ${reason}`, {
    code: 'CORRUPT_DATA',
    path,
    reason,
  });
}

/** Writes `meta.properties`, so that it survives power loss once this has settled. */
export async function writeMetaProperties(
  files: Files,
  logDirectory: string,
  properties: CompleteMetaProperties,
): Promise<void> {
  const path = files.join(logDirectory, metaPropertiesFileName);
  await replaceTextDurably(files, path, formatMetaProperties(properties));
}

/** The text of a `meta.properties`. */
export function formatMetaProperties(properties: CompleteMetaProperties): string {
  return formatJavaProperties([
    ['version', String(knownVersion)],
    ['cluster.id', properties.clusterId],
    ['node.id', String(properties.nodeId)],
    ['directory.id', properties.directoryId],
  ]);
}
