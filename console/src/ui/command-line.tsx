import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from './button.tsx';

/** The command line that does the same as the view, to be copied. */
export function CommandLine({ command }: { readonly command: string }): ComponentChildren {
  return (
    <div class="command">
      <code tabIndex={0} aria-label={`The same by the command line: ${command}`}>
        {command}
      </code>
      <CopyButton text={command} label="Copy the command" />
    </div>
  );
}

/** Copies `text`, and says for a moment that it did. A text that takes work is made when it is asked for. */
export function CopyButton({
  text,
  label = 'Copy',
}: {
  readonly text: string | (() => string);
  readonly label?: string;
}): ComponentChildren {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    setCopied(await copyText(typeof text === 'string' ? text : text()));
  };
  return (
    <Button
      kind="quiet"
      small
      icon={copied ? 'check' : 'copy'}
      label={copied ? 'Copied' : label}
      onClick={() => void copy()}
    />
  );
}

/** Puts `text` on the clipboard; whether that worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // The clipboard is for secure pages, which one over plain HTTP of another machine is not.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const worked = document.execCommand('copy');
    area.remove();
    return worked;
  }
}
