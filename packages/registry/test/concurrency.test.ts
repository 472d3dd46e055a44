import { describe, expect, it } from "vitest";
import { publish } from "./support/publish.ts";
import { startTestRegistry } from "./support/test-registry.ts";

const { client } = await startTestRegistry();
const { ok, call } = client;

const range = (length: number) => Array.from({ length }, (_, index) => index);

describe("publishers at once", () => {
  it("make a bucket once and give each version a number of its own", async () => {
    const versions = await Promise.all(
      range(12).map((index) => publish(client, { bucket: "crowd", fingerprint: `fp-${index}` })),
    );
    const numbers = versions.map((version) => Number(version.name.slice(1)));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(range(12).map((index) => index + 1));
    const { channel } = await ok("GET", "/buckets/crowd/channels/latest");
    expect(channel.version.name).toBe("v12");
    const { history } = await ok("GET", "/buckets/crowd/channels/latest/history");
    const moves = history.map((one: { version_name: string }) => one.version_name);
    expect(moves).toEqual(range(12).map((index) => `v${12 - index}`));
  });

  it("of one version complete it once, whoever comes last", async () => {
    await ok("PUT", "/buckets", { name: "builders" });
    await ok("POST", "/buckets/builders/versions", { fingerprint: "fp" });
    const path = "/buckets/builders/versions/fp";
    const builds = await Promise.all(
      range(8).map((index) => ok("POST", `${path}/builds`, { component_type: `docker.${index}` })),
    );
    await Promise.all(
      builds.flatMap(({ build }) => [
        call("PATCH", `${path}/builds/${build.id}`, { status: "BUILD_RUNNING" }),
        ok("PATCH", `${path}/builds/${build.id}`, {
          status: "BUILD_DONE",
          platform: "docker",
          artifacts: [{ external_identifier: build.id, region: "" }],
        }),
      ]),
    );
    const { version } = await ok("GET", path);
    expect(version).toMatchObject({ name: "v1", status: "VERSION_ACTIVE" });
    expect(version.builds.every((build: { status: string }) => build.status === "BUILD_DONE")).toBe(
      true,
    );
    expect((await ok("GET", "/buckets/builders/channels/latest/history")).count).toBe(1);
  });

  it("of one fingerprint, one component or one name: one of them wins", async () => {
    await ok("PUT", "/buckets", { name: "race" });
    const winners = async (method: string, path: string, body: object) => {
      const answers = await Promise.all(range(6).map(() => call(method, path, body)));
      const codes = answers.filter((answer) => answer.status !== 200).map((one) => one.body.code);
      expect(new Set(codes)).toEqual(new Set([6]));
      return answers.length - codes.length;
    };
    expect(await winners("POST", "/buckets/race/versions", { fingerprint: "fp" })).toBe(1);
    const builds = "/buckets/race/versions/fp/builds";
    expect(await winners("POST", builds, { component_type: "docker.a" })).toBe(1);
    expect(await winners("POST", "/buckets/race/channels", { name: "staging" })).toBe(1);
    expect(await winners("PUT", "/buckets", { name: "raced" })).toBe(1);
  });

  it("of a parent and its child: the child stands on the parent, whoever comes first", async () => {
    const pairs = range(24).map((index) => [
      publish(client, {
        bucket: `twin-parent-${index}`,
        artifacts: [{ external_identifier: `twin-${index}`, region: "eu" }],
      }),
      publish(client, {
        bucket: `twin-child-${index}`,
        build: { source_external_identifier: `twin-${index}` },
      }),
    ]);
    await Promise.all(pairs.flat());
    for (const index of range(24)) {
      const { relations } = await ok(
        "GET",
        `/buckets/twin-parent-${index}/ancestry?type=ANCESTRY_TYPE_CHILDREN`,
      );
      expect(relations).toMatchObject([{ child: { bucket_name: `twin-child-${index}` } }]);
    }
  });

  it("and who revokes: nothing that stands on the revoked version stays good", async () => {
    const base = await publish(client, { bucket: "race-base", fingerprint: "fp" });
    const publishing = range(6).map((index) =>
      publish(client, {
        bucket: `race-child-${index}`,
        fingerprint: "fp",
        build: { parent_version_id: base.id },
      }),
    );
    await Promise.all([
      ...publishing,
      ok("PATCH", "/buckets/race-base/versions/fp", { revoke_in: "0s" }),
    ]);
    for (const index of range(6)) {
      const { version } = await ok("GET", `/buckets/race-child-${index}/versions/fp`);
      expect(version).toMatchObject({ status: "VERSION_REVOKED", revocation_type: "INHERITED" });
      const { channel } = await ok("GET", `/buckets/race-child-${index}/channels/latest`);
      expect(channel.version).toBeUndefined();
    }
  });

  it("and who deletes: the answers are refusals, not failures", async () => {
    await ok("PUT", "/buckets", { name: "vanishing" });
    const answers = await Promise.all([
      ...range(6).map((index) =>
        call("POST", "/buckets/vanishing/versions", { fingerprint: `fp-${index}` }),
      ),
      call("DELETE", "/buckets/vanishing"),
      ...range(6).map((index) =>
        call("POST", "/buckets/vanishing/channels", { name: `c-${index}x` }),
      ),
    ]);
    expect(answers.filter((answer) => answer.status >= 500)).toEqual([]);
  });
});
