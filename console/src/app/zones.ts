/** The zones that are offered: this machine's, UTC, and all that the browser knows; the chosen one is among them. */
export function zoneChoices(
  chosen: string,
): readonly { readonly value: string; readonly text: string }[] {
  const local = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const names = Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC');
  const known = chosen === 'local' || chosen === 'UTC' || names.includes(chosen);
  return [
    { value: 'local', text: `${local} (local)` },
    { value: 'UTC', text: 'UTC' },
    ...(known ? [] : [{ value: chosen, text: chosen }]),
    ...names.map((name) => ({ value: name, text: name })),
  ];
}
