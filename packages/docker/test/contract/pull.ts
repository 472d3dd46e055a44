import { ARTIFACT_STATE_URI } from "@packerkit/registry-image";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build, dockerAt, recordingUi, type TestEngine } from "../harness.ts";

/** An engine that can pull an image which it does not have. */
export interface PullingEngine extends TestEngine {
  /** The image, with a tag; its registry wants {@link login}. */
  readonly pullable: string;
  /** The settings `login_…` that its registry admits. */
  readonly login: {
    readonly login_username: string;
    readonly login_password: string;
    readonly login_server?: string;
  };
}

/** Declares the tests of pulling that the docker builder passes on every engine. */
export function describePullContract(name: string, makeEngine: () => Promise<PullingEngine>): void {
  describe(`pulling with ${name}`, () => {
    let engine: PullingEngine;
    beforeAll(async () => {
      engine = await makeEngine();
    }, 60_000);
    afterAll(async () => {
      await engine?.[Symbol.asyncDispose]();
    }, 60_000);

    it("pulls the image, shows the progress and notes the digest", async () => {
      const { address, pullable, login } = engine;
      const ui = recordingUi();
      const artifact = await build(
        address,
        { image: pullable, pull: true, commit: true, login: true, ...login },
        { ui },
      );
      const source = await dockerAt(address).getImage(pullable).inspect();
      expect(artifact?.state(ARTIFACT_STATE_URI)).toMatchObject({
        sourceImageId: source.Id,
        labels: { SourceImageDigest: source.RepoDigests[0] },
      });
      expect(source.RepoDigests[0]).toMatch(/@sha256:[0-9a-f]{64}$/);
      expect(ui.lines).toContainEqual(expect.stringMatching(/^Digest: sha256:/));
      expect(ui.lines).toContainEqual(expect.stringMatching(/^Status: /));
      expect(ui.lines.length).toBeLessThan(80);
      await artifact?.destroy();
      await dockerAt(address).getImage(pullable).remove({ force: true });
    });

    it("refuses wrong credentials without showing them", async () => {
      const { address, pullable, login } = engine;
      const ui = recordingUi();
      const wrong = { ...login, login_password: "hunter2-wrong" };
      const building = build(
        address,
        { image: pullable, pull: true, commit: true, login: true, ...wrong },
        { ui },
      );
      const error = await building.catch((caught: Error) => caught);
      expect(error).toMatchObject({ cause: { code: "PULL_UNAUTHORIZED" } });
      expect(String(error)).toMatch(/check login_username, login_password/);
      const shown = `${String(error)} ${JSON.stringify(error)} ${ui.lines} ${ui.errors}`;
      expect(shown).not.toContain("hunter2");
    });

    it("says so where credentials are missing", async () => {
      const { address, pullable } = engine;
      const building = build(address, { image: pullable, pull: true, commit: true });
      await expect(building).rejects.toMatchObject({ cause: { code: "PULL_UNAUTHORIZED" } });
      await expect(building).rejects.toThrow(/set login, login_username/);
    });

    it("names an image that the registry does not have", async () => {
      const { address, pullable, login } = engine;
      const image = pullable.replace(/:[^:/]+$/, ":no-such-tag");
      const building = build(address, {
        ...{ image, pull: true, commit: true, login: true },
        ...login,
      });
      await expect(building).rejects.toMatchObject({ cause: { code: "PULL_FAILED" } });
      await expect(building).rejects.toThrow(/no-such-tag/);
    });
  });
}
