import { isLoopback, type AdminConfig } from '../../config/admin-config.ts';
import { HttpProblem } from './problem.ts';

const wildcards = ['0.0.0.0', '::'];

/**
 * Holds the host that a request is for against those that this listener has. A page of an attacker whose name was
 * made to stand for our address (DNS rebinding) is of the same origin to its browser; it cannot send another host.
 */
export class HostCheck {
  readonly #bound: string;
  readonly #names: ReadonlySet<string>;

  /** `boundHost` is the address that is listened on. */
  constructor(boundHost: string, { hosts, listener }: Pick<AdminConfig, 'hosts' | 'listener'>) {
    this.#bound = boundHost;
    this.#names = new Set([
      boundHost,
      ...(listener === undefined ? [] : [listener.host]),
      ...hosts,
    ]);
  }

  /** Throws a `HttpProblem` of 421 for the value of the header `Host` where it is none of ours. */
  require(hostHeader: string | undefined): void {
    const host = hostOf(hostHeader ?? '');
    if (host !== undefined && this.#isOurs(host)) return;
    throw new HttpProblem(421, {
      code: 'UNKNOWN_HOST',
      message: 'This listener is not reached by that host name.',
      remedy:
        'Use the address that the broker prints, or have the name set in odradek.admin.hosts.',
    });
  }

  #isOurs(host: string): boolean {
    if (this.#names.has(host) || isLoopback(host)) return true;
    // No name stands behind an address, so that none can be made to stand for another one.
    return wildcards.includes(this.#bound) && isAddress(host);
  }
}

/** The host in `Host`, in lower case, without port and brackets; undefined where it is malformed. */
function hostOf(header: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([0-9a-z._-]+))(?::\d{1,5})?$/.exec(header.toLowerCase());
  return match?.[1] ?? match?.[2];
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host);
}
