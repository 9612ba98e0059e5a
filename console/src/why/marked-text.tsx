import type { ComponentChildren } from 'preact';

/** A sentence in which names of configs and commands stand in backticks. */
export function MarkedText({ text }: { readonly text: string }): ComponentChildren {
  const parts = text.split('`');
  // A name of a topic may have none, but a group's id may: then nothing is paired, and nothing marked.
  if (parts.length % 2 === 0) return text;
  return parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
