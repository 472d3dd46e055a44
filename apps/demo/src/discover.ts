import { globSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Flow } from "./flow.ts";

const appsFolder = resolve(import.meta.dirname, "../..");

/** The names of all apps, sorted: every folder beside this one that has a `flow.ts`. */
export function appNames(): string[] {
  return globSync("*/flow.ts", { cwd: appsFolder })
    .map((path) => basename(dirname(path)))
    .toSorted();
}

/** Loads an app's flow. @throws whatever its `flow.ts` throws while it loads. */
export async function loadFlow(name: string): Promise<Flow> {
  const url = pathToFileURL(resolve(appsFolder, name, "flow.ts")).href;
  const { default: flow } = (await import(url)) as { default: Flow };
  return flow;
}
