/** What a customer may want. */
export type Wish =
  | { readonly action: 'login'; readonly password: string }
  | { readonly action: 'list' }
  | { readonly action: 'details'; readonly isbn: string }
  | { readonly action: 'buy'; readonly isbn: string }
  | { readonly action: 'status'; readonly order: string }
  | { readonly action: 'return'; readonly order: string }
  | { readonly action: 'logout' };

/** A wish on its way: by whom, and the number that its answer will have. `token` is there after a login. */
export type Request = Wish & {
  readonly id: string;
  readonly customer: string;
  readonly token?: string;
};

/** What a back end makes of a request. */
export interface Reply {
  readonly said: string;
  /** After a login: what to show the other back ends. */
  readonly token?: string;
  /** After a purchase: the number of the order. */
  readonly order?: string;
}

/** A reply on its way back. */
export interface Answer extends Reply {
  readonly id: string;
  readonly from: BackEndName;
}

/** The three back ends, and what each of them sees to. */
export const duties = {
  security: ['login', 'logout'],
  books: ['list', 'details'],
  orders: ['buy', 'status', 'return'],
} as const satisfies Record<string, readonly Wish['action'][]>;

export type BackEndName = keyof typeof duties;

/** Their names. */
export const backEndNames: readonly BackEndName[] = ['security', 'books', 'orders'];

/** Whether a back end sees to an action. */
export function seesTo(name: BackEndName, action: Wish['action']): boolean {
  return (duties[name] as readonly string[]).includes(action);
}
