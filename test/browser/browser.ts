import assert from 'node:assert/strict';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { repositoryFolder } from '../../tools/run-command.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** The browser of these tests: what `CHROMIUM_BIN` names, else the first on the PATH; undefined where there is none. */
const program = findProgram();

/** For the options of a test: without a browser it is left out, and says so. */
export const skip =
  program === undefined
    ? `there is no browser: CHROMIUM_BIN names none, and the PATH has none of ${names.join(', ')}`
    : false;

function findProgram(): string | undefined {
  const named = process.env['CHROMIUM_BIN'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates =
    named === undefined || named === ''
      ? names.flatMap((name) => folders.map((folder) => join(folder, name)))
      : [named];
  return candidates.find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const builtPage = join(repositoryFolder, 'console', 'dist', 'index.html');

let opened: Promise<Browser> | undefined;

/** How a page is looked at. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** Whoever looks wants little to move. */
  readonly still?: boolean;
}

/** A page, and what went wrong in it so far. */
export interface Watched {
  readonly page: Page;
  /** Errors of scripts, what the Content-Security-Policy refused, and complaints of the console. */
  readonly complaints: string[];
}

/**
 * Opens a page of its own, closed after the test; the browser is shared by the tests of a file, and closed with the
 * last page. What goes wrong in the page fails the test.
 */
export async function openPage(t: TestContext, look: Look = {}): Promise<Watched> {
  assert.ok(existsSync(builtPage), 'the page is not built: npm run build --workspace console');
  opened ??= chromium.launch({ executablePath: program ?? '', timeout: 60_000 });
  const browser = await opened;
  const context = await browser.newContext(contextOptions(look));
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('console', (message) => {
    // That a request was refused or not answered is shown by the page itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (response.status() === 404) complaints.push(`there is no ${pathname}`);
  });
  t.after(async () => {
    await context.close();
    if (browser.contexts().length === 0) {
      opened = undefined;
      await browser.close();
    }
    assert.deepEqual(complaints, [], 'what the page complained of');
  });
  return { page, complaints };
}

function contextOptions({ width = 1440, height = 900, dark, still }: Look): BrowserContextOptions {
  return {
    viewport: { width, height },
    colorScheme: dark === true ? 'dark' : 'light',
    reducedMotion: still === true ? 'reduce' : 'no-preference',
    locale: 'en-GB',
    timezoneId: 'UTC',
  };
}

const pictures = join(repositoryFolder, 'test-output', 'browser');

/** Keeps a picture of the page under this name, and says where. */
export async function takePicture(t: TestContext, page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  const path = join(pictures, `${name}.png`);
  await page.screenshot({ path });
  t.diagnostic(`picture: ${path}`);
}

/** Fails where the page is wider than the screen, so that it would have to be pushed aside. */
export async function assertFits(page: Page): Promise<void> {
  const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
  const screen = await page.evaluate<number>('document.documentElement.clientWidth');
  assert.ok(wide <= screen, `${page.url()} is ${wide} wide on a screen of ${screen}`);
}
