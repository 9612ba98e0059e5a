import { bookOf } from './books.ts';
import type { Reply, Request } from './requests.ts';
import { isLoggedIn } from './security.ts';

/** The back end for what costs money; it remembers what was ordered. */
export function createOrders(): (request: Request) => Reply {
  const orders = new Map<string, { title: string; state: 'on its way' | 'returned' }>();

  return function answerOrders(request) {
    if (!isLoggedIn(request)) return { said: 'please log in first' };
    if (request.action === 'buy') {
      const book = bookOf(request.isbn);
      if (book === undefined) return { said: 'no such book' };
      const number = `order-${orders.size + 1}`;
      orders.set(number, { title: book.title, state: 'on its way' });
      return { said: `${book.title} is yours: ${number}`, order: number };
    }
    const order = 'order' in request ? orders.get(request.order) : undefined;
    if (order === undefined) return { said: 'no such order' };
    if (request.action === 'return') order.state = 'returned';
    return { said: `${order.title} is ${order.state}` };
  };
}
