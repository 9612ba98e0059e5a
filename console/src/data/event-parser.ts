/** One server-sent event. */
export interface ServerEvent {
  readonly name: string;
  readonly data: string;
  /** The last `id` so far, for going on where a stream stopped. */
  readonly id: string;
}

/** Cuts the text of a `text/event-stream` into events; text may come in pieces of any size. */
export function createEventParser(onEvent: (event: ServerEvent) => void): (text: string) => void {
  let rest = '';
  let name = '';
  let data: string[] = [];
  let id = '';

  const takeField = (line: string): void => {
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment keeps the connection awake
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') name = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id') id = value;
  };
  const takeLine = (line: string): void => {
    if (line !== '') {
      takeField(line);
      return;
    }
    if (data.length > 0) onEvent({ name: name || 'message', data: data.join('\n'), id });
    name = '';
    data = [];
  };
  return (text) => {
    rest += text;
    // A carriage return at the very end may be the first half of a line's end.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) takeLine(line);
  };
}
