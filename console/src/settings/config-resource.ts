/** What configs belong to; the broker named `default` stands for all brokers. */
export interface ConfigResource {
  readonly type: 'topic' | 'broker' | 'group';
  readonly name: string;
}

/** Where the contract has the configs of a resource. */
export function configsPath({ type, name }: ConfigResource): string {
  return `api/configs/${type}s/${encodeURIComponent(name)}`;
}
