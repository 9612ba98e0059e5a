import type { ComponentChildren } from 'preact';
import type { MemberFigures } from '../../../src/admin/contract/picture.ts';
import type { GroupDetail } from '../../../src/admin/contract/topics.ts';
import { hrefOf } from '../app/routes.ts';
import { Badge } from '../ui/badge.tsx';
import { duration, exact } from '../ui/figures.ts';
import { memberLag, partitionRanges } from './member-partitions.ts';

/** Who is in a group: what each reads, how far behind, and when it last gave a sign of life. */
export function GroupMembers({ group }: { readonly group: GroupDetail }): ComponentChildren {
  return (
    <section class="section" aria-labelledby="members-title">
      <h2 id="members-title">Members</h2>
      {group.members.length === 0 ? (
        <p class="muted">
          Nobody is in it. What it has committed is kept, and its members go on there when they come
          back.
        </p>
      ) : (
        <ul class="group-members">
          {group.members.map((member) => (
            <Member key={member.memberId} member={member} group={group} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Member({
  member,
  group,
}: {
  readonly member: MemberFigures;
  readonly group: GroupDetail;
}): ComponentChildren {
  const { clientId, instanceId, host, memberId, partitions } = member;
  const lag = memberLag(member, group.offsets);
  return (
    <li class="card group-member">
      <div class="row">
        <h3>{instanceId ?? clientId}</h3>
        {instanceId !== null && <Badge>static</Badge>}
        <span class="spread" />
        <span class="muted">lag {exact(lag)}</span>
      </div>
      <div class="faint">
        {host.replace(/^\//, '')} · <code title="Member id">{memberId}</code>
      </div>
      <div class="row muted">
        <Sign name="Heartbeat" agoMs={member.lastHeartbeatAgoMs} lateMs={10_000} />
        <Sign name="Fetch" agoMs={member.lastFetchAgoMs} lateMs={30_000} />
      </div>
      <div class="group-member-partitions">
        {partitions.length === 0 && <span class="faint">No partition is assigned to it.</span>}
        {partitionRanges(partitions).map(({ topic, ranges }) => (
          <a key={topic} href={hrefOf({ view: 'topic', topic, tab: '' })}>
            <Badge>
              {topic} {ranges}
            </Badge>
          </a>
        ))}
      </div>
    </li>
  );
}

/** When something was last heard of a member; late ones stand out. */
function Sign({
  name,
  agoMs,
  lateMs,
}: {
  readonly name: string;
  readonly agoMs: number | null;
  readonly lateMs: number;
}): ComponentChildren {
  if (agoMs === null) return <span class="faint">{name} not known</span>;
  const text = `${name} ${duration(agoMs)} ago`;
  return agoMs > lateMs ? (
    <Badge tone="warn" dot>
      {text}
    </Badge>
  ) : (
    <span>{text}</span>
  );
}
