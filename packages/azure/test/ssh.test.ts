import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { AzureStandIn } from "@packerkit/cloud-sim";
import type { InProcessProvisioner } from "@packerkit/plugin-sdk";
import { generateSshKeyPair } from "@packerkit/ssh-communicator";
import { startSshServer } from "@packerkit/ssh-communicator/test/ssh-server";
import { describe, expect, it } from "vitest";
import { build, leftovers, MANAGED_IMAGE, startCloud } from "./cloud.ts";

/** Lets the keys in that machines were made with, as Azure's guest agent does. */
function authorizeKeys(cloud: AzureStandIn, authorizedKeys: string[]) {
  return setInterval(() => {
    authorizedKeys.push(...cloud.publicKeys().filter((key) => !authorizedKeys.includes(key)));
  }, 5);
}

/** Builds over SSH; answers what a command printed, and what provisioners were told. */
async function buildOverSsh(more: object = {}) {
  await using cloud = await startCloud();
  const authorizedKeys: string[] = [];
  await using server = await startSshServer({ authorizedKeys, password: "Open-Sesame-1" });
  const agent = authorizeKeys(cloud, authorizedKeys);
  let printed = "";
  let data: Readonly<Record<string, unknown>> = {};
  const provisioner: InProcessProvisioner = async (machine) => {
    data = machine.data;
    const stdout = new PassThrough();
    const command = { command: "echo from the machine", stdout };
    const [, output] = await Promise.all([machine.communicator.start(command), text(stdout)]);
    printed = output;
  };
  const settings = {
    ...MANAGED_IMAGE,
    communicator: "ssh",
    ssh_host: "127.0.0.1",
    ssh_port: server.port,
    ...more,
  };
  try {
    await build(cloud, settings, { provisioners: [provisioner] });
  } finally {
    clearInterval(agent);
  }
  return { printed, data, logins: [...server.logins], left: leftovers(cloud) };
}

describe("over SSH", () => {
  it("provisioners reach the machine with a key that was made for the build", async () => {
    const { data, left, logins, printed } = await buildOverSsh();
    expect(printed).toBe("from the machine\n");
    expect(logins).toEqual(["packer"]);
    expect(data).toMatchObject({ ConnType: "ssh", Host: "127.0.0.1", User: "packer" });
    expect(data["SSHPublicKey"]).toMatch(/^ssh-ed25519 /);
    expect(left).toEqual(["images web-1"]);
  });

  it("the machine lets the key in that the template names", async () => {
    const folder = await mkdtemp(join(tmpdir(), "packerkit-azure-"));
    const file = join(folder, "key");
    const { privateKey, publicKey } = await generateSshKeyPair();
    await writeFile(file, privateKey);
    const { data, printed } = await buildOverSsh({ ssh_private_key_file: file });
    await rm(folder, { recursive: true });
    expect(printed).toBe("from the machine\n");
    expect(data["SSHPublicKey"]).toBe(publicKey);
  });

  it("a machine that lets nobody in is given up, and removed", async () => {
    await using cloud = await startCloud();
    await using server = await startSshServer();
    const settings = {
      ...MANAGED_IMAGE,
      communicator: "ssh",
      ssh_host: "127.0.0.1",
      ssh_port: server.port,
      ssh_handshake_attempts: 1,
    };
    await expect(build(cloud, settings)).rejects.toThrow(
      `"Connect" failed: packer@127.0.0.1:${server.port} refused the login`,
    );
    expect(leftovers(cloud)).toEqual([]);
  });
});
