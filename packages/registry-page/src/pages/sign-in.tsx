import { type FormEvent, useEffect, useState } from "react";
import { RegistryError, type Session, signIn } from "../api/index.ts";
import { Mark } from "../components/shell.tsx";
import { Problem } from "../components/states.tsx";

/** Takes a principal's credentials for a session; the secret is kept no longer than the request takes. */
export function SignInPage({
  notice,
  onEnter,
}: {
  notice: string | undefined;
  onEnter: (session: Session) => void;
}) {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<Error>();

  useEffect(() => {
    document.title = "Sign in · Packerkit registry";
  }, []);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string) => String(form.get(name) ?? "").trim();
    setIsBusy(true);
    setError(undefined);
    try {
      const credentials = { clientId: field("client-id"), clientSecret: field("client-secret") };
      onEnter(await signIn(location.origin, credentials));
    } catch (cause) {
      setError(cause instanceof RegistryError ? cause : new Error("Signing in failed", { cause }));
      setIsBusy(false);
    }
  };

  return (
    <main className="sign-in">
      <Mark />
      <h1>Packerkit registry</h1>
      {notice && (
        <p className="notice" role="status">
          {notice}
        </p>
      )}
      <form onSubmit={submit}>
        <label>
          Client id
          <input
            name="client-id"
            required
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
          />
        </label>
        <label>
          Client secret
          <input name="client-secret" type="password" required autoComplete="current-password" />
        </label>
        {error && <Problem error={error} />}
        <button type="submit" className="primary" disabled={isBusy}>
          {isBusy ? "Signing in…" : "Sign in"}
        </button>
      </form>
      <p className="hint">
        Sign in with a service principal: <code>packerkit-registry principal create</code> prints
        one. This tab keeps a token until it is closed, and never the secret.
      </p>
    </main>
  );
}
