import type { ComponentChildren } from 'preact';
import type { TopicDetail } from '../../../src/admin/contract/topics.ts';
import { navigate, useLocation } from '../app/router.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { CommandLine } from '../ui/command-line.tsx';
import { FoundRecords } from './found-records.tsx';
import { messagesCommand } from './message-commands.ts';
import { messagesHref } from './messages-href.ts';
import { parseMessagesQuery, type MessagesQuery } from './messages-query.ts';
import { MessagesToolbar } from './messages-toolbar.tsx';
import { TailRecords } from './tail-records.tsx';
import './messages.css';

/** What the parts of the view are given. */
export interface MessagesProps {
  readonly topic: TopicDetail;
  readonly query: MessagesQuery;
  /** Shows something else; with `push` the view before can be gone back to. */
  readonly show: (query: MessagesQuery, options?: { push: boolean }) => void;
}

/** The records of a topic: found, or as they are written. */
export function MessagesView({ topic }: { readonly topic: TopicDetail }): ComponentChildren {
  const { query: address } = useLocation();
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const query = parseMessagesQuery(address.toString());
  const show: MessagesProps['show'] = (next, { push } = { push: false }) =>
    navigate(messagesHref(topic.name, next), { replace: !push });
  const props: MessagesProps = { topic, query, show };
  const command = messagesCommand(bootstrap, topic.name, query);
  return (
    <div class="messages">
      <MessagesToolbar {...props} />
      {query.order === 'tail' ? <TailRecords {...props} /> : <FoundRecords {...props} />}
      {command === null ? (
        <p class="faint">No single command line shows this page.</p>
      ) : (
        <CommandLine command={command} />
      )}
    </div>
  );
}
