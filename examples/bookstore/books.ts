import type { Reply, Request } from './requests.ts';

interface Book {
  readonly isbn: string;
  readonly title: string;
  readonly cents: number;
}

/** What the shop sells. */
export const books: readonly Book[] = [
  { isbn: '978-1', title: 'Moby-Dick', cents: 1490 },
  { isbn: '978-2', title: 'Middlemarch', cents: 1790 },
  { isbn: '978-3', title: 'The Trial', cents: 990 },
  { isbn: '978-4', title: 'Don Quixote', cents: 5200 },
];

/** The back end for what one may know without logging in. */
export function answerBooks(request: Request): Reply {
  if (request.action !== 'details') return { said: books.map(({ title }) => title).join(', ') };
  const book = bookOf(request.isbn);
  return {
    said: book === undefined ? 'no such book' : `${book.title}, ${(book.cents / 100).toFixed(2)} €`,
  };
}

/** The book with a number. */
export function bookOf(isbn: string): Book | undefined {
  return books.find((book) => book.isbn === isbn);
}
