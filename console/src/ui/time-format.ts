/** Times of records and events, with milliseconds, in the zone that was chosen. Pure. */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
      ...(zone === 'local' ? {} : { timeZone: zone }),
    });
    formats.set(zone, format);
  }
  return format;
}

/** A time in the parts that are shown. */
export interface TimeParts {
  /** `2026-11-26` */
  readonly date: string;
  /** `14:03:07.123` */
  readonly time: string;
}

/** `ms` since 1970 in `zone`: `local`, `UTC` or an IANA name; one that is not known is taken for UTC. */
export function timeParts(ms: number, zone: string): TimeParts {
  const found: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of partsIn(ms, zone)) found[type] = value;
  return {
    date: `${found.year ?? ''}-${found.month ?? ''}-${found.day ?? ''}`,
    time: `${found.hour ?? ''}:${found.minute ?? ''}:${found.second ?? ''}.${found.fractionalSecond ?? ''}`,
  };
}

function partsIn(ms: number, zone: string): Intl.DateTimeFormatPart[] {
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return [];
  try {
    return formatOf(zone).formatToParts(ms);
  } catch {
    return formatOf('UTC').formatToParts(ms);
  }
}
