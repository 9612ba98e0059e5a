import type { ComponentChildren } from 'preact';
import { hrefOf } from '../app/routes.ts';
import { commandLine, withInput } from '../data/command-line.ts';
import { mayChange, session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { CommandLine } from '../ui/command-line.tsx';

/** What to do with a broker that holds nothing yet. */
export function FirstSteps(): ComponentChildren {
  const current = useStore(session);
  const servers = current?.bootstrapServers ?? '127.0.0.1:9092';
  return (
    <section class="card first-steps" aria-label="First steps">
      <h2>There are no topics yet</h2>
      <p class="muted">
        Clients reach this broker at <code>{servers}</code>. Make a topic, write a message, and see
        it here as it goes.
      </p>
      <ol>
        <li>
          <span>Make a topic</span>
          <CommandLine
            command={commandLine(servers, {
              command: 'topic create',
              args: ['orders'],
              options: [['-p', 3]],
            })}
          />
        </li>
        <li>
          <span>Read what comes</span>
          <CommandLine
            command={commandLine(servers, {
              command: 'consume',
              args: ['orders'],
              options: [['--follow'], ['--group', 'billing']],
            })}
          />
        </li>
        <li>
          <span>Write a message</span>
          <CommandLine
            command={withInput(
              'ann:tea',
              commandLine(servers, {
                command: 'produce',
                args: ['orders'],
                options: [['-K', ':']],
              }),
            )}
          />
        </li>
      </ol>
      {mayChange(current) && (
        <p>
          <a class="button primary" href={hrefOf({ view: 'topics' }, { do: 'create' })}>
            Create a topic
          </a>
        </p>
      )}
    </section>
  );
}
