const portCount = 65_536;

/**
 * Which broker of a cluster on one machine has which port, of its listeners and of the connections that it has
 * opened: so that both ends of a connection know who is at the other. In memory that threads share.
 */
export class PortOwners {
  /** Hand it to another thread, and make a `PortOwners` of it there. */
  readonly shared: SharedArrayBuffer;
  /** Node ids plus one; 0 for nobody. */
  readonly #owners: Int32Array;

  constructor(shared = new SharedArrayBuffer(portCount * Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.#owners = new Int32Array(shared);
  }

  /** The broker that a port is of; undefined where it is of none. */
  at(port: number): number | undefined {
    const owner = Atomics.load(this.#owners, port);
    return owner === 0 ? undefined : owner - 1;
  }

  take(port: number, nodeId: number): void {
    Atomics.store(this.#owners, port, nodeId + 1);
  }

  /** Fine where it is another's by now. */
  release(port: number, nodeId: number): void {
    Atomics.compareExchange(this.#owners, port, nodeId + 1, 0);
  }
}
