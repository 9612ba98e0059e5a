import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Picture } from '../../../src/admin/contract/picture.ts';
import { Page } from '../app/page.tsx';
import { useQuery } from '../app/router.ts';
import { commandLine } from '../data/command-line.ts';
import { useLive } from '../data/live.ts';
import { preferences, setPreference } from '../data/preferences.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { Button, Segmented } from '../ui/button.tsx';
import { Empty, Loading } from '../ui/empty.tsx';
import { TextField } from '../ui/field.tsx';
import { ChangeList } from './change-list.tsx';
import { FirstSteps } from './first-steps.tsx';
import { Legend } from './legend.tsx';
import { PictureFigures } from './picture-figures.tsx';
import { PictureTables } from './picture-tables.tsx';
import { PictureView } from './picture-view.tsx';
import { toldBy } from './told.ts';
import { WhyStrip } from './why-strip.tsx';

/** The cluster as a living picture, or as tables. */
export function PicturePage(): ComponentChildren {
  const [query] = useQuery();
  const topic = query.get('topic') ?? undefined;
  const asTables = query.get('as') === 'tables';
  const picture = useLive({ topic });
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  return (
    <Page
      title="Cluster"
      note={picture !== null && <PictureFigures picture={picture} />}
      actions={<PictureControls asTables={asTables} topic={topic} picture={picture} />}
      command={commandLine(bootstrap, { command: 'cluster describe' })}
    >
      {picture === null ? (
        <Loading />
      ) : (
        <Shown picture={picture} topic={topic} asTables={asTables} />
      )}
    </Page>
  );
}

function Shown({
  picture,
  topic,
  asTables,
}: {
  readonly picture: Picture;
  readonly topic: string | undefined;
  readonly asTables: boolean;
}): ComponentChildren {
  const told = toldBy(picture);
  const { still } = useStore(preferences);
  const reduced = useReducedMotion();
  const hasTopics = picture.topics.some(({ internal }) => !internal) || picture.topicsMore > 0;
  const isThere = topic === undefined || picture.topics.some(({ name }) => name === topic);
  return (
    <>
      <WhyStrip whys={picture.whys} />
      {!hasTopics && <FirstSteps />}
      {!isThere && (
        <Empty title={`There is no topic ${topic ?? ''}`}>
          <p>It may have been deleted, or its name be written otherwise.</p>
        </Empty>
      )}
      {asTables ? (
        <PictureTables picture={picture} topic={topic} />
      ) : (
        <PictureView
          picture={picture}
          topic={topic}
          readRate={told.readRate}
          changes={told.changes}
          moving={!still && !reduced}
        />
      )}
      <div class="picture-foot">
        <ChangeList changes={told.changes} />
        {!asTables && <Legend />}
      </div>
    </>
  );
}

function PictureControls({
  asTables,
  topic,
  picture,
}: {
  readonly asTables: boolean;
  readonly topic: string | undefined;
  readonly picture: Picture | null;
}): ComponentChildren {
  const [, change] = useQuery();
  const { still } = useStore(preferences);
  return (
    <>
      <TextField
        label="Only this topic"
        hideLabel
        type="search"
        placeholder="Only this topic…"
        value={topic ?? ''}
        suggestions={picture?.topics.map(({ name }) => name) ?? []}
        onInput={(name) => change({ topic: name })}
      />
      {!asTables && (
        <Button
          icon={still ? 'play' : 'pause'}
          label={still ? 'Let it move' : 'Let it stand still'}
          pressed={still}
          onClick={() => setPreference('still', !still)}
        />
      )}
      <Segmented
        label="Show as"
        value={asTables ? 'tables' : 'picture'}
        choices={[
          { value: 'picture', text: 'Picture' },
          { value: 'tables', text: 'Tables' },
        ]}
        onChange={(as) => change({ as: as === 'tables' ? 'tables' : undefined })}
      />
    </>
  );
}

function useReducedMotion(): boolean {
  const [reduced, setReduced] = useState(() => reducedMotion().matches);
  useEffect(() => {
    const query = reducedMotion();
    const onChange = (): void => setReduced(query.matches);
    query.addEventListener('change', onChange);
    return () => query.removeEventListener('change', onChange);
  }, []);
  return reduced;
}

function reducedMotion(): MediaQueryList {
  return window.matchMedia('(prefers-reduced-motion: reduce)');
}
