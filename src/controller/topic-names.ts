/** Letters of a topic name at most. */
const topicNameLengthMax = 249;

const legalName = /^[a-zA-Z0-9._-]+$/;

/**
 * Why `name` can be no topic's, worded as Kafka words it and followed by a legal name to use instead;
 * undefined where it can.
 */
export function topicNameProblem(name: string): string | undefined {
  const problem = illegality(name);
  if (problem === undefined) return undefined;
  const suggestion = suggestTopicName(name);
  const hint = suggestion === undefined ? '' : `; a legal name would be '${suggestion}'`;
  return `Topic name is invalid: ${problem}${hint}`;
}

function illegality(name: string): string | undefined {
  if (name === '') return 'the empty string is not allowed';
  if (name === '.' || name === '..') return `'${name}' is not allowed`;
  if (name.length > topicNameLengthMax) {
    return `the length of '${name}' is longer than the max allowed length ${topicNameLengthMax}`;
  }
  if (legalName.test(name)) return undefined;
  return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
}

/** A legal name near `name`; undefined where nothing legal is left of it. */
function suggestTopicName(name: string): string | undefined {
  const plain = name.normalize('NFKD').replace(/\p{Mark}/gu, '');
  const suggestion = plain
    .replace(/[^a-zA-Z0-9._-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, topicNameLengthMax);
  return /[a-zA-Z0-9]/.test(suggestion) ? suggestion : undefined;
}

/**
 * The form of a name in which '.' and '_' are the same: names with one form would share the names of their
 * metrics, and Kafka has them collide.
 */
export function collisionForm(name: string): string {
  return name.replaceAll('.', '_');
}
