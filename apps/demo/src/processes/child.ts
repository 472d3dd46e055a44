import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

/** A process that runs a part of the demo; what it says on stderr is the demo's own. */
export interface Child<To> {
  tell(message: To): void;
  /** Settles once it has ended, with a sentence on how. */
  readonly ended: Promise<string>;
}

/** Without it V8 lets up to a hundred megabytes of waste lie before it looks at it. */
const FRUGAL = ["--max-semi-space-size=2"];

/** Node keeps there what it made of the sources, so that the next run neither strips their types nor compiles them. */
const COMPILED = resolve(import.meta.dirname, "../../node_modules/.cache/compiled");

/**
 * Starts `<name>-process.ts` of this folder. The child lives until it has done its work, or until the demo is gone.
 *
 * @param onMessage is told what the child says.
 */
export function startChild<To, From>(
  name: string,
  onMessage: (message: From) => void,
  { args = [], flags = [] }: { args?: readonly string[]; flags?: readonly string[] } = {},
): Child<To> {
  const child = fork(resolve(import.meta.dirname, `${name}-process.ts`), args, {
    execArgv: [...FRUGAL, ...flags],
    env: { NODE_COMPILE_CACHE: COMPILED, ...process.env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.on("message", (message) => onMessage(message as From));
  return {
    tell: (message) => {
      // Whoever has ended already needs to hear nothing.
      child.send(message as object, () => {});
    },
    ended: endOf(child),
  };
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [status, signal] = await once(child, "exit");
    return signal === null ? `it exited with ${status}` : `it was ended by ${signal}`;
  } catch (error) {
    return `it could not be started: ${(error as Error).message}`;
  }
}
