import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icons.tsx';

/** What a button is and does. */
export interface ButtonProps {
  readonly children?: ComponentChildren;
  readonly icon?: IconName;
  /** Needed where there are no children. */
  readonly label?: string;
  readonly kind?: 'plain' | 'primary' | 'danger' | 'danger-primary' | 'quiet';
  readonly small?: boolean;
  readonly disabled?: boolean;
  readonly type?: 'button' | 'submit';
  readonly pressed?: boolean;
  readonly title?: string;
  readonly onClick?: (event: MouseEvent) => void;
}

/** A button; `primary` at most once in a view. */
export function Button(props: ButtonProps): ComponentChildren {
  const { children, icon, label, kind = 'plain', small = false, type = 'button' } = props;
  const classes = ['button', ...(kind === 'plain' ? [] : kind.split('-'))];
  if (small) classes.push('small');
  if (children === undefined) classes.push('icon');
  return (
    <button
      type={type}
      class={classes.join(' ')}
      disabled={props.disabled}
      aria-label={label}
      aria-pressed={props.pressed}
      title={props.title ?? (children === undefined ? label : undefined)}
      onClick={props.onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A choice of few, side by side. */
export function Segmented<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly text: string }[];
  readonly onChange: (value: T) => void;
}): ComponentChildren {
  return (
    <div class="segmented" role="group" aria-label={label}>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          onClick={() => onChange(choice.value)}
        >
          {choice.text}
        </button>
      ))}
    </div>
  );
}
