import type { ComponentChildren } from 'preact';
import { hrefOf } from '../app/routes.ts';
import { mayChange, session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { CommandLine } from '../ui/command-line.tsx';

/** What to do with a broker that holds nothing yet. */
export function FirstSteps(): ComponentChildren {
  const current = useStore(session);
  const servers = current?.bootstrapServers ?? '127.0.0.1:9092';
  const where = servers === '127.0.0.1:9092' ? '' : ` --bootstrap-server ${servers}`;
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
          <CommandLine command={`odradek topic create orders -p 3${where}`} />
        </li>
        <li>
          <span>Read what comes</span>
          <CommandLine command={`odradek consume orders --follow --group billing${where}`} />
        </li>
        <li>
          <span>Write a message</span>
          <CommandLine command={`echo 'ann:tea' | odradek produce orders -K :${where}`} />
        </li>
      </ol>
      {mayChange(current) && (
        <p>
          <a class="button primary" href={hrefOf({ view: 'topics' }, { create: 'topic' })}>
            Create a topic
          </a>
        </p>
      )}
    </section>
  );
}
