import { createHash, timingSafeEqual } from 'node:crypto';
import type { Runtime } from '../../runtime/runtime.ts';
import { HttpProblem } from './problem.ts';

/** What opens the door; with neither, it is open. */
export interface Secrets {
  readonly password: string | undefined;
  readonly token: string | undefined;
}

/** How people and programs are let in. */
export interface SignInOptions extends Secrets {
  readonly sessionMs: number;
  readonly attemptsMax: number;
  /** Browsers keep one cookie for all ports of a host: each broker has a name of its own. */
  readonly cookieName: string;
}

type Modules = Pick<Runtime, 'clock' | 'random' | 'timers'>;

const sessionsMax = 1000;
const sessionIdBytes = 32;
/** A wrong attempt is answered no sooner. */
const wrongAnswerAfterMs = 300;

/**
 * Who is let in: a browser by a cookie that it got for the password, a program by a token. Secrets are compared by
 * their hashes, in a time that says nothing of them, and wrong ones are slowed down and counted by address.
 */
export class SignIn {
  readonly #options: SignInOptions;
  readonly #modules: Modules;
  readonly #attempts: Attempts;
  /** When each ends by the monotonic clock, by the hash of its id; the oldest first. */
  readonly #sessions = new Map<string, number>();

  constructor(options: SignInOptions, modules: Modules) {
    this.#options = options;
    this.#modules = modules;
    this.#attempts = new Attempts(options.attemptsMax, modules);
  }

  /** Whether anybody has to sign in. */
  get isNeeded(): boolean {
    return this.#options.password !== undefined || this.#options.token !== undefined;
  }

  /**
   * Who sends a request with these headers: `program` with the token, `browser` with a session, `anybody` where
   * nobody has to sign in, `nobody` else. Rejects with a `HttpProblem` of 401 or 429 for a token that is wrong.
   */
  async who(
    headers: Readonly<Record<string, string>>,
    address: string,
  ): Promise<'program' | 'browser' | 'anybody' | 'nobody'> {
    const bearer = /^Bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
    if (bearer !== undefined && this.#options.token !== undefined) {
      await this.#require(isSame(bearer, this.#options.token), address, 'The token is wrong.');
      return 'program';
    }
    if (!this.isNeeded) return 'anybody';
    return this.#hasSession(headers['cookie'] ?? '') ? 'browser' : 'nobody';
  }

  /** The `Set-Cookie` of a new session. Rejects with a `HttpProblem` of 401 or 429. */
  async signIn(password: string, address: string): Promise<string> {
    const { password: right, token, sessionMs } = this.#options;
    // Both are compared, whichever is right.
    const matches = [right, token].map(
      (secret) => secret !== undefined && isSame(password, secret),
    );
    await this.#require(matches.includes(true), address, 'The password is wrong.');
    const id = Buffer.from(this.#modules.random.bytes(sessionIdBytes)).toString('base64url');
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= sessionsMax && oldest !== undefined) this.#sessions.delete(oldest);
    this.#sessions.set(hash(id).toString('hex'), this.#nowMs + sessionMs);
    return this.#cookie(id, Math.floor(sessionMs / 1000));
  }

  /** Ends the session in `cookies`, if there is one; answers the `Set-Cookie` that makes a browser forget it. */
  signOut(cookies: string): string {
    for (const key of this.#sessionKeys(cookies)) this.#sessions.delete(key);
    return this.#cookie('', 0);
  }

  async #require(isRight: boolean, address: string, message: string): Promise<void> {
    // Before the verdict: else a guess could be made while the address is to wait.
    this.#attempts.require(address);
    if (isRight) return;
    this.#attempts.add(address);
    await new Promise<void>((resolve) => {
      this.#modules.timers.setTimer(wrongAnswerAfterMs, resolve);
    });
    throw new HttpProblem(401, { code: 'SIGN_IN_FAILED', message });
  }

  #hasSession(cookies: string): boolean {
    return this.#sessionKeys(cookies).some((key) => {
      const endsMs = this.#sessions.get(key);
      if (endsMs === undefined) return false;
      if (endsMs > this.#nowMs) return true;
      this.#sessions.delete(key);
      return false;
    });
  }

  /** An attacker who could write a cookie beside ours (another port of this host) must not hide ours. */
  #sessionKeys(cookies: string): string[] {
    return cookies.split(';').flatMap((cookie) => {
      const [name, value = ''] = cookie.trim().split('=');
      return name === this.#options.cookieName ? [hash(value).toString('hex')] : [];
    });
  }

  #cookie(value: string, maxAgeSeconds: number): string {
    const { cookieName } = this.#options;
    return `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}`;
  }

  get #nowMs(): number {
    return this.#modules.clock.monotonicMs();
  }
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** In a time that depends on neither. */
function isSame(given: string, secret: string): boolean {
  return timingSafeEqual(hash(given), hash(secret));
}

const addressesMax = 10_000;
const forgottenAfterMs = 6000;

/** Wrong attempts by address, each forgotten after a while. */
class Attempts {
  readonly #max: number;
  readonly #modules: Pick<Runtime, 'clock'>;
  /** The addresses that were seen first are first. */
  readonly #byAddress = new Map<string, { count: number; sinceMs: number }>();

  constructor(max: number, modules: Pick<Runtime, 'clock'>) {
    this.#max = max;
    this.#modules = modules;
  }

  /** Throws a `HttpProblem` of 429 while there were too many. */
  require(address: string): void {
    const attempts = this.#of(address);
    if (attempts === undefined || attempts.count < this.#max) return;
    throw new HttpProblem(
      429,
      { code: 'TOO_MANY_ATTEMPTS', message: 'Too many attempts failed. Wait a moment.' },
      { 'retry-after': String(Math.ceil(forgottenAfterMs / 1000)) },
    );
  }

  add(address: string): void {
    const attempts = this.#of(address);
    if (attempts !== undefined) {
      attempts.count++;
      return;
    }
    const [oldest] = this.#byAddress.keys();
    if (this.#byAddress.size >= addressesMax && oldest !== undefined)
      this.#byAddress.delete(oldest);
    const sinceMs = this.#modules.clock.monotonicMs();
    this.#byAddress.set(network(address), { count: 1, sinceMs });
  }

  #of(address: string): { count: number; sinceMs: number } | undefined {
    const key = network(address);
    const attempts = this.#byAddress.get(key);
    if (attempts === undefined) return undefined;
    const forgotten = Math.floor(
      (this.#modules.clock.monotonicMs() - attempts.sinceMs) / forgottenAfterMs,
    );
    attempts.count -= forgotten;
    attempts.sinceMs += forgotten * forgottenAfterMs;
    if (attempts.count > 0) return attempts;
    this.#byAddress.delete(key);
    return undefined;
  }
}

/** Who has one IPv6 address has 2^64 of them. */
function network(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  return address.split(':').slice(0, 4).join(':');
}
