import { badField } from './problem.ts';

/** A body in JSON, whose fields are looked at one by one. */
export type BodyFields = Readonly<Record<string, unknown>>;

/** Throws a `HttpProblem` of 400 for a field that nobody knows: a misspelt `dryRun` must not do the thing. */
export function refuseUnknownFields(body: BodyFields, known: readonly string[]): void {
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw badField(unknown, `There is no field ${unknown}; there are ${known.join(', ')}.`);
}

/** A text that must be there. Throws a `HttpProblem` of 400, as do the others. */
export function textField(body: BodyFields, name: string): string {
  const value = body[name];
  if (typeof value === 'string') return value;
  throw badField(name, `${name} is to be a text.`);
}

/** A flag, which may lack. */
export function flagField(body: BodyFields, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw badField(name, `${name} is to be true or false.`);
}

/** Whole numbers from 0 up; undefined where they lack. */
export function numbersField(body: BodyFields, name: string): readonly number[] | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  const isNumber = (item: unknown): item is number =>
    Number.isSafeInteger(item) && Number(item) >= 0;
  if (Array.isArray(value) && value.every(isNumber)) return value;
  throw badField(name, `${name} are to be whole numbers from 0 up.`);
}
