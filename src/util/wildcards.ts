/** Whether `text` stands for several names: `*` is any characters, `?` is one. */
export function isPattern(text: string): boolean {
  return /[*?]/.test(text);
}

/**
 * Whether `name` is what `pattern` says, from its beginning to its end, in a time that is the product of their lengths
 * at most: patterns come over the network, and as regular expressions some would never end.
 */
export function matchesWildcards(name: string, pattern: string): boolean {
  const characters = Array.from(name);
  const wanted = Array.from(pattern);
  let at = 0;
  let next = 0;
  // Where the last star stands, and up to where it reaches: it takes one more whenever what follows does not fit.
  let star = -1;
  let reach = 0;
  while (at < characters.length) {
    if (wanted[next] === '*') {
      star = next++;
      reach = at;
    } else if (wanted[next] === '?' || wanted[next] === characters[at]) {
      next++;
      at++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++reach;
    } else return false;
  }
  while (wanted[next] === '*') next++;
  return next === wanted.length;
}
