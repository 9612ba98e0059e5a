import type { BrokerImage, ListenerImage } from '../../metadata/image.ts';

/** Where other brokers reach one; undefined where it has no listener of that name. */
export function brokerAddress(
  { listeners }: BrokerImage,
  interBrokerListenerName: string,
): ListenerImage | undefined {
  return listeners.find(({ name }) => name === interBrokerListenerName);
}
