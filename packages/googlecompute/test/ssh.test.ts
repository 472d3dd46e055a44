import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { GoogleComputeStandIn } from "@packerkit/cloud-sim";
import { startSshServer } from "@packerkit/ssh-communicator/test/ssh-server";
import { describe, expect, it } from "vitest";
import { build, leftovers, startCloud } from "./cloud.ts";

/** Lets the keys in that instances have in their metadata, as Google's guest agent does. */
function authorizeKeys(cloud: GoogleComputeStandIn, authorizedKeys: string[], user: string) {
  return setInterval(() => {
    for (const { metadata } of cloud.snapshot().instances) {
      const lines = (metadata["ssh-keys"] ?? "").split("\n");
      const own = lines.filter((line) => line.startsWith(`${user}:`));
      const keys = own.map((line) => line.slice(user.length + 1));
      authorizedKeys.push(...keys.filter((key) => !authorizedKeys.includes(key)));
    }
  }, 5);
}

describe("over SSH", () => {
  it("provisioners reach the instance with a key that was made for the build", async () => {
    await using cloud = await startCloud();
    const authorizedKeys: string[] = [];
    await using server = await startSshServer({ authorizedKeys });
    const agent = authorizeKeys(cloud, authorizedKeys, "packer");
    let output = "";
    let data: Readonly<Record<string, unknown>> = {};
    try {
      await build(
        cloud,
        { communicator: "ssh", ssh_username: "packer", ssh_port: server.port },
        {
          provisioners: [
            async (machine) => {
              data = machine.data;
              const stdout = new PassThrough();
              const command = { command: "echo from the instance", stdout };
              const [status, printed] = await Promise.all([
                machine.communicator.start(command),
                text(stdout),
              ]);
              output = `${printed}${status}`;
            },
          ],
        },
      );
    } finally {
      clearInterval(agent);
    }
    expect(output).toBe("from the instance\n0");
    expect(server.logins).toEqual(["packer"]);
    expect(data).toMatchObject({
      ConnType: "ssh",
      Host: "127.0.0.1",
      Port: server.port,
      User: "packer",
      SourceImageName: "debian-12-bookworm-v20260609",
    });
    expect(leftovers(cloud)).toEqual(["image web-1"]);
  });

  it("the template's own keys stay beside it, and a password needs none", async () => {
    await using cloud = await startCloud();
    await using server = await startSshServer({ password: "open sesame" });
    let keys: string | undefined;
    await build(
      cloud,
      {
        communicator: "ssh",
        ssh_username: "packer",
        ssh_password: "open sesame",
        ssh_port: server.port,
        metadata: { "ssh-keys": "admin:ssh-ed25519 AAAA admin" },
      },
      {
        provisioners: [
          async () => {
            keys = cloud.snapshot().instances[0]?.metadata["ssh-keys"];
          },
        ],
      },
    );
    expect(keys).toBe("admin:ssh-ed25519 AAAA admin");
  });

  it("an instance that lets nobody in is given up, and removed", async () => {
    await using cloud = await startCloud();
    await using server = await startSshServer();
    const settings = {
      communicator: "ssh",
      ssh_username: "packer",
      ssh_port: server.port,
      ssh_handshake_attempts: 1,
    };
    await expect(build(cloud, settings)).rejects.toThrow(
      `"Connect" failed: packer@127.0.0.1:${server.port} refused the login`,
    );
    expect(leftovers(cloud)).toEqual([]);
  });
});
