import type { AnswerHeaders } from './answer.ts';

/** The page has its scripts and styles in files of its own: nothing that a record or a name says is ever run. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * What every answer carries, whatever it is: it is taken for nothing but what it says it is, and were it opened as a
 * page, nothing in it would run, and no other page would have it in a frame.
 */
export const securityHeaders: AnswerHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** What the page and its files carry in place of that and beside it. */
export const pageHeaders: AnswerHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};
