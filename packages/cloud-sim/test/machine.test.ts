import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HappyCloudStandIn, startHappyCloud } from "../src/index.ts";
import { call, startInstance } from "./happy-cloud-client.ts";

let cloud: HappyCloudStandIn;
let id: string;

beforeAll(async () => {
  cloud = await startHappyCloud();
  id = await startInstance(cloud, "img-happylinux1east");
});
afterAll(() => cloud.close());

async function run(command: string, stdin?: string) {
  const { body } = await call(cloud, `POST /instances/${id}/exec`, {
    command,
    ...(stdin === undefined ? {} : { stdin }),
  });
  return body as { exit_status: number; stdout: string; stderr: string };
}

async function put(path: string, content: string, mode = "0644") {
  const answer = await call(cloud, `PUT /instances/${id}/files?path=${path}&mode=${mode}`, content);
  expect(answer.status).toBe(204);
}

describe("commands on an instance", () => {
  it.each([
    ["exit 42", 42, ""],
    ["false", 1, ""],
    ["no-such-command", 127, ""],
    ["whoami; id -u; id -un", 0, "root\n0\nroot\n"],
    ["uname; uname -sm", 0, "Linux\nLinux x86_64\n"],
    ["sudo -E A=1 sh -c 'echo $A'", 0, "1\n"],
    ["f=$(mktemp) && test -f $f && stat -c %a $f", 0, "600\n"],
    ["touch /tmp/o && chown -R root:root /tmp/o && chown root /nope", 1, ""],
    ["sh -ec 'false; echo after'", 1, ""],
    ["sh -c 'echo \"$0 $1 $#\"' name 'a b'", 0, "name a b 1\n"],
    ["echo 'echo piped' | sh -s", 0, "piped\n"],
    ["bash -o pipefail -c 'false | true'", 1, ""],
    ["bash -Z", 2, ""],
    ["ln -s /etc /tmp/link && echo via > /tmp/link/via && cat /etc/via", 0, "via\n"],
  ])("%s", async (command, status, stdout) => {
    expect(await run(command)).toMatchObject({ exit_status: status, stdout });
  });

  it("reads standard input and splits output from errors", async () => {
    expect(await run("cat; echo oops >&2; exit 3", "grüße\n")).toEqual({
      exit_status: 3,
      stdout: "grüße\n",
      stderr: "oops\n",
    });
  });
});

describe("scripts run by path", () => {
  it("obey the options of their first line", async () => {
    await put("/tmp/strict.sh", "#!/bin/sh -e\necho one\nfalse\necho two\n", "0755");
    expect(await run("/tmp/strict.sh")).toMatchObject({ exit_status: 1, stdout: "one\n" });
    await put("/tmp/loose.sh", "#!/bin/sh\necho one\nfalse\necho two\n", "0755");
    expect(await run("/tmp/loose.sh")).toMatchObject({ exit_status: 0, stdout: "one\ntwo\n" });
  });

  it("get assignments, arguments and standard input", async () => {
    await put(
      "/tmp/args.sh",
      '#!/bin/bash\nshift 9; echo "$A|$#|$1|$2"; env | grep ^A=; cat\n',
      "0755",
    );
    const answer = await run("A='x y' /tmp/args.sh '1 2' 2 3 4 5 6 7 8 9 10 eleven", "in\n");
    expect(answer.stdout).toBe("x y|2|10|eleven\nA=x y\nin\n");
  });

  it("need to be executable, and an interpreter that exists", async () => {
    await put("/tmp/plain.sh", "echo hi\n");
    expect((await run("/tmp/plain.sh")).exit_status).toBe(126);
    expect((await run("chmod 0755 /tmp/plain.sh && /tmp/plain.sh")).stdout).toBe("hi\n");
    await put("/tmp/tool.py", "#!/usr/bin/env python3\nprint(1)\n", "0755");
    const python = await run("/tmp/tool.py");
    expect(python.exit_status).toBe(126);
    expect(python.stderr).toContain("python3: bad interpreter");
    expect((await run("/tmp/missing.sh")).exit_status).toBe(127);
  });
});

describe("files on an instance", () => {
  it("come back byte for byte, with their mode", async () => {
    const bytes = new Uint8Array(300_000).map((_, index) => (index * 31) % 256);
    await call(cloud, `PUT /instances/${id}/files?path=/opt/a/b.bin&mode=0750`, bytes);
    const response = await fetch(`${cloud.url}/v1/instances/${id}/files?path=/opt/a/b.bin`, {
      headers: { authorization: `Bearer ${cloud.token}` },
    });
    expect(response.headers.get("happy-file-mode")).toBe("0750");
    expect(Buffer.compare(Buffer.from(await response.arrayBuffer()), Buffer.from(bytes))).toBe(0);
  });

  it("keep their mode when they are overwritten by a command", async () => {
    await put("/tmp/kept", "a", "0700");
    expect((await run("echo b > /tmp/kept; stat -c %a /tmp/kept")).stdout).toBe("700\n");
  });

  it("are refused where there is none, or a directory", async () => {
    const missing = await call(cloud, `GET /instances/${id}/files?path=/nope`);
    expect([missing.status, missing.body.error.code]).toEqual([404, "file_not_found"]);
    const folder = await call(cloud, `PUT /instances/${id}/files?path=/etc`, "x");
    expect([folder.status, folder.body.error.code]).toEqual([400, "not_a_file"]);
  });
});
