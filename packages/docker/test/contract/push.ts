import { ARTIFACT_STATE_URI, type Artifact } from "@packerkit/registry-image";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dockerPush, dockerTag } from "../../src/index.ts";
import { FAULTS, startFaultProxy } from "../fault-proxy.ts";
import { dockerAt, inventoryOf, recordingUi, type TestEngine } from "../harness.ts";
import { committed, imageIdOf, postProcess } from "../post-processing.ts";

/** An engine that can push to a registry. */
export interface PushingEngine extends TestEngine {
  /** The registry's host and port; it wants {@link login}. */
  readonly registry: string;
  /** The settings `login_…` that it admits. */
  readonly login: {
    readonly login_username: string;
    readonly login_password: string;
    readonly login_server: string;
  };
}

/** Declares the tests of docker-push that pass on every engine. */
export function describePushContract(name: string, makeEngine: () => Promise<PushingEngine>): void {
  describe(`docker-push with ${name}`, () => {
    let engine: PushingEngine;
    let input: Artifact;
    beforeAll(async () => {
      engine = await makeEngine();
      input = await committed(engine);
    }, 60_000);
    afterAll(async () => {
      await engine?.[Symbol.asyncDispose]();
    }, 60_000);

    /** The image under names in the registry. */
    async function tagged(repository: string, ...tags: string[]): Promise<Artifact> {
      const settings = { repository: `${engine.registry}/${repository}`, tags };
      return (await postProcess(engine.address, dockerTag, input, settings)).artifact;
    }

    it("pushes an image under all its names, and notes the digest", async () => {
      const { address, login, registry } = engine;
      const named = await tagged("team/web", "1", "2");
      const ui = recordingUi();
      const settings = { login: true, ...login };
      const pushed = await postProcess(address, dockerPush, named, settings, { ui });
      const { artifact, keep, force } = pushed;
      expect({ keep, force }).toEqual({ keep: true, force: undefined });
      expect(artifact.builderId()).toBe("packer.post-processor.docker-import");
      expect(artifact.id()).toBe(`${registry}/team/web:2`);
      const { Id, RepoDigests } = await dockerAt(address).getImage(artifact.id()).inspect();
      expect(RepoDigests).toEqual([expect.stringMatching(/\/team\/web@sha256:[0-9a-f]{64}$/)]);
      const before = named.state(ARTIFACT_STATE_URI) as { labels: object };
      expect(artifact.state(ARTIFACT_STATE_URI)).toEqual({
        ...before,
        labels: { ...before.labels, ImageDigest: RepoDigests[0] },
      });
      expect(artifact.state(ARTIFACT_STATE_URI)).toMatchObject({
        imageId: Id,
        labels: { tags: `${registry}/team/web:1,${registry}/team/web:2` },
      });
      expect(artifact.state("generated_data")).toMatchObject({ Digest: RepoDigests[0] });
      expect(ui.lines).toContain(`Pushing ${registry}/team/web:1`);
      expect(ui.lines).toContainEqual(expect.stringMatching(/^[0-9a-f]{12}: Pushed$/));
      expect(ui.lines).toContainEqual(expect.stringMatching(/^2: digest: sha256:/));
      await artifact.destroy();
      expect(await imageIdOf(engine, artifact.id())).toBeUndefined();
      input = await committed(engine);
    });

    it("pushes no other tag of a repository", async () => {
      const { address, login } = engine;
      await tagged("team/only", "left-out");
      const named = await tagged("team/only");
      const ui = recordingUi();
      await postProcess(address, dockerPush, named, { login: true, ...login }, { ui });
      expect(ui.lines.join("\n")).toContain("latest: digest: ");
      expect(ui.lines.join("\n")).not.toContain("left-out");
    });

    it.each([
      ["wrong", { login: true, login_password: "hunter2-wrong" }, /check login_username/],
      ["missing", undefined, /set login, login_username/],
      ["those of another registry", { login: true, login_server: "ghcr.io" }, /login_server/],
    ])("says so where credentials are %s, and shows none", async (_, settings, cure) => {
      const { address, login } = engine;
      const named = await tagged("team/refused", "1");
      const ui = recordingUi();
      const shown = settings === undefined ? {} : { ...login, ...settings };
      const error = await postProcess(address, dockerPush, named, shown, { ui }).catch(
        (caught: Error) => caught,
      );
      expect(error).toMatchObject({ code: "STEP_FAILED", cause: { code: "PUSH_UNAUTHORIZED" } });
      expect(String(error)).toMatch(cure);
      const all = `${String(error)} ${JSON.stringify(error)} ${ui.lines} ${ui.errors}`;
      expect(all).not.toContain("hunter2");
      expect(all).not.toContain(login.login_password);
    });

    it("refuses an image without a name, and one that lost it to another", async () => {
      const { address, registry } = engine;
      const unnamed = postProcess(address, dockerPush, input, {});
      await expect(unnamed).rejects.toMatchObject({ code: "ARTIFACT_UNSUPPORTED" });
      await expect(unnamed).rejects.toThrow(/put docker-tag before docker-push/);
      const named = await tagged("team/moved", "1");
      const other = await committed(engine);
      await postProcess(address, dockerTag, other, { repository: `${registry}/team/moved:1` });
      const pushing = postProcess(address, dockerPush, named, {});
      await expect(pushing).rejects.toMatchObject({ cause: { code: "IMAGE_NOT_FOUND" } });
      await expect(pushing).rejects.toThrow(/is no longer that of sha256:/);
      await other.destroy();
    });

    it.each(FAULTS)("leaves the engine as it is, whichever call fails: %s", async (fault) => {
      const { address, login } = engine;
      const named = await tagged("team/faulty", "1", "2");
      const before = await inventoryOf(engine);
      const settings = { login: true, ...login };
      let calls = Number.POSITIVE_INFINITY;
      for (let struck = 0; struck <= calls; struck++) {
        await using proxy = await startFaultProxy(address, (call) =>
          call === struck ? fault : undefined,
        );
        const pushing = postProcess(proxy.address, dockerPush, named, settings);
        if (struck === 0) await pushing;
        else await pushing.catch((error: unknown) => expect(error).toHaveProperty("code"));
        if (struck === 0) calls = proxy.calls.length;
        expect(await inventoryOf(engine)).toEqual(before);
      }
      expect(calls).toBeGreaterThan(3);
    });
  });
}
