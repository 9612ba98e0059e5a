/** The oldest Node.js that runs Odradek, as `engines` in package.json says. */
const oldest = { major: 22, minor: 15 } as const;

/** What is wrong with a version of Node.js such as `20.1.0`; undefined where nothing is. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return undefined;
  return `Node.js ${oldest.major}.${oldest.minor} or newer is needed, and this is ${version}`;
}
