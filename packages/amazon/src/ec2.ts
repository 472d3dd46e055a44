import type { Action, Client, Input, Output } from "./client.ts";
import type { AccessConfig } from "./config/access.ts";
import { Ec2Region } from "./ec2-region.ts";

import { type Pace, USUAL_PACE, waitFor } from "./pace.ts";

/** How a call is made. */
export interface CallOptions {
  /** Ends the call early; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** EC2 in all regions; the AWS SDK is loaded at the first call. */
export class Ec2 {
  readonly pace: Pace;
  readonly #config: AccessConfig;
  readonly #regions = new Map<string, Ec2Region>();
  #client: Promise<Client> | undefined;

  constructor(config: AccessConfig, pace: Pace = USUAL_PACE) {
    this.#config = config;
    this.pace = paceOf(config, pace);
  }

  /** The region that the settings name, or the SDK finds. @throws {AmazonError} `NO_REGION` */
  async home(): Promise<Ec2Region> {
    return this.region(this.#config.region ?? (await (await this.#load()).region()));
  }

  region(name: string): Ec2Region {
    const region = this.#regions.get(name) ?? new Ec2Region(this, name);
    this.#regions.set(name, region);
    return region;
  }

  /** @throws {AmazonError} */
  async call<Name extends Action>(
    region: string,
    action: Name,
    input: Input<Name>,
    { signal }: CallOptions = {},
  ): Promise<Output<Name>> {
    signal?.throwIfAborted();
    return await (await this.#load()).call(region, action, input, signal);
  }

  /**
   * Makes something: the call goes on for a while after a cancel, so that what it made is not lost from sight.
   *
   * @throws {AmazonError}
   */
  async make<Name extends Action>(
    region: string,
    action: Name,
    input: Input<Name>,
    { signal }: CallOptions = {},
  ): Promise<Output<Name>> {
    signal?.throwIfAborted();
    const late = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const abort = () => {
      timer = setTimeout(() => late.abort(signal?.reason), this.pace.grace);
    };
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await this.call(region, action, input, { signal: late.signal });
    } finally {
      signal?.removeEventListener("abort", abort);
      clearTimeout(timer);
    }
  }

  /** Makes a call about a thing that was just made, as often as EC2 denies that it exists. @throws {AmazonError} */
  async settled<Answer>(
    call: () => Promise<Answer>,
    { signal }: CallOptions = {},
  ): Promise<Answer> {
    const { pace } = this;
    const { answer } = await waitFor({
      what: "EC2 to know what it made",
      look: async () => ({ answer: await call() }),
      limit: pace.settleLimit,
      pace,
      signal,
    });
    return answer;
  }

  async #load(): Promise<Client> {
    this.#client ??= import("./client.ts").then(
      (module) => new module.Client(this.#config, this.pace),
    );
    return await this.#client;
  }
}

/** The pace that a template asks for. */
function paceOf({ aws_polling: polling, max_retries }: AccessConfig, pace: Pace): Pace {
  const attempts = Math.min(pace.attempts, max_retries + 1);
  if (polling === undefined) return { ...pace, attempts };
  const longestPause = (polling.delay_seconds ?? pace.longestPause / 1000) * 1000;
  const limit = (polling.max_attempts ?? 0) * longestPause;
  return {
    ...pace,
    attempts,
    longestPause,
    firstPause: Math.min(pace.firstPause, longestPause),
    ...(limit === 0 ? {} : { imageLimit: limit, instanceLimit: limit }),
  };
}
