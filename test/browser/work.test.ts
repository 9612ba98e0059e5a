// Goal: what one does in the console is done by the broker. Method: a real broker with its console, the page as it is
// built, a real browser; what was done is asked of the broker by a client, or seen in another view.
import assert from 'node:assert/strict';
import { writeFileSync, readFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import type { Page } from 'playwright-core';
import { createBroker, type Broker, type BrokerOptions } from '../../src/index.ts';
import { assertFits, openPage, skip, takePicture } from './browser.ts';

interface Served {
  readonly broker: Broker;
  readonly url: string;
}

async function serve(t: TestContext, options: BrokerOptions = {}): Promise<Served> {
  const broker = await createBroker({ console: true, topics: { orders: 3 }, ...options });
  t.after(() => broker.stop());
  assert.ok(broker.consoleUrl !== undefined);
  return { broker, url: broker.consoleUrl };
}

/** Writes records as a script would. */
async function publish(url: string, topic: string, records: readonly object[]): Promise<void> {
  const response = await fetch(`${url}/api/topics/${topic}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'odradek-console': '1' },
    body: JSON.stringify({ records }),
  });
  assert.equal(response.status, 200, await response.text());
}

/** Has a group of this name go on from offset 20 of `orders`, without members. */
async function commit(t: TestContext, broker: Broker, groupId: string): Promise<Admin> {
  const kafka = new Kafka({ brokers: [broker.bootstrapServers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  t.after(() => admin.disconnect());
  const partitions = [{ partition: 0, offset: '20' }];
  await admin.setOffsets({ groupId, topic: 'orders', partitions });
  return admin;
}

/** What was asked just when it was deleted is not there any more, which is no fault of the page. */
function forgive(complaints: string[], deleted: string): void {
  const kept = complaints.filter(
    (one) => !(one.startsWith('there is no') && one.includes(deleted)),
  );
  complaints.splice(0, complaints.length, ...kept);
}

function runs(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `key-${index}`,
    value: `{"player":"${index % 2 === 0 ? 'ViratKohli' : 'MSDhoni'}","runs":${index}}`,
    partition: 0,
  }));
}

function records(page: Page) {
  return page.getByRole('region', { name: 'Records' });
}

test('a message goes from the form to the tail, digit for digit', { skip }, async (t) => {
  const { url } = await serve(t);
  const { page: reader } = await openPage(t);
  await reader.goto(`${url}/#/topics/orders/messages?order=tail`);
  await reader.getByRole('heading', { name: 'Waiting for records' }).waitFor();
  const { page: writer } = await openPage(t, { dark: true });
  await writer.goto(`${url}/#/topics/orders`);
  await writer.getByRole('button', { name: 'Publish' }).click();
  await writer.getByRole('combobox', { name: 'Form of key' }).selectOption('text');
  await writer.getByRole('textbox', { name: 'Key' }).fill('customer-7');
  await writer.getByRole('textbox', { name: 'Value' }).fill('{"id": 9007199254740993}');
  await writer.getByRole('button', { name: 'Add header' }).click();
  await writer.getByRole('textbox', { name: 'Name of header 1' }).fill('trace');
  await writer.getByRole('textbox', { name: 'Value of header 1' }).fill('é');
  await writer.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await writer.getByText(/Written to partition \d at/).waitFor();
  await takePicture(t, writer, 'publish');
  await records(reader).getByText('customer-7').click();
  const detail = reader.getByRole('complementary', { name: 'Record' });
  await detail.getByText('9007199254740993').waitFor();
  await detail.getByText('trace').waitFor();
  await takePicture(t, reader, 'tail');
});

test('a tail does not move while one reads, and counts what comes', { skip }, async (t) => {
  const { url } = await serve(t);
  const { page } = await openPage(t);
  await page.goto(`${url}/#/topics/orders/messages?order=tail&from=beginning`);
  await page.getByRole('heading', { name: 'Waiting for records' }).waitFor();
  await publish(url, 'orders', runs(60));
  await records(page).getByText('key-59', { exact: true }).waitFor();
  await records(page).evaluate((frame: { scrollTop: number }) => (frame.scrollTop = 300));
  const top = () => records(page).evaluate((frame: { scrollTop: number }) => frame.scrollTop);
  await page.waitForFunction('document.querySelector(".records .table-frame").scrollTop === 300');
  await publish(url, 'orders', [{ key: 'late', value: '1', partition: 0 }]);
  const pill = page.getByRole('button', { name: '1 new record: show' });
  await pill.waitFor();
  assert.equal(await top(), 300);
  assert.equal(await page.getByText('late', { exact: true }).count(), 0);
  await pill.click();
  await records(page).getByText('late', { exact: true }).waitFor();
  assert.equal(await top(), 0);
});

test('a search says where it stopped, and goes on from there', { skip }, async (t) => {
  const { url } = await serve(t);
  await publish(url, 'orders', runs(500));
  const { page } = await openPage(t);
  await page.goto(`${url}/#/topics/orders/messages`);
  await records(page).getByText('key-499', { exact: true }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('value.player == "ViratKohli" && value.runs < ');
  await page.getByText(/\^$/).waitFor();
  await takePicture(t, page, 'filter-mistake');
  await page.keyboard.type('400');
  await page.keyboard.press('Enter');
  await page.getByText('Stopped at 100 matches; there may be more.').waitFor();
  assert.match(page.url(), /where=/);
  await records(page).getByText('key-398', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Older records' }).click();
  await page.getByText('These are all 100 matches.').or(page.getByText('Stopped at 100')).waitFor();
  await records(page).getByText('key-198', { exact: true }).waitFor();
  await page.goBack();
  await records(page).getByText('key-398', { exact: true }).waitFor();
  await takePicture(t, page, 'search');
});

test('records are gone through by keyboard, on a small screen too', { skip }, async (t) => {
  const { url } = await serve(t);
  await publish(url, 'orders', runs(5));
  const { page } = await openPage(t, { width: 390, height: 844, dark: true });
  await page.goto(`${url}/#/topics/orders/messages?order=partition`);
  await records(page).getByText('key-0', { exact: true }).waitFor();
  const detail = page.getByRole('complementary', { name: 'Record' });
  await page.keyboard.press('j');
  await detail.getByRole('heading', { name: 'Partition 0, offset 0' }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await detail.getByRole('heading', { name: 'Partition 0, offset 2' }).waitFor();
  await page.keyboard.press('k');
  await detail.getByRole('heading', { name: 'Partition 0, offset 1' }).waitFor();
  await page.waitForURL(/open=0:1/);
  await page.keyboard.press('x');
  await page.getByText('1 selected').waitFor();
  await assertFits(page);
  await takePicture(t, page, 'record-narrow');
  await page.keyboard.press('Escape');
  await detail.waitFor({ state: 'detached' });
});

test('a record is edited and sent again, and a selection copied elsewhere', { skip }, async (t) => {
  const { url } = await serve(t, { topics: { orders: 1, copy: 1 } });
  await publish(url, 'orders', runs(3));
  const { page } = await openPage(t);
  await page.goto(`${url}/#/topics/orders/messages?open=0:1&select=0:0-2`);
  await page.getByRole('button', { name: 'Edit and send again' }).click();
  const value = page.getByRole('textbox', { name: 'Value' });
  assert.equal(await value.inputValue(), '{\n  "player": "MSDhoni",\n  "runs": 1\n}');
  await value.fill('{"player":"MSDhoni","runs":100}');
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await page.getByText(/Written to partition 0 at/).waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).last().click();
  await page.getByRole('button', { name: 'Resend to a topic' }).click();
  await page.getByRole('combobox', { name: 'To topic' }).fill('copy');
  await page.getByRole('dialog').getByRole('button', { name: 'Resend 3 records' }).click();
  await page.getByText('3 written to copy.').waitFor();
  await page.goto(`${url}/#/topics/copy/messages`);
  await page.getByText('These are all 3 records.').waitFor();
  await page.goto(`${url}/#/topics/orders/messages`);
  await records(page).getByText('100', { exact: true }).waitFor();
});

test('a file is looked at before it is imported, and exported as it was', { skip }, async (t) => {
  const { url } = await serve(t, { topics: { orders: 1 } });
  const folder = mkdtempSync(join(tmpdir(), 'odradek-import-'));
  const file = join(folder, 'records.jsonl');
  const lines = ['{"key":"a","value":"{\\"id\\":9007199254740993}"}', '{"key":"b","value":null}'];
  writeFileSync(file, `${lines.join('\n')}\nnonsense\n`);
  const { page } = await openPage(t);
  await page.goto(`${url}/#/topics/orders/messages?do=import`);
  await page.getByLabel('File', { exact: true }).setInputFiles(file);
  await page.getByText('1 line is no record').waitFor();
  await takePicture(t, page, 'import');
  const mended = join(folder, 'mended.jsonl');
  writeFileSync(mended, `${lines.join('\n')}\n`);
  await page.getByLabel('File', { exact: true }).setInputFiles(mended);
  await page.getByRole('button', { name: 'Import 2 records' }).click();
  await page.getByText('2 records were written.').waitFor();
  await page.keyboard.press('Escape');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export all' }).click();
  const path = await (await download).path();
  const exported = readFileSync(path, 'utf8').trimEnd().split('\n');
  assert.equal(exported.length, 2);
  assert.match(exported[0] ?? '', /"value":"{\\"id\\":9007199254740993}"/);
});

test('topics are made, filtered, given partitions and deleted', { skip }, async (t) => {
  const { url } = await serve(t, { topics: {} });
  const { page, complaints } = await openPage(t);
  await page.goto(`${url}/#/topics`);
  await page.getByRole('heading', { name: 'There are no topics yet' }).waitFor();
  await page.getByRole('button', { name: 'New topic' }).first().click();
  await page.getByRole('textbox', { name: 'Name' }).fill('adverts');
  await page.getByRole('textbox', { name: 'Partitions' }).fill('2');
  await page.getByRole('button', { name: 'Add config' }).click();
  await page.getByRole('combobox', { name: 'Config 1' }).fill('retention.ms');
  await page.getByRole('textbox', { name: 'Value of retention.ms' }).fill('86400000');
  await page.getByRole('button', { name: 'Create topic' }).click();
  await page.getByRole('heading', { name: 'adverts', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Filtered topic' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('adverts-kohli');
  await page.getByRole('textbox', { name: 'Records that match' }).fill('value.player == ');
  await page.getByRole('dialog').getByText(/\^$/).waitFor();
  await page.getByRole('textbox', { name: 'Records that match' }).fill('value.runs > 1');
  await page.getByRole('button', { name: 'Create topic' }).click();
  await page.getByRole('heading', { name: 'adverts-kohli', level: 1 }).waitFor();
  await publish(url, 'adverts', runs(4));
  await page.getByRole('link', { name: 'Messages' }).click();
  await page.getByText('These are all 2 records.').waitFor();
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('button', { name: 'Change filter' }).click();
  await page.getByRole('textbox', { name: 'Filter' }).fill('value.runs > 2');
  await page.getByText('The broker would take it.').waitFor();
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await page.getByText('odradek.filter was set.').waitFor();
  await page.getByRole('link', { name: 'Messages' }).click();
  await page.getByText('This is the only record.').waitFor();
  await page.goto(`${url}/#/topics/adverts?do=partitions`);
  await page.getByRole('button', { name: 'Have 3 partitions' }).click();
  await page.getByText('adverts has 3 partitions.').waitFor();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('Its filtered topics are deleted with it').waitFor();
  await page.getByLabel('Type adverts to confirm').fill('adverts');
  await takePicture(t, page, 'delete-topic');
  await page.getByRole('button', { name: 'Delete 2 topics' }).click();
  await page.getByRole('heading', { name: 'There are no topics yet' }).waitFor();
  forgive(complaints, 'adverts');
});

test('records are deleted up to an offset, once the name was typed', { skip }, async (t) => {
  const { url } = await serve(t, { topics: { orders: 1 } });
  await publish(url, 'orders', runs(10));
  const { page } = await openPage(t);
  await page.goto(`${url}/#/topics/orders?do=delete-records`);
  await page.getByRole('textbox', { name: 'Offset' }).fill('7');
  await page.getByLabel('Type orders to confirm').fill('orders');
  await page.getByRole('button', { name: 'Delete 7 records' }).click();
  await page.getByText('7 records of orders were deleted.').waitFor();
  await page.goto(`${url}/#/topics/orders/messages?order=partition`);
  await page.getByText('These are all 3 records.').waitFor();
});

test('a setting is tried before it is set, and returned to what it was', { skip }, async (t) => {
  const { url } = await serve(t);
  const { page } = await openPage(t);
  await page.goto(`${url}/#/topics/orders/settings?query=retention.ms`);
  await page.getByRole('button', { name: 'Change retention.ms', exact: true }).click();
  const value = page.getByRole('textbox', { name: 'Value' });
  await value.fill('soon');
  await page.getByText(/Invalid value soon/).waitFor();
  assert.ok(await page.getByRole('button', { name: 'Set', exact: true }).isDisabled());
  await value.fill('3600000');
  await page.getByText('The broker would take it.').waitFor();
  await page.getByRole('button', { name: 'Set', exact: true }).click();
  await page.getByText('set for this topic').waitFor();
  await page.getByText('Only what was set (1)').click();
  await takePicture(t, page, 'settings');
  await page.getByRole('button', { name: 'Change retention.ms', exact: true }).click();
  await page.getByRole('button', { name: 'Return to 604800000' }).click();
  await page.getByText('The broker would take it.').waitFor();
  await page.getByRole('button', { name: 'Return to 604800000' }).last().click();
  await page.getByRole('heading', { name: 'No setting is like that' }).waitFor();
});

test(
  'offsets of a group are reset after a preview, and a group is deleted',
  { skip },
  async (t) => {
    const { broker, url } = await serve(t, { topics: { orders: 1 } });
    await publish(url, 'orders', runs(50));
    const admin = await commit(t, broker, 'billing');
    const { page, complaints } = await openPage(t);
    await page.goto(`${url}/#/groups?sort=lag`);
    await page.getByRole('link', { name: 'billing' }).click();
    await page.getByRole('button', { name: 'Reset offsets' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('20 read again').waitFor();
    await dialog.getByRole('button', { name: 'Shift by' }).click();
    await dialog.getByRole('textbox', { name: 'Records' }).fill('7');
    await dialog.getByText('7 left out').waitFor();
    await takePicture(t, page, 'reset-offsets');
    await dialog.getByRole('button', { name: 'Reset 1 partition' }).click();
    await dialog.waitFor({ state: 'detached' });
    const [committed] = await admin.fetchOffsets({ groupId: 'billing', topics: ['orders'] });
    assert.equal(committed?.partitions[0]?.offset, '27');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByLabel('Type billing to confirm').fill('billing');
    await page.getByRole('button', { name: 'Delete group' }).click();
    await page.getByRole('heading', { name: 'There are no groups yet' }).waitFor();
    forgive(complaints, 'billing');
  },
);

test('script in keys, values, headers and names is text', { skip }, async (t) => {
  const { broker, url } = await serve(t, { topics: { orders: 1 } });
  const script = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  await publish(url, 'orders', [
    { key: script, value: script, headers: [{ key: script, value: script }], partition: 0 },
    { key: script, value: JSON.stringify({ [script]: script }), partition: 0 },
  ]);
  await commit(t, broker, script);
  const { page } = await openPage(t);
  await page.goto(`${url}/#/topics/orders/messages?open=0:0&where=${encodeURIComponent(script)}`);
  await page
    .getByText(/is not valid/)
    .first()
    .waitFor();
  await page.goto(`${url}/#/topics/orders/messages?open=0:0`);
  const detail = page.getByRole('complementary', { name: 'Record' });
  await detail.getByText(script).first().waitFor();
  await records(page).getByText(script).first().waitFor();
  await page.keyboard.press('k');
  await detail.getByRole('button', { name: /object, 1 member/ }).waitFor();
  await page.goto(`${url}/#/groups`);
  await page.getByRole('link', { name: script }).click();
  await page.getByRole('heading', { name: script, level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: `Delete group ${script}?` }).waitFor();
  assert.equal(await page.locator('img, main script').count(), 0);
  assert.match(await page.title(), /Odradek$/);
});

test('a console that is read-only shows nothing that changes something', { skip }, async (t) => {
  const { url } = await serve(t, { console: { readOnly: true } });
  const { page } = await openPage(t);
  for (const view of ['topics', 'topics/orders', 'topics/orders/messages', 'settings', 'groups']) {
    await page.goto(`${url}/#/${view}`);
    await page.getByText('read-only').waitFor();
    const names = await page.getByRole('main').getByRole('button').allInnerTexts();
    const changing = names.filter((name) => /New topic|Publish|Delete|Import|Change/.test(name));
    assert.deepEqual(changing, [], view);
  }
});
