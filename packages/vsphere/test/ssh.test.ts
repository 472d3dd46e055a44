import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { startVSphere } from "@packerkit/cloud-sim";
import type { InProcessProvisioner } from "@packerkit/plugin-sdk";
import { startSshServer } from "@packerkit/ssh-communicator/test/ssh-server";
import { describe, expect, it } from "vitest";
import { clone, cloneSettings, recordingUi, type Settings } from "./harness.ts";
import { asTestVCenter } from "./stand-in.ts";

/** How a machine is reached whose VMware Tools tell the address of the SSH server. */
const ssh = (port: number, more: Settings = {}): Settings => ({
  communicator: "ssh",
  ssh_username: "packer",
  ssh_password: "open sesame",
  ssh_port: port,
  ip_settle_timeout: "1ms",
  ...more,
});

describe("over SSH", () => {
  it("a machine is provisioned at the address that its tools tell, and shut down by them", async () => {
    await using standIn = await startVSphere({ taskMs: 1, guestAddress: "127.0.0.1" });
    await using server = await startSshServer({ password: "open sesame" });
    let output = "";
    let wasOn = false;
    const provisioner: InProcessProvisioner = async ({ communicator }) => {
      const stdout = new PassThrough();
      const command = { command: "echo from the machine", stdout };
      const [, printed] = await Promise.all([communicator.start(command), text(stdout)]);
      output = printed;
      wasOn = standIn.snapshot().machines.some(({ path, isOn }) => path.endsWith("/web-1") && isOn);
    };
    const settings = cloneSettings(asTestVCenter(standIn), ssh(server.port));
    const artifact = await clone(settings, { provisioners: [provisioner] });
    expect(output).toBe("from the machine\n");
    expect(wasOn).toBe(true);
    expect(server.logins).toEqual(["packer"]);
    expect(standIn.operations()).toContain("ShutdownGuest");
    expect(standIn.snapshot().machines).toContainEqual(
      expect.objectContaining({ path: "/east/vm/web-1", isTemplate: true, isOn: false }),
    );
    await artifact.destroy();
  });

  it("a machine that does not shut down in time is given up, and removed", async () => {
    await using standIn = await startVSphere({ taskMs: 1, guestAddress: "127.0.0.1" });
    await using server = await startSshServer({ password: "open sesame" });
    const before = standIn.snapshot();
    const shutdown = { shutdown_command: "echo no", shutdown_timeout: "20ms" };
    const settings = cloneSettings(asTestVCenter(standIn), ssh(server.port, shutdown));
    await expect(clone(settings)).rejects.toThrow(
      /"Shut down" failed: the machine was not off after .*allow it more with shutdown_timeout/,
    );
    expect(server.commands.map(({ command }) => command)).toEqual(["echo no"]);
    expect(standIn.snapshot()).toEqual(before);
  });

  it.each<[string, Settings]>([
    ["tells no address", {}],
    ["tells none of the network that is asked for", { ip_wait_address: "192.0.2.0/24" }],
  ])("a machine that %s is given up, and removed", async (_, more) => {
    const isSilent = Object.keys(more).length === 0;
    await using standIn = await startVSphere(
      isSilent ? { taskMs: 1 } : { taskMs: 1, guestAddress: "127.0.0.1" },
    );
    const before = standIn.snapshot();
    const settings = ssh(22, { ip_wait_timeout: "50ms", ...more });
    await expect(clone(cloneSettings(asTestVCenter(standIn), settings))).rejects.toThrow(
      /"Wait for address" failed: the machine told no address.*check that VMware Tools run/,
    );
    expect(standIn.snapshot()).toEqual(before);
  });

  it("the password of the machine shows nowhere", async () => {
    await using standIn = await startVSphere({ taskMs: 1, guestAddress: "127.0.0.1" });
    await using server = await startSshServer();
    const ui = recordingUi();
    const more = { ssh_handshake_attempts: 1 };
    const settings = cloneSettings(asTestVCenter(standIn), ssh(server.port, more));
    const error = await clone(settings, { ui }).catch((thrown: unknown) => thrown as Error);
    expect(String(error)).toContain("refused the login");
    expect([String(error), ...ui.lines, ...ui.errors].join("\n")).not.toContain("open sesame");
  });
});
