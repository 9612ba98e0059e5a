import odradek = require('odradek');

const { createBroker, OdradekError } = odradek;

export async function run(): Promise<string> {
  const broker = await createBroker({ topics: { orders: 3 } });
  try {
    const servers: string = broker.bootstrapServers;
    await broker.createTopic('more', { partitions: 1 });
    const [record] = await broker.records('orders');
    const value: Buffer | null | undefined = record?.value;
    if (value !== undefined) return String(value);
    return servers;
  } catch (error) {
    if (error instanceof OdradekError) return error.code;
    throw error;
  } finally {
    await broker.stop();
  }
}

// @ts-expect-error: a port is a number
export const wrong = createBroker({ port: 'ninety' });
