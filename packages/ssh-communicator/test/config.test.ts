import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  checkSshSettings,
  formatDuration,
  parseDuration,
  readSshOptions,
  sshFields,
} from "../src/index.ts";

const schema = z.strictObject(sshFields);

describe("durations", () => {
  it.each([
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["1.5s", 1500],
    ["250ms", 250],
    ["0", 0],
  ])("%s is read", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(["", "5", "m", "5 m", "-5m", "5m!"])("%j is refused", (text) => {
    expect(parseDuration(text)).toBeUndefined();
    expect(schema.safeParse({ ssh_timeout: text }).success).toBe(false);
  });

  it.each([
    [90_000, "1m30s"],
    [3_600_000, "1h"],
    [40, "40ms"],
  ])("%i are written", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe("settings", () => {
  it("become the options of a connection", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ssh-config-"));
    const file = join(folder, "key");
    await writeFile(file, "a key");
    const settings = schema.parse({
      ssh_username: "ubuntu",
      ssh_port: 2222,
      ssh_private_key_file: file,
      ssh_timeout: "10m",
      ssh_pty: true,
    });
    const options = await readSshOptions(settings, { host: "10.0.0.1", privateKey: "temporary" });
    await rm(folder, { recursive: true });
    expect(options).toMatchObject({
      host: "10.0.0.1",
      port: 2222,
      username: "ubuntu",
      privateKey: Buffer.from("a key"),
      timeout: 600_000,
      handshakeAttempts: 10,
      keepAliveInterval: 5000,
      pty: true,
    });
  });

  it("prefer the host of the template, and the key that the builder made where no file is named", async () => {
    const settings = schema.parse({ ssh_username: "ubuntu", ssh_host: "bastion" });
    const options = await readSshOptions(settings, { host: "10.0.0.1", privateKey: "temporary" });
    expect(options).toMatchObject({ host: "bastion", privateKey: "temporary" });
  });

  it("with a private key that cannot be read are one clear error", async () => {
    const settings = schema.parse({ ssh_username: "a", ssh_private_key_file: "/none/key" });
    await expect(readSshOptions(settings, { host: "a" })).rejects.toMatchObject({
      code: "SSH_BAD_SETTING",
      message: expect.stringContaining("the private key /none/key cannot be read"),
    });
  });

  it("must name a user, and must not forward the agent", () => {
    const problems: string[] = [];
    checkSshSettings(schema.parse({ ssh_disable_agent_forwarding: false }), (attribute) =>
      problems.push(attribute),
    );
    expect(problems).toEqual(["ssh_username", "ssh_disable_agent_forwarding"]);
  });
});
