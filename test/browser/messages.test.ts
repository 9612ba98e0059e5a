// Goal: a message goes from the form that publishes to the live tail that somebody else looks at. Method: two pages on
// a real broker.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBroker } from '../../src/index.ts';
import { openPage, skip, takePicture } from './browser.ts';

test(
  'a message goes from the publish form to a live tail, exactly as it was written',
  { skip },
  async (t) => {
    const broker = await createBroker({ console: true, topics: { orders: 2 } });
    t.after(() => broker.stop());
    const { page: reader } = await openPage(t, { dark: true });
    await reader.goto(`${broker.consoleUrl}/#/topics/orders/messages`);
    await reader.getByRole('button', { name: 'Live' }).click();
    const { page: writer } = await openPage(t);
    await writer.goto(`${broker.consoleUrl}/#/topics/orders/messages`);
    await writer.getByRole('button', { name: 'Publish' }).click();
    const form = writer.getByRole('dialog');
    await form.getByLabel('Form of key').selectOption('text');
    await form.getByLabel('Key', { exact: true }).fill('ann');
    // Beyond 2^53, a number that JSON.parse would round; and what would be a script where text became HTML.
    const value = '{"order": 9007199254740993, "note": "<img src=x onerror=alert(1)>"}';
    await form.getByLabel('Value', { exact: true }).fill(value);
    await takePicture(t, writer, 'publish');
    await form.getByRole('button', { name: 'Publish' }).click();
    await form.getByText(/offset 0/i).waitFor();

    const row = reader.getByRole('row').filter({ hasText: 'ann' });
    await row.getByText('9007199254740993').waitFor();
    await row.click();
    const detail = reader.getByLabel('Record', { exact: true });
    await detail.getByText('<img src=x onerror=alert(1)>').waitFor();
    assert.equal(await reader.locator('main img').count(), 0);
    await takePicture(t, reader, 'live-tail');
    const [record] = await broker.records('orders');
    assert.equal(record?.value?.toString(), value);
  },
);

test(
  'where the console is read-only, nothing that changes something is offered',
  { skip },
  async (t) => {
    const broker = await createBroker({ console: { readOnly: true }, topics: { orders: 2 } });
    t.after(() => broker.stop());
    const { page } = await openPage(t);
    await page.goto(`${broker.consoleUrl}/#/topics`);
    await page.getByRole('link', { name: 'orders', exact: true }).waitFor();
    await page.getByText('read-only').waitFor();
    assert.equal(await page.getByRole('button', { name: 'New topic' }).count(), 0);
    await page.goto(`${broker.consoleUrl}/#/topics/orders/messages`);
    await page.getByRole('heading', { name: 'orders', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Live' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Publish' }).count(), 0);
  },
);
