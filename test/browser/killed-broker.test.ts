// Goal: a broker that dies, the new leaders and why things stand as they do are seen at once, while messages go on.
// Method: three real brokers with clients; broker 2 is killed, and comes back.
import { test } from 'node:test';
import { openPage, skip, takePicture } from './browser.ts';
import { livingCluster } from './living-cluster.ts';

test(
  'a broker that is killed is seen at once, with who leads instead and why',
  { skip },
  async (t) => {
    const { cluster, url } = await livingCluster(t);
    const { page } = await openPage(t, { dark: true });
    await page.goto(url);
    const picture = page.getByRole('group', { name: /^The cluster as a picture/ });
    await picture.getByText('order-service').waitFor();
    await picture.getByText('billing-service').waitFor();
    await takePicture(t, page, 'before-the-kill');

    await cluster.kill(2);
    const happened = page.getByRole('log');
    await happened.getByText('Broker 2 is down.').waitFor();
    await happened
      .getByText(/Broker [13] leads .*orders-\d.* instead of broker 2\./)
      .first()
      .waitFor();
    await picture.getByText(/down/).first().waitFor();
    await page
      .getByText(/2 of 3 replicas in sync because broker 2 is down/)
      .first()
      .waitFor();
    await takePicture(t, page, 'after-the-kill');
    await page.getByRole('link', { name: /^Why\?/ }).click();
    await page
      .getByRole('heading', { name: /broker 2 is down/i, level: 3 })
      .first()
      .waitFor();
    await takePicture(t, page, 'why-after-the-kill');
    await page.goBack();

    await cluster.restart(2);
    await happened.getByText('Broker 2 is up.').waitFor();
    await happened
      .getByText(/In sync again on broker 2/)
      .first()
      .waitFor();
    await takePicture(t, page, 'back-again');
  },
);
