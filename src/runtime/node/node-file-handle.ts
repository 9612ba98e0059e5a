import * as fs from 'node:fs';
import { assert } from '../../util/assert.ts';
import type { FileHandle } from '../runtime.ts';
import { fileError } from './system-error.ts';
import { writeRemainder } from './write-remainder.ts';

/** Linux takes no more buffers than this in one call (IOV_MAX). */
const buffersPerCallMax = 1024;

/** A file of the system, open under one descriptor. */
export class NodeFileHandle implements FileHandle {
  readonly #path: string;
  readonly #fd: number;
  #closed = false;
  #callsUnderWay = 0;

  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.#path = path;
  }

  size(): number {
    return this.#blocking('stat', () => fs.fstatSync(this.#fd).size);
  }

  // HOT: bench=fetch
  read(target: Uint8Array, position: number): number {
    this.#assertOpen();
    let done = 0;
    try {
      while (done < target.length) {
        const count = fs.readSync(this.#fd, target, done, target.length - done, position + done);
        if (count === 0) break;
        done += count;
      }
    } catch (error) {
      throw fileError(error, 'read', this.#path);
    }
    return done;
  }

  readAsync(target: Uint8Array, position: number): Promise<number> {
    return this.#inPool('read', (done, failed) => {
      const readOn = (at: number): void => {
        if (at === target.length) return done(at);
        fs.read(this.#fd, target, at, target.length - at, position + at, (error, count) => {
          if (error !== null) failed(error);
          else if (count === 0) done(at);
          else readOn(at + count);
        });
      };
      readOn(0);
    });
  }

  // HOT: bench=produce-small
  writev(buffers: readonly Uint8Array[], position: number): void {
    this.#assertOpen();
    try {
      let rest = writeRemainder(buffers, 0);
      let at = position;
      while (rest.length > 0) {
        const written = progress(writeSome(this.#fd, rest, at));
        at += written;
        rest = writeRemainder(rest, written);
      }
    } catch (error) {
      throw fileError(error, 'write', this.#path);
    }
  }

  writevAsync(buffers: readonly Uint8Array[], position: number): Promise<void> {
    return this.#inPool('write', (done, failed) => {
      const writeOn = (rest: readonly Uint8Array[], at: number): void => {
        if (rest.length === 0) return done();
        fs.writev(this.#fd, callable(rest), at, (error, written) => {
          if (error !== null || written === 0) failed(error ?? noProgress());
          else writeOn(writeRemainder(rest, written), at + written);
        });
      };
      writeOn(writeRemainder(buffers, 0), position);
    });
  }

  truncate(sizeBytes: number): void {
    this.#blocking('truncate', () => fs.ftruncateSync(this.#fd, sizeBytes));
  }

  // fdatasync writes the size too where it changed; what it leaves out are times. On macOS libuv makes it F_FULLFSYNC.
  sync(): Promise<void> {
    return this.#inPool('sync', (done, failed) => {
      fs.fdatasync(this.#fd, (error) => (error === null ? done() : failed(error)));
    });
  }

  syncNow(): void {
    this.#blocking('sync', () => fs.fdatasyncSync(this.#fd));
  }

  close(): void {
    this.#assertOpen();
    this.#closed = true;
    if (this.#callsUnderWay === 0) this.#closeDescriptor();
  }

  #assertOpen(): void {
    assert(!this.#closed, `${this.#path} is used only while it is open`);
  }

  #blocking<T>(operation: string, call: () => T): T {
    this.#assertOpen();
    try {
      return call();
    } catch (error) {
      throw fileError(error, operation, this.#path);
    }
  }

  /** While a call is under way its descriptor stays open: its number could be another file's by then. */
  #inPool<T = void>(
    operation: string,
    call: (done: (value: T) => void, failed: (error: Error) => void) => void,
  ): Promise<T> {
    this.#assertOpen();
    this.#callsUnderWay++;
    return new Promise((resolve, reject) => {
      call(
        (value) => {
          this.#endCall();
          resolve(value);
        },
        (error) => {
          this.#endCall();
          reject(fileError(error, operation, this.#path));
        },
      );
    });
  }

  #endCall(): void {
    if (--this.#callsUnderWay === 0 && this.#closed) fs.close(this.#fd, () => {});
  }

  #closeDescriptor(): void {
    try {
      fs.closeSync(this.#fd);
    } catch (error) {
      throw fileError(error, 'close', this.#path);
    }
  }
}

function writeSome(fd: number, buffers: readonly Uint8Array[], position: number): number {
  if (buffers.length > 1) return fs.writevSync(fd, callable(buffers), position);
  const only = buffers[0] as Uint8Array;
  return fs.writeSync(fd, only, 0, only.length, position);
}

function callable(buffers: readonly Uint8Array[]): readonly Uint8Array[] {
  return buffers.length > buffersPerCallMax ? buffers.slice(0, buffersPerCallMax) : buffers;
}

function progress(written: number): number {
  if (written === 0) throw noProgress();
  return written;
}

function noProgress(): Error {
  return new Error('the system wrote nothing and named no error');
}
