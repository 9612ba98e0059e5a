// Goal: a console with a password shows nothing to who does not know it. Method: a real broker that has one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBroker } from '../../src/index.ts';
import { openPage, skip, takePicture } from './browser.ts';

test('who knows the password is let in, stays in, and signs out', { skip }, async (t) => {
  const broker = await createBroker({ console: { password: 'sesame' }, topics: { secrets: 1 } });
  t.after(() => broker.stop());
  const { page } = await openPage(t, { dark: true });
  const bodies: string[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/api/')) response.text().then(bodies.push.bind(bodies), () => {});
  });
  await page.goto(`${broker.consoleUrl}/#/topics/secrets`);
  const password = page.getByLabel('Password of the console');
  await password.fill('Sesame');
  await password.press('Enter');
  await page.getByText('The password is wrong.').waitFor();
  await takePicture(t, page, 'sign-in-of-a-broker');
  assert.ok(bodies.every((body) => !body.includes('secrets')));

  await password.fill('sesame');
  await password.press('Enter');
  await page.getByRole('heading', { name: 'secrets', level: 1 }).waitFor();
  await page
    .getByRole('region', { name: /partitions/i })
    .first()
    .waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'secrets', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await password.waitFor();
  await page.reload();
  await password.waitFor();
});
