/** One value of a metric, with the labels that tell it from the others. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with all its values at a moment. */
export interface Metric {
  /** As Prometheus has it. */
  readonly name: string;
  /** `counter` only goes up while the broker runs. */
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: readonly Sample[];
}

/** What is summed up, where there are too many to be told apart. No topic can have this name. */
export const others = '(others)';

/** A metric without labels. */
export function single(
  type: Metric['type'],
  name: string,
  help: string,
  value: number | null,
): Metric {
  const samples = value === null ? [] : [{ labels: {}, value }];
  return { name, type, help, labels: [], samples };
}

/** A metric with a value for each of some things. Those that are not known are left out. */
export function labelled<Label extends string>(
  type: Metric['type'],
  name: string,
  help: string,
  labels: readonly Label[],
  values: Iterable<readonly [Readonly<Record<Label, string>>, number | null]>,
): Metric {
  const samples: Sample[] = [];
  for (const [of, value] of values) if (value !== null) samples.push({ labels: of, value });
  return { name, type, help, labels, samples };
}
