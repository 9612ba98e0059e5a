import { spawn, type ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Reads of processes that begin and end, and kills those that are left when nobody writes any more. What ends a
 * terminal's other processes does not end this one.
 */
const script = `
trap '' HUP INT TERM
left=
while read -r word pid; do
  others=
  for one in $left; do [ "$one" = "$pid" ] || others="$others $one"; done
  left=$others
  [ "$word" = began ] && left="$left $pid"
done
[ -z "$left" ] || kill -KILL $left
`;

let reaper: Writable | undefined;

/**
 * Sees to it that `child` does not outlive this process, however this one ends, and also where the child stands still
 * under SIGSTOP: a shell beside us hears the end of a pipe and kills what is left. Nothing where there is no shell.
 */
export function reap(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined || process.platform === 'win32') return;
  reaper ??= startReaper();
  reaper.write(`began ${pid}\n`);
  child.once('exit', () => reaper?.write(`ended ${pid}\n`));
}

function startReaper(): Writable {
  const shell = spawn('sh', ['-c', script], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  // It is not to keep this process alive, whose end it waits for.
  shell.unref();
  if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
  return shell.stdin;
}
