import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startCommand } from "../src/command.ts";
import { BASE_IMAGE, type DockerEngine, startDockerEngine } from "../src/docker-engine.ts";

describe("the Docker Engine of the interop tests", () => {
  let engine: DockerEngine | undefined;
  afterEach(async () => {
    await engine?.stop();
    engine = undefined;
  });

  it("runs commands of its base image, on a socket that only we may reach", async () => {
    engine = await startDockerEngine();
    expect(statSync(dirname(engine.socketPath)).mode & 0o777).toBe(0o700);
    const [result] = await engine.client.run(
      BASE_IMAGE,
      ["test", "-x", "/bin/sh"],
      process.stdout,
      {
        HostConfig: { NetworkMode: "none" },
      },
    );
    expect(result).toMatchObject({ StatusCode: 0 });
  });

  it("ends with all its containers and files, also after a crash", async () => {
    engine = await startDockerEngine();
    await startSleeper(engine);
    await engine.kill();
    await expect(engine.client.ping()).rejects.toThrow(/ECONNREFUSED/);
    await engine.stop();
    await expectGone(engine);
  });

  it("ends with the process that started it, also where that is killed", async () => {
    const program = `
      import { startDockerEngine } from ${JSON.stringify(import.meta.resolve("../src/docker-engine.ts"))};
      console.log((await startDockerEngine()).socketPath);
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(owner.stdout, "data");
    const socketPath = String(line).trim();
    expect(existsSync(socketPath)).toBe(true);
    owner.kill("SIGKILL");
    await vi.waitFor(() => expectGone({ socketPath }), { timeout: 15_000, interval: 100 });
  });
});

async function startSleeper({ client }: DockerEngine): Promise<void> {
  const container = await client.createContainer({
    Image: BASE_IMAGE,
    Cmd: ["sleep", "600"],
    HostConfig: { NetworkMode: "none" },
  });
  await container.start();
}

/** Neither the engine's folder nor a process that names it is left. */
async function expectGone({ socketPath }: Pick<DockerEngine, "socketPath">): Promise<void> {
  expect(existsSync(dirname(socketPath))).toBe(false);
  const { stdout } = await startCommand("ps", ["-eo", "args"]);
  expect(stdout).not.toContain(dirname(socketPath));
}
