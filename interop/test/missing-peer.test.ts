import { afterEach, describe, expect, it, vi } from "vitest";
import { installDockerEngine } from "../src/docker-engine.ts";
import { buildGoPeer } from "../src/go-peer.ts";

describe("a peer that cannot be had", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("is a failure that names it and its cure: Go", async () => {
    vi.stubEnv("PATH", "/nonexistent");
    await expect(buildGoPeer("packer")).rejects.toThrow(
      expect.objectContaining({
        code: "PEER_MISSING",
        message: expect.stringMatching(/^the peer "packer" needs Go: put .* on the PATH/),
      }),
    );
  });

  it("is a failure that names it and its cure: Docker Engine", async () => {
    vi.stubEnv("PATH", "/nonexistent");
    await expect(installDockerEngine()).rejects.toThrow(
      expect.objectContaining({
        code: "PEER_MISSING",
        message: expect.stringMatching(
          /^the peer "docker-engine" needs .*apt-get install .* as root/,
        ),
      }),
    );
  });
});
