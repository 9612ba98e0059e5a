/** What happened in a simulation, a line each: milliseconds, host, what. Two runs of one seed give one text. */
export class Trace {
  readonly #nowUs: () => number;
  readonly #lines: string[] = [];

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
  }

  add(host: string, what: string): void {
    this.#lines.push(`${(this.#nowUs() / 1000).toFixed(3)} ${host} ${what}`);
  }

  text(): string {
    return this.#lines.join('\n');
  }
}

/** A short name for some bytes, so that a trace also differs where only their content does (FNV-1a). */
export function digest(bytes: Uint8Array): string {
  let value = 0x811c_9dc5;
  for (let i = 0; i < bytes.length; i++) {
    value = Math.imul(value ^ (bytes[i] as number), 0x0100_0193);
  }
  return (value >>> 0).toString(16).padStart(8, '0');
}
