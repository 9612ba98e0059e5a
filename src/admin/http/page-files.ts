import { createHash } from 'node:crypto';
import { compress } from '../../records/compression.ts';
import type { Files } from '../../runtime/runtime.ts';
import { hasCode } from '../../util/odradek-error.ts';
import { plainText, type AnswerHeaders, type WholeAnswer } from './answer.ts';
import { pageHeaders } from './security-headers.ts';

const typesByExtension: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  map: 'application/json; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  webmanifest: 'application/manifest+json',
  woff2: 'font/woff2',
};

/** What is small before it is compressed is small enough. */
const gzipFromBytes = 1024;
const filesMax = 1000;

interface PageFile {
  readonly path: string;
  readonly type: string;
  readonly etag: string;
  readonly bytes: Uint8Array;
  /** Undefined where it would not be smaller. */
  readonly gzip: Uint8Array | undefined;
}

/**
 * The files of the page, read once and kept in memory; a page that was built anew is read again. What is asked for
 * is looked up among their names and never made a path of.
 */
export class PageFiles {
  readonly #directory: string;
  readonly #files: Files;
  /** By its path in a URL. */
  #byPath: ReadonlyMap<string, PageFile> | undefined;
  #readAsOfMs = -1;

  /** `directory` is where the build puts the page; it need not be there. */
  constructor(directory: string, modules: { files: Files }) {
    this.#directory = directory;
    this.#files = modules.files;
  }

  /** What is at `path`, which is still encoded; undefined where nothing is. */
  answer(path: string, headers: Readonly<Record<string, string>>): WholeAnswer | undefined {
    const isIndex = path === '/' || path === '/index.html';
    if (isIndex && !this.#look()) return notBuilt();
    const file = this.#byPath?.get(isIndex ? '/index.html' : path);
    return file === undefined ? undefined : answerWith(file, headers);
  }

  /** Reads the page where it is new. False where there is none. */
  #look(): boolean {
    const index = this.#files.stat(this.#files.join(this.#directory, 'index.html'));
    if (index === undefined) return false;
    if (index.modifiedMs === this.#readAsOfMs) return true;
    const byPath = new Map<string, PageFile>();
    this.#read(this.#directory, '/', byPath);
    this.#byPath = byPath;
    this.#readAsOfMs = index.modifiedMs;
    return true;
  }

  #read(directory: string, prefix: string, into: Map<string, PageFile>): void {
    for (const name of this.#files.list(directory)) {
      const path = this.#files.join(directory, name);
      if (this.#files.stat(path)?.kind === 'directory') this.#read(path, `${prefix}${name}/`, into);
      else if (into.size < filesMax) this.#readFile(path, `${prefix}${name}`, into);
    }
  }

  #readFile(path: string, url: string, into: Map<string, PageFile>): void {
    try {
      into.set(url, pageFile(url, this.#files.readFile(path)));
    } catch (error) {
      // A build that is under way has taken it away.
      if (!hasCode(error, 'FILE_NOT_FOUND')) throw error;
    }
  }
}

function pageFile(path: string, bytes: Uint8Array): PageFile {
  const extension = /\.([a-z0-9]+)$/.exec(path)?.[1] ?? '';
  const gzip = bytes.length < gzipFromBytes ? undefined : compress('gzip', bytes, 9);
  return {
    path,
    type: typesByExtension[extension] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    bytes,
    gzip: gzip !== undefined && gzip.length < bytes.length ? gzip : undefined,
  };
}

function answerWith(
  { path, type, etag, bytes, gzip }: PageFile,
  headers: Readonly<Record<string, string>>,
): WholeAnswer {
  const common: AnswerHeaders = {
    ...pageHeaders,
    'cache-control': isNamedByContent(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag,
    vary: 'Accept-Encoding',
  };
  if (headers['if-none-match'] === etag) return { status: 304, headers: common, body: '' };
  const takesGzip = /(?:^|,)\s*gzip\s*(?:;(?!\s*q=0(?:\.0*)?\s*(?:,|$))|,|$)/i.test(
    headers['accept-encoding'] ?? '',
  );
  const typed = { ...common, 'content-type': type };
  if (gzip === undefined || !takesGzip) return { status: 200, headers: typed, body: bytes };
  return { status: 200, headers: { ...typed, 'content-encoding': 'gzip' }, body: gzip };
}

/** As Vite names what it builds: `assets/index-BNXK3UoB.js`. */
function isNamedByContent(path: string): boolean {
  return /^\/assets\/.*-[\w-]{8}\.[a-z0-9]+$/.test(path);
}

function notBuilt(): WholeAnswer {
  return plainText(
    'The console is not built here. npm run build --workspace console builds it.',
    503,
  );
}
