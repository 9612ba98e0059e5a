/** What goes with an event: short values that a machine can read back. Never a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * Where a broker says what happens to it, one event a call. `event` is a sentence for people that starts in
 * lower case; `fields` are its particulars. A broker in a library is given `silentLogger` unless its owner
 * passes another.
 */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

const ignore = (): void => {};

/** Says nothing. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Says the same with `more` to each event. */
export function labelledLogger(logger: Logger, more: LogFields): Logger {
  const at =
    (level: keyof Logger): Logger['info'] =>
    (event, fields) =>
      logger[level](event, { ...more, ...fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
