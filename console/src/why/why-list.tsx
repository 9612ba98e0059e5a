import type { ComponentChildren } from 'preact';
import type { Why } from '../../../src/admin/contract/picture.ts';
import { hrefOf, type Route } from '../app/routes.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Time } from '../ui/time.tsx';
import { MarkedText } from './marked-text.tsx';
import './why.css';

const words: Readonly<Record<Why['severity'], { readonly text: string; readonly tone: Tone }>> = {
  stopped: { text: 'stopped', tone: 'bad' },
  behind: { text: 'behind', tone: 'warn' },
  'at-risk': { text: 'at risk', tone: 'warn' },
};

/** What stands still, lags or is at risk: a sentence, what it was seen by, and what can be done. */
export function WhyList({ whys }: { readonly whys: readonly Why[] }): ComponentChildren {
  return (
    <ul class="whys">
      {whys.map((why) => (
        <li key={keyOf(why)} class={`why card ${why.severity}`}>
          <div class="row">
            <Badge tone={words[why.severity].tone}>{words[why.severity].text}</Badge>
            <Subject subject={why.subject} />
            {why.sinceMs !== null && (
              <span class="faint">
                since <Time ms={why.sinceMs} short />
              </span>
            )}
          </div>
          <h3>{why.sentence}</h3>
          {why.evidence.length > 0 && (
            <ul class="evidence" aria-label="Seen by">
              {why.evidence.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          )}
          {why.remedy !== null && (
            <p class="remedy">
              <strong>What to do:</strong> <MarkedText text={why.remedy} />
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function keyOf({ subject, sentence }: Why): string {
  return `${subject.kind} ${subject.name} ${subject.memberId ?? ''} ${subject.partition ?? ''} ${sentence.replaceAll(/\d+/g, '')}`;
}

function Subject({ subject }: { readonly subject: Why['subject'] }): ComponentChildren {
  const { kind, name, partition, memberId } = subject;
  if (kind === 'cluster') return <span class="muted">cluster</span>;
  const place: Route =
    kind === 'broker'
      ? { view: 'broker', broker: name }
      : kind === 'topic'
        ? { view: 'topic', topic: name, tab: '' }
        : { view: 'group', group: name, tab: '' };
  return (
    <span class="muted">
      {kind === 'member' ? 'group' : kind} <a href={hrefOf(place)}>{name}</a>
      {partition !== undefined && ` partition ${partition}`}
      {memberId !== undefined && ` member ${memberId}`}
    </span>
  );
}
