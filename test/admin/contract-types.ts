import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * The contract between the admin listener and the console is types, of which nothing is left at run time. They are
 * read here as they stand in the sources, so that what the broker answers is held to the same text as what the page
 * expects. Only what the contract uses of TypeScript is understood: all else is refused.
 */

/** Says what is wrong with `value`, by where; nothing where it is of the type. */
type Check = (value: unknown, at: string) => readonly string[];

interface Field {
  readonly name: string;
  readonly isOptional: boolean;
  readonly check: Check;
}

const folder = join(import.meta.dirname, '../../src/admin/contract');

/** All types of the contract. */
export class ContractTypes {
  readonly #tokens: string[];
  readonly #interfaces = new Map<
    string,
    { parents: readonly string[]; fields: readonly Field[] }
  >();
  #at = 0;

  constructor() {
    const source = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n')
      .replaceAll(/\/\*[\s\S]*?\*\//g, '')
      .replaceAll(/^import [^;]*;/gm, '');
    this.#tokens = source.match(/'[^']*'|[A-Za-z_]\w*|\[\]|\S/g) ?? [];
    while (this.#at < this.#tokens.length) this.#interface();
  }

  /** What is wrong with `value` as one of `type`, which is written as in TypeScript: `TopicRow[]`. */
  problems(value: unknown, type: string): readonly string[] {
    const name = type.replace(/\[\]$/, '');
    const check: Check = (item, at) => this.#named(name, item, at);
    return type === name ? check(value, '') : listOf(check)(value, '');
  }

  #interface(): void {
    this.#expect('export', 'interface');
    const name = this.#next();
    const parents: string[] = [];
    while (!this.#is('{')) {
      this.#skip('extends');
      this.#skip(',');
      parents.push(this.#next());
    }
    this.#interfaces.set(name, { parents, fields: this.#fields() });
  }

  #fields(): readonly Field[] {
    this.#expect('{');
    const fields: Field[] = [];
    while (!this.#skip('}')) {
      this.#skip('readonly');
      const name = this.#next();
      const isOptional = this.#skip('?');
      this.#expect(':');
      fields.push({ name, isOptional, check: this.#union() });
      this.#skip(';');
    }
    return fields;
  }

  #union(): Check {
    this.#skip('|');
    const checks = [this.#postfix()];
    while (this.#skip('|')) checks.push(this.#postfix());
    if (checks.length === 1) return checks[0] as Check;
    return (value, at) => {
      const found = checks.map((check) => check(value, at));
      // That which fits best says best what is wrong.
      return found.toSorted((a, b) => a.length - b.length)[0] ?? [];
    };
  }

  #postfix(): Check {
    this.#skip('readonly');
    let check = this.#primary();
    while (this.#skip('[]')) check = listOf(check);
    return check;
  }

  #primary(): Check {
    const token = this.#next();
    if (token === '(') return this.#closed(')');
    if (token === 'Readonly') {
      this.#expect('<');
      return this.#closed('>');
    }
    if (token === 'Record') return this.#record();
    if (token === '{') {
      this.#at--;
      const fields = this.#fields();
      return (value, at) => objectProblems(fields, value, at);
    }
    if (token.startsWith("'")) return exactly(token.slice(1, -1));
    const simple = simpleChecks[token];
    if (simple !== undefined) return simple;
    if (!this.#skip('[')) return (value, at) => this.#named(token, value, at);
    const field = this.#next().slice(1, -1);
    this.#expect(']');
    return (value, at) =>
      this.#fieldsOf(token)
        .find(({ name }) => name === field)
        ?.check(value, at) ?? [`${at}: no ${token}.${field}`];
  }

  #closed(end: string): Check {
    const check = this.#union();
    this.#expect(end);
    return check;
  }

  #record(): Check {
    this.#expect('<', 'string', ',');
    const check = this.#closed('>');
    return (value, at) =>
      isObject(value)
        ? Object.entries(value).flatMap(([key, item]) => check(item, `${at}.${key}`))
        : [`${at}: no object`];
  }

  #named(name: string, value: unknown, at: string): readonly string[] {
    return objectProblems(this.#fieldsOf(name), value, at === '' ? name : at);
  }

  #fieldsOf(name: string): readonly Field[] {
    const found = this.#interfaces.get(name);
    if (found === undefined) throw new Error(`the contract has no ${name}`);
    return [...found.parents.flatMap((parent) => this.#fieldsOf(parent)), ...found.fields];
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Error('the contract ends in the midst of a type');
    return token;
  }

  #is(token: string): boolean {
    return this.#tokens[this.#at] === token;
  }

  #skip(token: string): boolean {
    if (!this.#is(token)) return false;
    this.#at++;
    return true;
  }

  #expect(...tokens: readonly string[]): void {
    for (const token of tokens) {
      const found = this.#next();
      if (found !== token) throw new Error(`${found} in the contract, where ${token} was expected`);
    }
  }
}

const simpleChecks: Readonly<Record<string, Check>> = {
  string: ofType('string'),
  boolean: ofType('boolean'),
  // NaN and the infinities are null in JSON.
  number: ofType('number'),
  null: exactly(null),
  true: exactly(true),
};

function ofType(type: string): Check {
  return (value, at) => (typeof value === type ? [] : [`${at}: ${shown(value)} is no ${type}`]);
}

function exactly(expected: unknown): Check {
  return (value, at) =>
    value === expected ? [] : [`${at}: ${shown(value)} is not ${shown(expected)}`];
}

function listOf(check: Check): Check {
  return (value, at) =>
    Array.isArray(value)
      ? value.flatMap((item: unknown, index) => check(item, `${at}[${index}]`))
      : [`${at}: ${shown(value)} is no list`];
}

/** A field that the contract does not have is wrong too: the other side could come to need it. */
function objectProblems(fields: readonly Field[], value: unknown, at: string): readonly string[] {
  if (!isObject(value)) return [`${at}: ${shown(value)} is no object`];
  const problems = fields.flatMap(({ name, isOptional, check }) => {
    if (name in value) return check(value[name], `${at}.${name}`);
    return isOptional ? [] : [`${at}.${name} is missing`];
  });
  const unknown = Object.keys(value).filter((key) => !fields.some(({ name }) => name === key));
  return [...problems, ...unknown.map((key) => `${at}.${key} is not in the contract`)];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? String(value);
}
