import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { type SshServer, startSshServer } from "@packerkit/ssh-communicator/test/ssh-server";
import { describe, expect, it } from "vitest";
import { build, HOME, leftovers, startCloud } from "./cloud.ts";

type Cloud = Awaited<ReturnType<typeof startCloud>>;

/** An SSH server that knows the cloud's key pairs: it stands for the instance. */
async function startInstanceServer(cloud: Cloud): Promise<SshServer> {
  return await startSshServer({ authorizedKeys: () => cloud.publicKeys(HOME) });
}

function ssh(server: SshServer, more: object = {}): object {
  return { communicator: "ssh", ssh_username: "ubuntu", ssh_port: server.port, ...more };
}

describe("an ebs build over SSH", () => {
  it.each(["rsa", "ed25519"])(
    "provisions with a temporary key pair of type %s, and group",
    async (type) => {
      await using cloud = await startCloud();
      await using server = await startInstanceServer(cloud);
      let output = "";
      let groups: string[] = [];
      let data: Readonly<Record<string, unknown>> = {};
      const artifact = await build(
        cloud,
        ssh(server, {
          temporary_key_pair_type: type,
          temporary_security_group_source_cidrs: ["10.0.0.0/8", "fd00::/8"],
          run_tags: { Team: "web" },
        }),
        {
          provisioners: [
            async (machine) => {
              const stdout = new PassThrough();
              const command = { command: "echo provisioned", stdout };
              const [, said] = await Promise.all([
                machine.communicator.start(command),
                text(stdout),
              ]);
              output = said;
              data = machine.data;
              groups = cloud.snapshot().securityGroups.flatMap(({ rules }) => rules);
            },
          ],
        },
      );
      expect(output).toBe("provisioned\n");
      expect(server.logins).toEqual(["ubuntu"]);
      expect(groups).toEqual([`tcp ${server.port} from 10.0.0.0/8 fd00::/8`]);
      expect(data).toMatchObject({
        ID: expect.stringMatching(/^i-/),
        Host: "127.0.0.1",
        Port: server.port,
        User: "ubuntu",
        ConnType: "ssh",
        SourceAMIOwnerName: "amazon",
        SSHPrivateKey: expect.stringContaining("PRIVATE KEY"),
      });
      expect(JSON.stringify(artifact.state("generated_data"))).not.toContain("PRIVATE KEY");
      await artifact.destroy();
      expect(leftovers(cloud)).toEqual([]);
    },
  );

  it("takes the temporary key off the instance where it is asked to", async () => {
    await using cloud = await startCloud();
    await using server = await startInstanceServer(cloud);
    await build(
      cloud,
      ssh(server, { ssh_clear_authorized_keys: true, temporary_key_pair_type: "ed25519" }),
    );
    expect(server.commands.map(({ command }) => command)).toEqual([
      expect.stringMatching(/^sed -i '\/ packer_[0-9a-f]{24}\$\/d' ~\/\.ssh\/authorized_keys$/),
      expect.stringMatching(/^sudo -n sed -i .* \/root\/\.ssh\/authorized_keys$/),
    ]);
  });

  it("makes no key pair where there is a password, and no group where one is named", async () => {
    await using cloud = await startCloud();
    await using server = await startSshServer({ password: "s3cret" });
    const group = { filters: { "group-name": "default" } };
    await build(cloud, ssh(server, { ssh_password: "s3cret", security_group_filter: group }));
    expect(server.logins).toEqual(["ubuntu"]);
    expect(cloud.operations()).not.toContain("CreateKeyPair");
    expect(cloud.operations()).not.toContain("CreateSecurityGroup");
  });

  it("connects to the private address where there is no other", async () => {
    await using cloud = await startCloud();
    const waiting = build(cloud, {
      communicator: "ssh",
      ssh_username: "ubuntu",
      ssh_password: "s3cret",
      ssh_timeout: "50ms",
      associate_public_ip_address: false,
    });
    await expect(waiting).rejects.toThrow("no SSH connection to ubuntu@172.31.0.10:22 within 50ms");
  });

  it("says so where the instance does not have the address that is asked for", async () => {
    await using cloud = await startCloud();
    const more = {
      communicator: "ssh",
      ssh_username: "a",
      ssh_password: "b",
      ssh_interface: "ipv6",
    };
    await expect(build(cloud, more)).rejects.toThrow(/has no ipv6; choose another ssh_interface/);
    expect(leftovers(cloud)).toEqual([]);
  });

  it("waits before it uses a connection where it is asked to", async () => {
    await using cloud = await startCloud();
    await using server = await startInstanceServer(cloud);
    const pause = { pause_before_connecting: "20ms", temporary_key_pair_type: "ed25519" };
    await build(cloud, ssh(server, pause));
    expect(server.logins).toEqual(["ubuntu", "ubuntu"]);
  });
});
