import { hrefOf } from '../app/routes.ts';
import { formatMessagesQuery, type MessagesQuery } from './messages-query.ts';

/** The address of a view of a topic's messages. */
export function messagesHref(topic: string, query: MessagesQuery): string {
  const text = new URLSearchParams(formatMessagesQuery(query));
  return hrefOf({ view: 'topic', topic, tab: 'messages' }, text);
}
