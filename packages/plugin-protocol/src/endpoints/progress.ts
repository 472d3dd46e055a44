import { randomBytes } from "node:crypto";
import type { ProgressTracker, Ui } from "../contract/ui.ts";
import { messageOf, ProtocolError } from "../errors.ts";
import { logError } from "../log.ts";
import type { RpcClient } from "../rpc/client.ts";
import type { RpcMethods } from "../rpc/server.ts";
import { readCount, readText, StructReader } from "../rpc/struct-reader.ts";

/** The most that one call reports: Go's server allocates as many bytes. */
const MAX_STEP = 1024 * 1024;

/** How many trackers may be open on one connection. */
const MAX_TRACKERS = 1024;

/**
 * Answers `Ui.NewTrackProgress`: starts a tracker, serves it under a name of its own until it is closed, and answers
 * the part of that name that follows `Ui`.
 *
 * Source: `NewTrackProgress`, packer-plugin-sdk `rpc/ui_progress_tracking.go`.
 */
export function newTrackProgress(ui: Ui, methods: RpcMethods, argument: unknown): string {
  const args = new StructReader("Ui.NewTrackProgress", argument);
  const open = [...methods.keys()].filter((name) => name.endsWith(".Add")).length;
  if (open >= MAX_TRACKERS) {
    throw new ProtocolError("RPC_PROTOCOL", `${MAX_TRACKERS} progress trackers are open already`);
  }
  const source = args.text("Src");
  const tracker = ui.trackProgress(source, args.count("CurrentSize"), args.count("TotalSize"));
  const id = `${source}${randomBytes(4).toString("hex")}`;
  const [add, close] = [`Ui${id}.Add`, `Ui${id}.Close`];
  methods.set(add, (size) => tracker.advance(readCount(add, size)));
  methods.set(close, () => {
    methods.delete(add);
    methods.delete(close);
    tracker.close();
  });
  return id;
}

/** Where a tracker stands among the other things that its Ui shows. */
export interface ProgressTurn {
  /** It begins once this has settled. */
  after: Promise<unknown>;
  /** It is being closed; {@link RemoteProgress.flush} tells when that is shown. */
  onClose: () => void;
}

/**
 * A tracker that the other side shows. Steps that come while a call is under way are reported together by the next.
 * What cannot be reported is logged, and the transfer goes on.
 *
 * Source: `ProgressTrackingClient`, packer-plugin-sdk `rpc/ui_progress_tracking.go`.
 */
export class RemoteProgress implements ProgressTracker {
  readonly #client: RpcClient;
  readonly #onClose: () => void;
  #id: string | undefined;
  #unreported = 0;
  #closed = false;
  #reporting: Promise<void>;

  /** `size` is in bytes. */
  constructor(
    client: RpcClient,
    source: string,
    size: { current: number; total: number },
    { after, onClose }: ProgressTurn,
  ) {
    this.#client = client;
    this.#onClose = onClose;
    const argument = { Src: source, CurrentSize: size.current, TotalSize: size.total };
    this.#reporting = this.#attempt(async () => {
      await after;
      const answer = await client.call("Ui.NewTrackProgress", argument);
      this.#id = readText("Ui.NewTrackProgress", answer);
    });
  }

  advance(bytes: number): void {
    if (this.#closed) return;
    if (this.#unreported === 0) this.#then(() => this.#report());
    this.#unreported += bytes;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#then(() => this.#client.call(`Ui${this.#id}.Close`));
    this.#onClose();
  }

  /** Settles once everything that was reported before has been shown, or could not be. */
  async flush(): Promise<void> {
    await this.#reporting;
  }

  async #report(): Promise<void> {
    while (this.#unreported > 0) {
      const step = Math.min(this.#unreported, MAX_STEP);
      this.#unreported -= step;
      await this.#client.call(`Ui${this.#id}.Add`, step);
    }
  }

  #then(work: () => Promise<unknown>): void {
    this.#reporting = this.#reporting.then(() =>
      this.#id === undefined ? undefined : this.#attempt(work),
    );
  }

  async #attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      logError(`progress could not be shown: ${messageOf(error)}`);
    }
  }
}
