import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { toApiError, type ApiError } from '../data/api-error.ts';
import { Button } from './button.tsx';
import { ErrorNotice } from './empty.tsx';
import { TextField } from './field.tsx';

/** A dialog that holds the page until it is closed; the browser keeps the focus in it and gives it back. */
export function Dialog({
  title,
  onClose,
  wide = false,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}): ComponentChildren {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    focusFirstField(dialog);
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      class={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <Button kind="quiet" icon="close" label="Close" onClick={onClose} />
      </div>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}

/** The browser would begin at the button that closes; whoever opens a form wants to fill it in. */
function focusFirstField(dialog: HTMLDialogElement | null): void {
  if (dialog?.querySelector('.dialog-body :focus') !== null) return; // a field has asked for it
  dialog.querySelector<HTMLElement>('.dialog-body :is(input, textarea, select)')?.focus();
}

/** What a {@link Confirm} asks and does. */
export interface ConfirmProps {
  readonly title: string;
  /** What will happen. */
  readonly children: ComponentChildren;
  /** What the button says that does it: a verb and what it is done to. */
  readonly action: string;
  readonly danger?: boolean;
  readonly wide?: boolean;
  /** Closed by whoever looks at what came of it, not by itself. */
  readonly staysOpen?: boolean;
  /** The name that must be typed first. */
  readonly typeName?: string;
  /** Whether what is needed was put in; it is unless it is said. */
  readonly isReady?: boolean;
  /** Does it; what it throws is shown, and the dialog stays. */
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before something is changed. */
export function Confirm(props: ConfirmProps): ComponentChildren {
  const { title, children, action, danger = false, typeName, onConfirm, onClose } = props;
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      if (props.staysOpen === true) setBusy(false);
      else onClose();
    } catch (thrown) {
      setError(toApiError(thrown));
      setBusy(false);
    }
  };
  const allowed = (props.isReady ?? true) && (typeName === undefined || typed === typeName);
  return (
    <Dialog title={title} onClose={onClose} wide={props.wide ?? false}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (allowed && !busy) void confirm();
        }}
      >
        <div class="stack">{children}</div>
        {typeName !== undefined && (
          <TextField
            label={`Type ${typeName} to confirm`}
            value={typed}
            onInput={setTyped}
            autoFocus
            mono
          />
        )}
        {error !== undefined && <ErrorNotice error={error} />}
        <div class="dialog-foot">
          <Button onClick={onClose}>{props.staysOpen === true ? 'Close' : 'Cancel'}</Button>
          <Button
            type="submit"
            kind={danger ? 'danger-primary' : 'primary'}
            disabled={!allowed || busy}
          >
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
