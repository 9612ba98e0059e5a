import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ImportResult } from '../../../src/admin/contract/messages.ts';
import type { TopicDetail } from '../../../src/admin/contract/topics.ts';
import { request } from '../data/api.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { CommandLine } from '../ui/command-line.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { CheckField, Field } from '../ui/field.tsx';
import { bytes, exact } from '../ui/figures.ts';
import { previewJsonLines, type JsonLinesPreview } from './json-lines.ts';
import { importCommand } from './message-commands.ts';
import './messages.css';

/** A file with what was seen of it. */
interface Chosen {
  readonly file: File;
  readonly preview: JsonLinesPreview;
  /** Only its beginning was looked at. */
  readonly isCut: boolean;
}

const previewBytes = 8_000_000;

/** Writes a file of JSON lines; what it holds is seen before anything is sent. */
export function ImportDialog({
  topic,
  onClose,
}: {
  readonly topic: TopicDetail;
  readonly onClose: () => void;
}): ComponentChildren {
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const [chosen, setChosen] = useState<Chosen>();
  const [repartition, setRepartition] = useState(false);
  const [result, setResult] = useState<ImportResult>();
  const preview = chosen?.preview;
  const isReady = preview !== undefined && preview.records > 0 && result === undefined;
  return (
    <Confirm
      title={`Import into ${topic.name}`}
      action={
        isReady
          ? `Import ${chosen?.isCut === true ? 'all' : exact(preview.records)} records`
          : 'Import'
      }
      wide
      isReady={isReady}
      staysOpen
      onClose={onClose}
      onConfirm={async () => {
        if (chosen === undefined) return;
        setResult(await importFile(topic.name, chosen.file, repartition));
      }}
    >
      <Field
        label="File"
        note="JSON lines, as Export and odradek consume --json write them: one object a line, with value, key, headers."
      >
        {(ids) => (
          <input
            {...ids}
            type="file"
            accept=".jsonl,.ndjson,.json,application/x-ndjson"
            onClick={(event) => {
              // The same file, mended meanwhile, is a choice too.
              event.currentTarget.value = '';
            }}
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              setResult(undefined);
              if (file !== undefined) void look(file).then(setChosen);
            }}
          />
        )}
      </Field>
      <CheckField
        label="Choose partitions anew by key, whatever the lines say"
        checked={repartition}
        onChange={setRepartition}
      />
      {chosen !== undefined && <Preview chosen={chosen} topic={topic} repartition={repartition} />}
      {result !== undefined && <Outcome result={result} />}
      {chosen !== undefined && (
        <CommandLine
          command={importCommand(bootstrap, topic.name, chosen.file.name, repartition)}
        />
      )}
    </Confirm>
  );
}

async function look(file: File): Promise<Chosen> {
  const isCut = file.size > previewBytes;
  const text = await file.slice(0, previewBytes).text();
  // The last line of a beginning is half a line.
  const whole = isCut ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
  return { file, isCut, preview: previewJsonLines(whole) };
}

async function importFile(topic: string, file: File, repartition: boolean): Promise<ImportResult> {
  const query = repartition ? '?repartition=true' : '';
  const response = await request(`api/topics/${encodeURIComponent(topic)}/import${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', 'odradek-console': '1' },
    body: file,
  });
  return (await response.json()) as ImportResult;
}

function Preview({
  chosen: { file, preview, isCut },
  topic,
  repartition,
}: {
  readonly chosen: Chosen;
  readonly topic: TopicDetail;
  readonly repartition: boolean;
}): ComponentChildren {
  const beyond =
    !repartition && preview.partitionMax !== null && preview.partitionMax >= topic.partitions;
  return (
    <div class="stack">
      <p>
        {exact(preview.records)} {preview.records === 1 ? 'record' : 'records'}
        {preview.tombstones > 0 && ` · tombstones among them: ${exact(preview.tombstones)}`}
        {preview.withPartition > 0 && ` · with a partition: ${exact(preview.withPartition)}`}
        <span class="faint">
          {' '}
          · {bytes(file.size)}
          {isCut && `; only the first ${bytes(previewBytes)} were looked at`}
        </span>
      </p>
      {beyond && (
        <div class="notice warn">
          A line names partition {preview.partitionMax}, and {topic.name} has{' '}
          {exact(topic.partitions)}. Choose partitions anew.
        </div>
      )}
      {preview.problemCount > 0 && (
        <div class="notice bad">
          <strong>
            {exact(preview.problemCount)} {preview.problemCount === 1 ? 'line is' : 'lines are'} no
            record; what lies before the first of them would be written
          </strong>
          <Problems problems={preview.problems} />
        </div>
      )}
      {preview.first.length > 0 && (
        <pre class="payload-text payload-body">
          {preview.first.map((record) => JSON.stringify(record).slice(0, 300)).join('\n')}
        </pre>
      )}
    </div>
  );
}

function Outcome({
  result: { written, problems },
}: {
  readonly result: ImportResult;
}): ComponentChildren {
  return (
    <div class={problems.length === 0 ? 'notice info' : 'notice bad'} role="status">
      <strong>{exact(written)} records were written.</strong>
      <Problems problems={problems} />
    </div>
  );
}

function Problems({
  problems,
}: {
  readonly problems: ImportResult['problems'];
}): ComponentChildren {
  return (
    <ul>
      {problems.map(({ line, message }) => (
        <li key={line}>
          Line {exact(line)}: {message}
        </li>
      ))}
    </ul>
  );
}
