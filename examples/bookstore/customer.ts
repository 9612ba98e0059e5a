import { books } from './books.ts';
import type { FrontEnd } from './front-end.ts';
import type { Answer, Wish } from './requests.ts';

type Tell = (wish: Wish, answer: Answer) => void;

/** Somebody with a browser: keeps the token of the login, and the number of what was bought. */
export class Customer {
  readonly #name: string;
  readonly #shop: FrontEnd;
  readonly #tell: Tell;
  #token: string | undefined;
  #order = '';

  constructor(name: string, shop: FrontEnd, tell: Tell = () => {}) {
    this.#name = name;
    this.#shop = shop;
    this.#tell = tell;
  }

  async #want(wish: Wish): Promise<void> {
    const answer = await this.#shop.ask(this.#name, this.#token, wish);
    if (answer.token !== undefined) this.#token = answer.token;
    if (answer.order !== undefined) this.#order = answer.order;
    if (wish.action === 'logout') this.#token = undefined;
    this.#tell(wish, answer);
  }

  /** Does all that can be done, once. */
  async visit(): Promise<void> {
    await this.#want({ action: 'login', password: `${this.#name}-1` });
    await this.#want({ action: 'list' });
    await this.#want({ action: 'details', isbn: '978-3' });
    await this.#want({ action: 'buy', isbn: '978-3' });
    await this.#want({ action: 'status', order: this.#order });
    await this.#want({ action: 'return', order: this.#order });
    await this.#want({ action: 'status', order: this.#order });
    await this.#want({ action: 'logout' });
    await this.#want({ action: 'buy', isbn: '978-1' });
  }

  /** Does what most do: looks at much and buys little. */
  async browse(isBuying: boolean): Promise<void> {
    await this.#want({ action: 'login', password: `${this.#name}-1` });
    await this.#want({ action: 'list' });
    for (const { isbn } of books) await this.#want({ action: 'details', isbn });
    if (isBuying) {
      await this.#want({ action: 'buy', isbn: '978-4' });
      await this.#want({ action: 'status', order: this.#order });
    }
    await this.#want({ action: 'logout' });
  }
}
