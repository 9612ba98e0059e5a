import { OdradekError } from '../util/odradek-error.ts';

/** The failure that names a key, its value and what was expected instead. Never given a secret. */
export function invalidConfig(key: string, value: string, expected: string): OdradekError {
  return new OdradekError(`${key}=${value}: expected ${expected}`, {
    code: 'INVALID_CONFIG',
    key,
    value,
    expected,
  });
}
