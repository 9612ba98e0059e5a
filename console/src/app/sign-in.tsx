import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { toApiError, type ApiError } from '../data/api-error.ts';
import { apiSend } from '../data/api.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/empty.tsx';
import { TextField } from '../ui/field.tsx';
import { Mark } from '../ui/icons.tsx';

/** Asks for the password of a console that has one. */
export function SignIn({
  onSignedIn,
}: {
  readonly onSignedIn: () => Promise<void>;
}): ComponentChildren {
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const signIn = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await apiSend('POST', 'api/session', { password });
      await onSignedIn();
    } catch (thrown) {
      setError(toApiError(thrown));
    }
    setBusy(false);
  };
  return (
    <main class="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void signIn();
        }}
      >
        <h1 class="brand">
          <Mark /> Odradek
        </h1>
        <TextField
          label="Password of the console"
          type="password"
          value={password}
          onInput={setPassword}
          autoFocus
          note="As odradek.admin.password was set for this broker."
        />
        {error !== undefined && <ErrorNotice error={error} />}
        <Button type="submit" kind="primary" disabled={busy || password === ''}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
