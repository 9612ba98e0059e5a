import { createHmac } from 'node:crypto';
import type { Reply, Request } from './requests.ts';

/** Known to security and orders, so that orders can see who has logged in without asking. */
const secret = 'only the back ends know this';

/** The back end for logging in and out. */
export function answerSecurity(request: Request): Reply {
  if (request.action === 'logout') return { said: `good-bye, ${request.customer}` };
  if (request.action !== 'login' || request.password !== `${request.customer}-1`) {
    return { said: 'no such customer with such a password' };
  }
  return { said: `welcome, ${request.customer}`, token: tokenOf(request.customer) };
}

/** Whether whoever asks has logged in. */
export function isLoggedIn({ customer, token }: Request): boolean {
  return token === tokenOf(customer);
}

function tokenOf(customer: string): string {
  return createHmac('sha256', secret).update(customer).digest('hex').slice(0, 16);
}
