import { Conversation, NoAnswer, type Exchange } from './conversation.ts';

/** A short story told to a broker. Its name is a sentence, and unlike all others. */
export interface Scenario {
  readonly name: string;
  readonly run: (broker: Conversation) => Promise<void>;
}

/** One story in several versions of an API: `Produce v3: no such topic`. */
export function inVersions(
  api: string,
  versions: readonly number[],
  story: string,
  run: (broker: Conversation, version: number) => Promise<void>,
): Scenario[] {
  return versions.map((version) => ({
    name: `${api} v${version}: ${story}`,
    run: (broker) => run(broker, version),
  }));
}

/** Plays a scenario, and answers what was said. */
export async function play(
  scenario: Scenario,
  bootstrapServers: string,
  run: string,
): Promise<readonly Exchange[]> {
  const broker = Conversation.with(bootstrapServers, scenario.name, run);
  try {
    await scenario.run(broker);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw new Error(scenario.name, { cause: error });
  } finally {
    broker.hangUp();
  }
  return broker.transcript;
}
