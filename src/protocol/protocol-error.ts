import { OdradekError, hasCode } from '../util/odradek-error.ts';

/**
 * A value that the protocol does not allow, on its way in or out: `PROTOCOL_ERROR`. The codec names the
 * field as the error passes through the structs around it, and the message at last.
 */
export class ProtocolError extends OdradekError<{ code: 'PROTOCOL_ERROR'; reason: string }> {
  constructor(reason: string, options?: { cause?: unknown }) {
    super(reason, { code: 'PROTOCOL_ERROR', reason }, options);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasCode(value, 'PROTOCOL_ERROR');
  }
}

/** A `ProtocolError` whose field is not yet known in full. Never leaves the codec. */
export class FieldError extends ProtocolError {
  /** From the outermost field to the innermost, indexes among them. */
  readonly path: (string | number)[] = [];

  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof ProtocolError && 'path' in value;
  }

  /** `topicData[3].name`. */
  get field(): string {
    let text = '';
    for (const part of this.path) {
      if (typeof part === 'number') text += `[${part}]`;
      else text += text === '' ? part : `.${part}`;
    }
    return text;
  }
}

/**
 * Puts `part` in front of the path of an error that comes from a codec, and gives it back to be thrown.
 * Other errors pass as they are.
 */
export function within(part: string | number, error: unknown): unknown {
  if (error instanceof FieldError) error.path.unshift(part);
  return error;
}

/** The error for callers, which names message, version and field. Other errors pass as they are. */
export function inMessage(name: string, version: number, error: unknown): unknown {
  if (!(error instanceof FieldError)) return error;
  const where = error.path.length === 0 ? '' : `, ${error.field}`;
  return new ProtocolError(`${name} v${version}${where}: ${error.details.reason}`);
}
