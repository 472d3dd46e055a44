import { readFile } from "node:fs/promises";
import type { Ec2StandIn } from "@packerkit/cloud-sim";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStandIn } from "../fixtures/amazon-clouds.ts";
import {
  type Attributes,
  comparable,
  environmentFor,
  imagesOf,
  readAnswers,
  source,
  template,
  WRITE_STATE,
} from "../fixtures/amazon-packer.ts";
import { openPackerPair, type PackerPair } from "../fixtures/packer-pair.ts";
import { interrupt } from "../src/command.ts";
import { type OpenSsh, startOpenSsh } from "../src/openssh.ts";
import type { Packer } from "../src/packer.ts";

const HOME = "us-east-1";

let packers: PackerPair;
let cloud: Awaited<ReturnType<typeof openStandIn>>;
/** Stands for the instance: it knows the key pairs of the cloud. */
let ssh: OpenSsh;

beforeAll(async () => {
  packers = await openPackerPair("amazon");
  cloud = await openStandIn();
  ssh = await startOpenSsh(() => cloud.publicKeys(HOME));
});
afterAll(async () => {
  await ssh?.stop();
  await cloud?.close();
  await packers?.[Symbol.asyncDispose]();
});

/** A build that is provisioned in a folder of its own on the "instance". */
async function provisioned(packer: Packer, folder: string, attributes: Attributes, line: string) {
  const text = source("amazon-ebs", cloud, {
    communicator: '"ssh"',
    ssh_username: `"${ssh.username}"`,
    ssh_port: `${ssh.port}`,
    ssh_interface: '"public_ip"',
    ...attributes,
  });
  const target = `${ssh.folder}/${folder}`;
  return await template(
    packer,
    "amazon-ebs",
    text,
    `provisioner "shell" { inline = ["mkdir -p ${target}", ${JSON.stringify(line)}] }
  provisioner "file" {
    source      = "\${path.root}/site/"
    destination = "${target}"
  }
  provisioner "file" {
    direction   = "download"
    source      = "${target}/sum"
    destination = "\${path.root}/sum"
  }
  ${WRITE_STATE}`,
    { "site/index.html": "<p>hello</p>\n", "site/css/a.css": "p {}\n" },
  );
}

/** What the cloud holds besides images, snapshots and what it brought. */
function temporary({
  instances,
  keyPairs,
  securityGroups,
  volumes,
}: ReturnType<Ec2StandIn["snapshot"]>) {
  return [...instances, ...keyPairs, ...securityGroups, ...volumes];
}

describe("an instance behind a real OpenSSH server, in Packer", () => {
  it.each(["ed25519", "rsa"])(
    "is provisioned with a temporary %s key, by both plugins alike",
    async (type) => {
      const answers = [];
      for (const [name, packer] of [
        ["official", packers.official],
        ["ours", packers.ours],
      ] as const) {
        const folder = `${name}-${type}`;
        const made = await provisioned(
          packer,
          folder,
          { ami_name: `"${folder}"`, temporary_key_pair_type: `"${type}"` },
          `echo $PACKER_BUILDER_TYPE | sha256sum > ${ssh.folder}/${folder}/sum`,
        );
        const result = await made.packer("build", [], environmentFor(cloud));
        expect(result.exitCode, result.all).toBe(0);
        answers.push(await readAnswers(made));
        expect(await readFile(`${ssh.folder}/${folder}/index.html`, "utf8")).toBe("<p>hello</p>\n");
        expect(await readFile(`${ssh.folder}/${folder}/css/a.css`, "utf8")).toBe("p {}\n");
        expect(await made.read("sum")).toMatch(/^[0-9a-f]{64} /);
        expect(temporary(cloud.snapshot())).toEqual([]);
      }
      const [theirs, own] = answers.map(comparable);
      expect(own).toEqual(theirs);
      expect(answers.flatMap(imagesOf)).toHaveLength(2);
    },
  );

  it("whose script fails leaves nothing, and says how it ended", async () => {
    const before = cloud.snapshot().images.length;
    const made = await provisioned(packers.ours, "fails", { ami_name: '"fails"' }, "exit 7");
    const result = await made.packer("build");
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("exit status: 7");
    expect(temporary(cloud.snapshot())).toEqual([]);
    expect(cloud.snapshot().images).toHaveLength(before);
  });

  it("is left clean by Ctrl-C while a script runs", async () => {
    const made = await provisioned(
      packers.ours,
      "cancelled",
      { ami_name: '"cancelled"' },
      "echo script-runs; sleep 60",
    );
    const running = made.packer("build");
    running.stdout.on("data", (chunk) => {
      if (/: script-runs/.test(String(chunk))) interrupt(running);
    });
    const result = await running;
    expect(result.exitCode).toBe(1);
    expect(temporary(cloud.snapshot()), result.all).toEqual([]);
  });

  it("that refuses the key is given up on, with nothing left", async () => {
    const made = await provisioned(
      packers.ours,
      "refused",
      { ami_name: '"refused"', ssh_username: '"nobody-there"', ssh_handshake_attempts: "1" },
      "true",
    );
    const result = await made.packer("build");
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain(`nobody-there@127.0.0.1:${ssh.port} refused the login`);
    expect(temporary(cloud.snapshot())).toEqual([]);
  });
});
