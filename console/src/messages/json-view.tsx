import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { branchSize } from './json-print.ts';
import { isBranch, type JsonBranch, type JsonMember, type JsonNode } from './json-tree.ts';

/** How many members are drawn at a time, and how much of a string. */
const membersShown = 200;
const textShown = 5000;
/** What lies deeper is folded at first. */
const openDepth = 4;

/** JSON as a tree whose branches fold; every scalar in the characters in which it was written. */
export function JsonView({ node }: { readonly node: JsonNode }): ComponentChildren {
  return (
    <div class="json">
      <Member member={{ name: null, node }} depth={0} isLast />
    </div>
  );
}

interface MemberProps {
  readonly member: JsonMember;
  readonly depth: number;
  readonly isLast: boolean;
}

function Member({ member, depth, isLast }: MemberProps): ComponentChildren {
  const { node } = member;
  if (isBranch(node) && node.members.length > 0) {
    return <Branch name={member.name} node={node} depth={depth} isLast={isLast} />;
  }
  return (
    <div class="json-line">
      <Name name={member.name} />
      {isBranch(node) ? (
        <span class="mark">{node.kind === 'object' ? '{}' : '[]'}</span>
      ) : (
        <Scalar kind={node.kind} raw={node.raw} />
      )}
      {!isLast && <span class="mark">,</span>}
    </div>
  );
}

function Branch({
  name,
  node,
  depth,
  isLast,
}: {
  readonly name: string | null;
  readonly node: JsonBranch;
  readonly depth: number;
  readonly isLast: boolean;
}): ComponentChildren {
  const [isOpen, setOpen] = useState(depth < openDepth);
  const [count, setCount] = useState(membersShown);
  const [opens, closes] = node.kind === 'object' ? ['{', '}'] : ['[', ']'];
  const more = node.members.length - count;
  const end = (
    <>
      <span class="mark">{closes}</span>
      {!isLast && <span class="mark">,</span>}
    </>
  );
  return (
    <>
      <div class="json-line">
        <button
          type="button"
          class="json-toggle"
          aria-expanded={isOpen}
          aria-label={`${name ?? node.kind}, ${branchSize(node)}`}
          onClick={() => setOpen(!isOpen)}
        />
        <Name name={name} />
        <span class="mark">{opens}</span>
        {!isOpen && (
          <>
            <span class="folded">{branchSize(node)}</span>
            {end}
          </>
        )}
      </div>
      {isOpen && (
        <>
          <div class="json-in">
            {node.members.slice(0, count).map((member, index) => (
              <Member
                key={index}
                member={member}
                depth={depth + 1}
                isLast={index === node.members.length - 1}
              />
            ))}
            {more > 0 && (
              <button
                type="button"
                class="json-more"
                onClick={() => setCount(count + membersShown * 5)}
              >
                … {more} more
              </button>
            )}
          </div>
          <div class="json-line">{end}</div>
        </>
      )}
    </>
  );
}

function Name({ name }: { readonly name: string | null }): ComponentChildren {
  if (name === null) return null;
  return (
    <>
      <span class="name">{name}</span>
      <span class="mark">: </span>
    </>
  );
}

function Scalar({ kind, raw }: { readonly kind: string; readonly raw: string }): ComponentChildren {
  const [isWhole, setWhole] = useState(raw.length <= textShown);
  if (isWhole) return <span class={kind}>{raw}</span>;
  return (
    <>
      <span class={kind}>{raw.slice(0, textShown)}</span>
      <button type="button" class="json-more" onClick={() => setWhole(true)}>
        … {raw.length - textShown} more characters
      </button>
    </>
  );
}
