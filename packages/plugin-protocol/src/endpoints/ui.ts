import type { Ui } from "../contract/ui.ts";
import { messageOf } from "../errors.ts";
import { logError } from "../log.ts";
import type { RpcClient } from "../rpc/client.ts";
import type { RpcMethods } from "../rpc/server.ts";
import { readText, StructReader } from "../rpc/struct-reader.ts";
import { newTrackProgress, RemoteProgress } from "./progress.ts";

/**
 * Serves a Ui. `Ui.Message`, which Go has deprecated, says what it is given.
 *
 * Source: `UiServer`, packer-plugin-sdk `rpc/ui.go`.
 */
export function registerUi(methods: RpcMethods, ui: Ui): void {
  const say = (argument: unknown) => ui.say(readText("Ui.Say", argument));
  methods.set("Ui.Say", say).set("Ui.Message", say);
  methods.set("Ui.Error", (argument) => ui.error(readText("Ui.Error", argument)));
  methods.set("Ui.Ask", (argument) => ui.ask(readText("Ui.Ask", argument)));
  methods.set("Ui.Machine", (argument) => {
    const args = new StructReader("Ui.Machine", argument);
    ui.machine(args.text("Category"), ...args.texts("Args"));
  });
  methods.set("Ui.NewTrackProgress", (argument) => newTrackProgress(ui, methods, argument));
}

/** A Ui on the other side. */
export interface RemoteUi extends Ui {
  /** Settles once everything that was said before has been shown, or could not be. */
  flush(): Promise<void>;
}

/**
 * A Ui that the other side serves. Go's server runs calls side by side, so each waits for the one before it: that
 * alone keeps messages in order. A message that could not be shown is logged, as in Go; it fails nothing.
 *
 * Source: `Ui`, packer-plugin-sdk `rpc/ui.go`.
 */
export function remoteUi(client: RpcClient): RemoteUi {
  let last: Promise<unknown> = Promise.resolve();
  const trackers = new Set<RemoteProgress>();
  const inTurn = (method: string, argument: unknown): Promise<unknown> => {
    const call = last.then(() => client.call(method, argument));
    last = call.catch(() => {}); // The next one goes out whatever became of this one.
    return call;
  };
  const show = (method: string, argument: unknown) => {
    inTurn(method, argument).catch((error) => logError(`${method} failed: ${messageOf(error)}`));
  };
  return {
    say: (message) => show("Ui.Say", message),
    error: (message) => show("Ui.Error", message),
    machine: (category, ...values) => show("Ui.Machine", { Category: category, Args: values }),
    ask: async (question) => readText("Ui.Ask", await inTurn("Ui.Ask", question)),
    trackProgress(source, currentSize, totalSize) {
      const onClose = () => {
        trackers.delete(tracker);
        last = Promise.all([last, tracker.flush()]);
      };
      const size = { current: currentSize, total: totalSize };
      const tracker = new RemoteProgress(client, source, size, { after: last, onClose });
      trackers.add(tracker);
      return tracker;
    },
    async flush() {
      await Promise.all([last, ...[...trackers].map((tracker) => tracker.flush())]);
    },
  };
}

/** Lends a Ui that the other side serves for as long as `use` takes, and until everything said in it is shown. */
export async function withRemoteUi<Result>(
  client: RpcClient,
  use: (ui: Ui) => Promise<Result>,
): Promise<Result> {
  const ui = remoteUi(client);
  try {
    return await use(ui);
  } finally {
    await ui.flush();
  }
}
