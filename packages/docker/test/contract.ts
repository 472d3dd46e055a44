import { afterAll, beforeAll, describe } from "vitest";
import { describeCommands } from "./contract/commands.ts";
import { describeCommit } from "./contract/commits.ts";
import { describeDockerfiles } from "./contract/dockerfiles.ts";
import { describeExport } from "./contract/exports.ts";
import { describeImport } from "./contract/imports.ts";
import { describeInterruptions } from "./contract/interruptions.ts";
import { describeLeftovers } from "./contract/leftovers.ts";
import { describeRefusals } from "./contract/refusals.ts";
import { describeSave } from "./contract/saves.ts";
import { describeTag } from "./contract/tags.ts";
import { describeTransfers } from "./contract/transfers.ts";
import type { TestEngine } from "./harness.ts";

export { describePullContract, type PullingEngine } from "./contract/pull.ts";
export { describePushContract, type PushingEngine } from "./contract/push.ts";
export type { TestEngine } from "./harness.ts";

/**
 * Declares the tests that the docker builder passes on every engine, the embedded stand-in and a real one alike.
 * They need an engine of their own: some compare all that it holds before and after a build.
 */
export function describeDockerContract(name: string, makeEngine: () => Promise<TestEngine>): void {
  describe(`docker on ${name}`, () => {
    let engine: TestEngine;
    beforeAll(async () => {
      engine = await makeEngine();
    }, 60_000);
    afterAll(async () => {
      await engine?.[Symbol.asyncDispose]();
    }, 60_000);
    const current = () => engine;
    describeCommit(current);
    describeExport(current);
    describeCommands(current);
    describeTransfers(current);
    describeDockerfiles(current);
    describeRefusals(current);
    describeTag(current);
    describeImport(current);
    describeSave(current);
    describeLeftovers(current);
    describeInterruptions(current);
  });
}
