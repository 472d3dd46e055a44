import type { Environment } from "@packerkit/registry";
import { startChild } from "./child.ts";
import type { FromRegistry, ToRegistry } from "./messages.ts";

/** The demo's registry, in a process of its own. */
export interface DemoRegistry {
  url: string;
  /** What leads clients to it, as a principal who may do everything. */
  environment: Environment;
  /** Ends it, and everything that it stored. */
  stop(): Promise<void>;
}

/** V8's optimising of PostgreSQL takes more memory than all the rest, and would be over after the demo. */
const FLAGS = ["--liftoff-only"];

/** Starts a registry, with the page where its folder is given. @throws {Error} where it does not start. */
export async function startDemoRegistry(pageFolder: string | undefined): Promise<DemoRegistry> {
  const { promise: answered, resolve } = Promise.withResolvers<FromRegistry>();
  const child = startChild<ToRegistry, FromRegistry>("registry", resolve, { flags: FLAGS });
  const stop = async () => {
    child.tell({ kind: "stop" });
    await child.ended;
  };
  child.tell({ kind: "start", pageFolder });
  const answer = await Promise.race([answered, child.ended.then((problem) => ({ problem }))]);
  if (!("problem" in answer)) return { ...answer, stop };
  await stop();
  throw new Error(`the demo's registry did not start: ${answer.problem}`);
}
