import type { Producer } from 'kafkajs';

/** The code that the tests of these examples are about: it announces an order on the topic `orders`. */
export async function placeOrder(
  producer: Producer,
  customer: string,
  item: string,
): Promise<void> {
  if (item === '') throw new Error('an order is for something');
  await producer.send({
    topic: 'orders',
    messages: [{ key: customer, value: JSON.stringify({ item }) }],
  });
}
