import { join } from 'node:path';
import { runCommand, type CommandOutcome } from '../../tools/run-command.ts';

/** Apache's command-line programs by the names of their scripts, without `kafka-` and `.sh`. */
const classes = {
  'broker-api-versions': 'org.apache.kafka.tools.BrokerApiVersionsCommand',
  'client-compatibility-test': 'org.apache.kafka.tools.ClientCompatibilityTest',
  cluster: 'org.apache.kafka.tools.ClusterTool',
  configs: 'kafka.admin.ConfigCommand',
  'connect-distributed': 'org.apache.kafka.connect.cli.ConnectDistributed',
  'connect-mirror-maker': 'org.apache.kafka.connect.mirror.MirrorMaker',
  'connect-standalone': 'org.apache.kafka.connect.cli.ConnectStandalone',
  'console-consumer': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'console-producer': 'org.apache.kafka.tools.ConsoleProducer',
  'consumer-groups': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  'delete-records': 'org.apache.kafka.tools.DeleteRecordsCommand',
  'dump-log': 'org.apache.kafka.tools.DumpLogSegments',
  features: 'org.apache.kafka.tools.FeatureCommand',
  'get-offsets': 'org.apache.kafka.tools.GetOffsetShell',
  'leader-election': 'org.apache.kafka.tools.LeaderElectionCommand',
  'log-dirs': 'org.apache.kafka.tools.LogDirsCommand',
  'metadata-quorum': 'org.apache.kafka.tools.MetadataQuorumCommand',
  'producer-perf-test': 'org.apache.kafka.tools.ProducerPerformance',
  'reassign-partitions': 'org.apache.kafka.tools.reassign.ReassignPartitionsCommand',
  'replica-verification': 'org.apache.kafka.tools.ReplicaVerificationTool',
  storage: 'kafka.tools.StorageTool',
  'streams-application-reset': 'org.apache.kafka.tools.StreamsResetter',
  topics: 'org.apache.kafka.tools.TopicCommand',
  'verifiable-consumer': 'org.apache.kafka.tools.VerifiableConsumer',
  'verifiable-producer': 'org.apache.kafka.tools.VerifiableProducer',
  'word-count-demo': 'org.apache.kafka.streams.examples.wordcount.WordCountDemo',
} as const;

/** A tool of Apache's. */
export type JavaTool = keyof typeof classes;

/** What a tool is given beside its arguments. */
export interface JavaToolOptions {
  /** Its standard input. */
  readonly input?: string;
  /** Two minutes unless given. */
  readonly timeoutMs?: number;
}

/** A small heap and no second compiler: most of a short tool's time is the start of its JVM. */
const quickStart = ['-Xmx256m', '-Xshare:auto', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** The words after `java` that run `className` with the jars in `folder`. */
export function javaArguments(folder: string, className: string, jvm = quickStart): string[] {
  return [
    ...jvm,
    `-Dlog4j2.configurationFile=${join(import.meta.dirname, 'log4j2.xml')}`,
    '-cp',
    join(folder, '*'),
    className,
  ];
}

/** The words after `java` that run one of Apache's tools with the jars in `folder`. */
export function javaCommand(folder: string, tool: JavaTool, args: readonly string[]): string[] {
  return [...javaArguments(folder, classes[tool]), ...args];
}

/** Runs one of Apache's tools to its end with the jars in `folder`. Never rejects. */
export function runJavaTool(
  folder: string,
  tool: JavaTool,
  args: readonly string[],
  { input, timeoutMs = 120_000 }: JavaToolOptions = {},
): Promise<CommandOutcome> {
  return runCommand('java', javaCommand(folder, tool, args), {
    timeoutMs,
    ...(input === undefined ? {} : { input }),
  });
}
