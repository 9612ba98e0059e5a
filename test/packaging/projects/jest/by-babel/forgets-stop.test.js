import { createBroker } from 'odradek';

test('nobody stops this broker', async () => {
  const broker = await createBroker();
  await broker.createTopic('left', { partitions: 1 });
});
