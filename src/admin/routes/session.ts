import type { Session } from '../contract/session.ts';
import { jsonBody } from '../http/admin-request.ts';
import { json, noContent } from '../http/answer.ts';
import { badField } from '../http/problem.ts';
import type { Route } from '../http/route.ts';

/** Nobody has signed in yet who sends it. */
const signInBytesMax = 16 * 1024;

/** Who looks: `/api/session`. */
export const sessionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/session',
    access: 'open',
    handle: async (request, { broker, signIn, version }) => {
      const who = await signIn.who(request.headers, request.remoteAddress);
      const session: Session = {
        version,
        nodeId: broker.config.nodeId,
        clusterId: broker.clusterId,
        mode: broker.config.admin.console === 'read-only' ? 'read-only' : 'full',
        needsSignIn: who === 'nobody',
        canSignOut: who === 'browser',
        bootstrapServers: broker.addresses
          .map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`)
          .join(','),
      };
      return json(session);
    },
  },
  {
    method: 'POST',
    path: '/api/session',
    access: 'open',
    handle: async (request, { signIn }) => {
      const { password } = await jsonBody(request, signInBytesMax);
      if (typeof password !== 'string') throw badField('password', 'password is to be a text.');
      const cookie = await signIn.signIn(password, request.remoteAddress);
      return noContent({ 'set-cookie': cookie });
    },
  },
  {
    method: 'DELETE',
    path: '/api/session',
    access: 'open',
    handle: (request, { signIn }) =>
      noContent({ 'set-cookie': signIn.signOut(request.header('cookie') ?? '') }),
  },
];
