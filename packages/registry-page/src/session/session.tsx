import { QueryClientProvider } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useCallback, useMemo, useState } from "react";
import type { Session } from "../api/index.ts";
import { createQueryClient } from "../data/query-client.ts";
import { forgetSession, readSession, writeSession } from "./stored-session.ts";

interface SignedIn {
  session: Session;
  signOut(): void;
}

const SessionContext = createContext<SignedIn | undefined>(undefined);

/** The session of whoever uses the page. @throws {Error} outside of {@link SessionGate}. */
export function useSession(): SignedIn {
  const signedIn = use(SessionContext);
  if (signedIn === undefined) throw new Error("nobody is signed in here");
  return signedIn;
}

/** Shows `children` to who is signed in, and to others what `signInPage` makes of a notice and a way in. */
export function SessionGate({
  signInPage,
  children,
}: {
  signInPage(notice: string | undefined, enter: (session: Session) => void): ReactNode;
  children: ReactNode;
}) {
  const [session, setSession] = useState(readSession);
  const [notice, setNotice] = useState<string>();

  const leave = useCallback((reason?: string) => {
    forgetSession();
    setSession(undefined);
    setNotice(reason);
  }, []);

  const enter = useCallback((entered: Session) => {
    writeSession(entered);
    setSession(entered);
    setNotice(undefined);
  }, []);

  // A new client for each session: nothing that one principal saw is left for the next.
  const client = useMemo(
    () => session && createQueryClient(() => leave("Your session has ended. Sign in to go on.")),
    [session, leave],
  );
  const signedIn = useMemo(() => session && { session, signOut: () => leave() }, [session, leave]);

  if (client === undefined || signedIn === undefined) return signInPage(notice, enter);
  return (
    <SessionContext value={signedIn}>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </SessionContext>
  );
}
