import type { ComponentChildren } from 'preact';
import { hrefOf } from '../app/routes.ts';
import { exact, short } from '../ui/figures.ts';
import { at } from './at.ts';
import { WhyLine } from './band-labels.tsx';
import type { GroupBox } from './boxes.ts';
import type { PartProps } from './part-props.ts';
import type { SceneGroup } from './scene.ts';
import { ownedText } from './texts.ts';

/** Who reads, and how far behind. */
export function GroupBoxes({ scene, layout, onEmphasis }: PartProps): ComponentChildren {
  return (
    <div role="group" aria-label="Groups">
      <div class="caption" style={at(layout.captions.groups)}>
        {scene.groups.length === 0 ? 'No consumer group reads' : 'Consumer groups'}
      </div>
      {layout.groups.map((box) => {
        const group = scene.groups.find(({ groupId }) => groupId === box.groupId);
        return (
          group !== undefined && (
            <div
              key={box.groupId}
              role="group"
              aria-label={box.groupId}
              onMouseEnter={() => onEmphasis({ kind: 'group', name: box.groupId })}
              onMouseLeave={() => onEmphasis(null)}
              onFocusCapture={() => onEmphasis({ kind: 'group', name: box.groupId })}
              onBlurCapture={() => onEmphasis(null)}
            >
              <GroupNode group={group} box={box} />
            </div>
          )
        );
      })}
      {layout.groupsMore !== null && (
        <a class="more" style={at(layout.groupsMore)} href={hrefOf({ view: 'groups' })}>
          and {exact(scene.groupsMore)} more {scene.groupsMore === 1 ? 'group' : 'groups'}
        </a>
      )}
    </div>
  );
}

const trendWords = { growing: '↑', shrinking: '↓', steady: '', unknown: '' } as const;

function GroupNode({
  group,
  box,
}: {
  readonly group: SceneGroup;
  readonly box: GroupBox;
}): ComponentChildren {
  const { groupId, state, lag, trend, memberCount, why } = group;
  const behind = why !== null ? why.severity : '';
  return (
    <>
      <div class={`node group ${behind}`} style={at(box)}>
        <span class="node-line">
          <a href={hrefOf({ view: 'group', group: groupId, tab: '' })}>{groupId}</a>
          <span class={lag === 0 ? 'faint' : ''} title={`Lag: ${exact(lag)} messages, ${trend}`}>
            <span class="faint">lag </span>
            {short(lag)} {trendWords[trend]}
          </span>
        </span>
        <span class="node-line faint">
          <span>
            {memberCount === 0
              ? 'no members'
              : memberCount === 1
                ? '1 member'
                : `${memberCount} members`}
          </span>
          <span>{state === 'Stable' ? '' : state}</span>
        </span>
      </div>
      {box.members.map((memberBox) => {
        const member = group.members.find(({ memberId }) => memberId === memberBox.memberId);
        if (member === undefined) return null;
        const owned = ownedText(member.partitions);
        return (
          <div
            key={memberBox.memberId}
            class={member.memberId === '' ? 'member orphans' : 'member'}
            style={at(memberBox)}
            title={`${member.name}: ${owned}`}
          >
            <span class="member-name">{member.name}</span>
            <span class="member-owns faint">{owned}</span>
            <span class={member.lag === 0 ? 'faint' : ''}>{short(member.lag)}</span>
          </div>
        );
      })}
      {box.more !== null && (
        <div class="member faint" style={at(box.more)}>
          and {group.membersMore} more
        </div>
      )}
      {box.why !== null && why !== null && (
        <WhyLine
          why={why}
          box={box.why}
          href={hrefOf({ view: 'group', group: groupId, tab: '' })}
        />
      )}
    </>
  );
}
