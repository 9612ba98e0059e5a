import type { ComponentChildren } from 'preact';
import type { ConfigRow } from '../../../src/admin/contract/topics.ts';
import { useQuery } from '../app/router.ts';
import { mayChange, session } from '../data/session.ts';
import { useResource } from '../data/use-resource.ts';
import { useStore } from '../data/use-store.ts';
import { configCommand } from '../topics/topic-commands.ts';
import { Button } from '../ui/button.tsx';
import { CommandLine } from '../ui/command-line.tsx';
import { Empty, ErrorNotice, Loading } from '../ui/empty.tsx';
import { CheckField } from '../ui/field.tsx';
import { exact } from '../ui/figures.ts';
import { SearchField } from '../ui/search-field.tsx';
import { ConfigDialog } from './config-dialog.tsx';
import { configsPath, type ConfigResource } from './config-resource.ts';
import { isSet, matchingConfigs, readableValue, sourceText } from './config-sources.ts';
import './settings.css';

/** The configs of a topic, a broker or a group, with what they mean; each can be looked for and changed. */
export function ResourceConfigs({
  resource,
}: {
  readonly resource: ConfigResource;
}): ComponentChildren {
  const [query, change] = useQuery();
  const current = useStore(session);
  const configs = useResource<readonly ConfigRow[]>(configsPath(resource), { refreshMs: 10_000 });
  const rows = configs.data ?? [];
  const text = query.get('query') ?? '';
  const onlySet = query.get('set') === 'true';
  const shown = matchingConfigs(rows, text, onlySet);
  const command = configCommand(current?.bootstrapServers ?? '', resource, {});
  const edited = rows.find(({ name }) => name === query.get('key'));
  return (
    <>
      <div class="toolbar">
        <SearchField
          label="Search settings"
          value={text}
          onInput={(value) => change({ query: value })}
        />
        <CheckField
          label={`Only what was set (${exact(rows.filter(isSet).length)})`}
          checked={onlySet}
          onChange={(checked) => change({ set: checked ? 'true' : undefined })}
        />
      </div>
      {configs.error !== undefined && <ErrorNotice error={configs.error} />}
      {configs.loading && <Loading />}
      {configs.data !== undefined && shown.length === 0 && (
        <Empty title={onlySet && text === '' ? 'Nothing was set here' : 'No setting is like that'}>
          {onlySet && text === '' && <p>Everything is as it is by default.</p>}
          <Button onClick={() => change({ query: undefined, set: undefined })}>Show all</Button>
        </Empty>
      )}
      {shown.length > 0 && (
        <ul class="configs card">
          {shown.map((row) => (
            <ConfigItem
              key={row.name}
              row={row}
              onChange={
                mayChange(current) && !row.isReadOnly
                  ? () => change({ key: row.name }, { push: true })
                  : undefined
              }
            />
          ))}
        </ul>
      )}
      <CommandLine command={command} />
      {edited !== undefined && mayChange(current) && !edited.isReadOnly && (
        <ConfigDialog
          resource={resource}
          row={edited}
          onClose={() => change({ key: undefined })}
          onChanged={configs.refresh}
        />
      )}
    </>
  );
}

function ConfigItem({
  row,
  onChange,
}: {
  readonly row: ConfigRow;
  readonly onChange: (() => void) | undefined;
}): ComponentChildren {
  const readable = readableValue(row.name, row.value);
  return (
    <li class={isSet(row) ? 'config set' : 'config'}>
      <div class="config-name">
        <code>{row.name}</code>
        {row.documentation !== null && <p class="faint">{row.documentation}</p>}
      </div>
      <div class="config-value">
        <div>
          {row.isSensitive ? (
            <span class="faint">not shown: it is a secret</span>
          ) : row.value === null || row.value === '' ? (
            <span class="faint">{row.value === null ? 'not set' : 'empty'}</span>
          ) : (
            <code class="value">{row.value}</code>
          )}
          {readable !== null && <span class="faint"> {readable}</span>}
        </div>
        <div class="faint">
          {sourceText(row.source)}
          {isSet(row) && !row.isSensitive && row.inherited !== null && (
            <>
              {' '}
              · else <code>{row.inherited === '' ? 'empty' : row.inherited}</code>
            </>
          )}
          {row.isReadOnly && ' · cannot be changed here'}
        </div>
      </div>
      <div class="config-action">
        {onChange !== undefined && (
          <Button small onClick={onChange} label={`Change ${row.name}`}>
            Change
          </Button>
        )}
      </div>
    </li>
  );
}
