// Goal: the page itself, on clusters that would take long to make. Method: a made-up cluster behind the contract, the
// page as it is built, a real browser.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { startFakeAdmin, type FakeAdmin } from '../../console/dev/fake-admin.ts';
import { assertFits, openPage, skip, takePicture } from './browser.ts';

type Options = Parameters<typeof startFakeAdmin>[0];

async function fake(t: TestContext, options: Partial<Options> = {}): Promise<FakeAdmin> {
  const admin = await startFakeAdmin({
    brokers: 3,
    topics: 3,
    groups: 3,
    troubled: false,
    ...options,
  });
  t.after(() => admin.close());
  return admin;
}

test('a thousand topics are folded to the busiest, on every screen', { skip }, async (t) => {
  const { url } = await fake(t, { brokers: 6, topics: 1000, groups: 300 });
  for (const [width, name] of [
    [1440, 'wide'],
    [390, 'narrow'],
  ] as const) {
    const { page } = await openPage(t, { width, dark: true });
    await page.goto(url);
    const picture = page.getByRole('group', { name: /^The cluster as a picture/ });
    await picture.getByText(/and 9\d\d more topics/).waitFor();
    await picture.getByText('sensors', { exact: true }).first().waitFor();
    await assertFits(page);
    await takePicture(t, page, `thousand-topics-${name}`);
  }
});

test('ten thousand topics are listed as quickly as ten', { skip }, async (t) => {
  const { url } = await fake(t, { topics: 10_000, groups: 0 });
  const { page } = await openPage(t);
  await page.goto(`${url}/#/topics`);
  await page.getByRole('link', { name: 'adverts', exact: true }).waitFor();
  const rows = await page.getByRole('row').count();
  assert.ok(rows < 250, `${rows} rows are in the page`);
  await takePicture(t, page, 'ten-thousand-topics');
});

test('a broker without topics says what to do first', { skip }, async (t) => {
  const { url } = await fake(t, { brokers: 1, topics: 0, groups: 0 });
  const { page } = await openPage(t);
  await page.goto(url);
  await page.getByRole('heading', { name: 'There are no topics yet' }).waitFor();
  await page.getByText('odradek topic create orders -p 3').waitFor();
  await takePicture(t, page, 'first-steps');
});

test(
  'a console with a password asks for it, and goes on where one wanted to go',
  { skip },
  async (t) => {
    const { url } = await fake(t, { password: 'odr4dek' });
    const { page } = await openPage(t);
    await page.goto(`${url}/#/brokers`);
    const password = page.getByLabel('Password of the console');
    await password.fill('wrong');
    await password.press('Enter');
    await page.getByText('This is not the password.').waitFor();
    await takePicture(t, page, 'sign-in');
    await password.fill('odr4dek');
    await password.press('Enter');
    await page.getByRole('heading', { name: 'Brokers', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Broker 2' }).waitFor();
  },
);

test(
  'a broker that does not answer is told calmly, and the page goes on when it is back',
  { skip },
  async (t) => {
    const admin = await fake(t);
    const { page } = await openPage(t);
    await page.goto(admin.url);
    await page.getByText('orders-service').waitFor();
    await admin.close();
    await page.getByText(/The broker has not answered since/).waitFor();
    await page.getByText('orders-service').waitFor(); // what was seen last is still there
    await takePicture(t, page, 'lost-connection');
    await fake(t, { port: Number(new URL(admin.url).port) });
    await page.getByText(/The broker has not answered since/).waitFor({ state: 'detached' });
  },
);

test('everything can be gone to by keyboard', { skip }, async (t) => {
  const { url } = await fake(t);
  const { page } = await openPage(t);
  await page.goto(url);
  await page.getByText('orders-service').waitFor();
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Topic, group or view' });
  await field.fill('paym');
  await page.getByRole('option', { name: /payments/, selected: true }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'payments', level: 1 }).waitFor();
  assert.match(page.url(), /#\/topics\/payments$/);
  assert.equal(await page.evaluate('document.activeElement.tagName'), 'MAIN');
  await page.goBack();
  await page.getByRole('heading', { name: 'Cluster', level: 1 }).waitFor();
  await page.keyboard.press('Control+k');
  await field.waitFor();
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
});

test(
  'who wants little to move sees the picture stand still, and tables say the same',
  { skip },
  async (t) => {
    const { url } = await fake(t);
    const { page } = await openPage(t, { still: true });
    await page.goto(url);
    await page.getByText('orders-service').waitFor();
    const moved = await page.evaluate<boolean>(`new Promise((resolve) => {
    const canvas = document.querySelector('canvas');
    const first = canvas.toDataURL();
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(canvas.toDataURL() !== first)));
  })`);
    assert.equal(moved, false, 'nothing moved from one frame to the next');
    await page.getByRole('button', { name: 'Tables' }).click();
    assert.match(page.url(), /as=tables/);
    for (const name of ['Brokers', 'Producers', 'Partitions', 'Groups']) {
      await page.getByRole('region', { name, exact: true }).waitFor();
    }
    await page.getByRole('cell', { name: 'orders-2' }).waitFor();
    await takePicture(t, page, 'tables');
  },
);

test('the first picture is there within a few round trips', { skip }, async (t) => {
  const { url } = await fake(t);
  const { page } = await openPage(t);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(url);
  await page.getByText('orders-service').waitFor();
  // The page; what it names; and all figures beside each other.
  const assets = asked.filter((path) => path.startsWith('/assets/'));
  assert.ok(assets.length <= 3, assets.join(' '));
  assert.equal(asked[0], '/');
  assert.ok(asked.includes('/api/live') && asked.includes('/api/session'));
});
