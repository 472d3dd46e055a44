import type { Session } from "../api/index.ts";

const KEY = "packerkit.registry.session";

/** The session of this tab, unless it has ended; other tabs, and the tab once closed, have none. */
export function readSession(): Session | undefined {
  const text = sessionStorage.getItem(KEY);
  if (text === null) return undefined;
  const session = parse(text);
  if (session !== undefined && session.expiresAt > Date.now()) return session;
  sessionStorage.removeItem(KEY);
  return undefined;
}

export function writeSession(session: Session): void {
  sessionStorage.setItem(KEY, JSON.stringify(session));
}

export function forgetSession(): void {
  sessionStorage.removeItem(KEY);
}

function parse(text: string): Session | undefined {
  try {
    const session = JSON.parse(text);
    return session?.origin === location.origin && session.token ? session : undefined;
  } catch {
    return undefined;
  }
}
