/** How a server behaves; every one has a default. */
export interface ServerSettings {
  /** A running build that was last heard of so long ago counts as cancelled, in milliseconds. */
  heartbeatTimeout: number;
  /** For how long an access token is good, in seconds. */
  tokenLifetime: number;
  /** The most requests that a principal may make in a second, in this process. */
  requestsPerSecond: number;
  /** The most tokens that an address may ask for in a minute, in this process. */
  tokensPerMinute: number;
  /** How often overdue builds and revocations are looked for, in milliseconds. */
  sweepInterval: number;
  /** What links in answers begin with, such as `https://registry.example.com`; else the request's own host. */
  publicUrl: string | undefined;
  /** Whether a proxy in front says in `X-Forwarded-For` and `-Proto` whom it speaks for. */
  trustProxy: boolean;
  /** The folder with the web page's files, served under `/`. */
  pageFolder: string | undefined;
  /** Where log lines go; without it nothing is logged. */
  log: NodeJS.WritableStream | undefined;
  clock: () => Date;
}

/** Packer core sends a heartbeat every two minutes: a build may miss one. */
const HEARTBEAT_TIMEOUT = 5 * 60_000;

export function withDefaults(settings: Partial<ServerSettings> = {}): ServerSettings {
  return {
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    tokenLifetime: 3600,
    requestsPerSecond: 500,
    tokensPerMinute: 600,
    sweepInterval: 30_000,
    publicUrl: undefined,
    trustProxy: false,
    pageFolder: undefined,
    log: undefined,
    clock: () => new Date(),
    ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
  };
}
