import { afterAll, beforeAll, describe } from "vitest";
import type { TestVCenter } from "./backend.ts";
import { describeClones } from "./contract/clones.ts";
import { describeInstallations } from "./contract/installations.ts";
import { describeLibraries } from "./contract/libraries.ts";
import { describeRefusals } from "./contract/refusals.ts";

export type { TestVCenter } from "./backend.ts";
export { describeVSphereLeftovers } from "./contract/leftovers.ts";
export { Observer } from "./harness.ts";
export { prepareVCenter } from "./prepare-vcenter.ts";

/**
 * Declares the tests that the builders pass on every vCenter, the embedded stand-in and another simulator alike. They
 * need a vCenter of their own: some compare all that it holds before and after a build.
 */
export function describeVSphereContract(
  name: string,
  makeVCenter: () => Promise<TestVCenter>,
): void {
  describe(`vSphere on ${name}`, () => {
    let vcenter: TestVCenter;
    beforeAll(async () => {
      vcenter = await makeVCenter();
    }, 120_000);
    afterAll(async () => {
      await vcenter?.[Symbol.asyncDispose]();
    });
    const current = () => vcenter;
    describeClones(current);
    describeInstallations(current);
    describeLibraries(current);
    describeRefusals(current);
  });
}
