import { PassThrough, Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  DISCONNECTED,
  generateSshKeyPair,
  SshCommunicator,
  type SshKeyPair,
  type SshOptions,
} from "../src/index.ts";
import { type SshServer, type SshServerOptions, startSshServer } from "./ssh-server.ts";

const pair: SshKeyPair = await generateSshKeyPair({ comment: "test" });

async function setUp(
  serverOptions: SshServerOptions = {},
  options: Partial<SshOptions> = {},
): Promise<{ server: SshServer; communicator: SshCommunicator } & AsyncDisposable> {
  const server = await startSshServer({ authorizedKeys: [pair.publicKey], ...serverOptions });
  const communicator = new SshCommunicator({ ...usual(server.port), ...options });
  return {
    server,
    communicator,
    async [Symbol.asyncDispose]() {
      await communicator.close();
      await server.close();
    },
  };
}

function usual(port: number): SshOptions {
  return {
    host: "127.0.0.1",
    port,
    username: "packer",
    privateKey: pair.privateKey,
    timeout: 5000,
    handshakeAttempts: 3,
    keepAliveInterval: 1000,
    pty: false,
    retryPause: 5,
  };
}

async function run(
  communicator: SshCommunicator,
  command: string,
  stdin?: Readable,
): Promise<{ status: number; stdout: string; stderr: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const input = stdin === undefined ? {} : { stdin };
  const [status, out, error] = await Promise.all([
    communicator.start({ command, stdout, stderr, ...input }),
    text(stdout),
    text(stderr),
  ]);
  return { status, stdout: out, stderr: error };
}

describe("a command", () => {
  it("keeps stdin, stdout, stderr and the exit status apart", async () => {
    await using ssh = await setUp();
    const result = await run(ssh.communicator, "cat; echo oops >&2; exit 3", Readable.from(["in"]));
    expect(result).toEqual({ status: 3, stdout: "in", stderr: "oops\n" });
    expect(ssh.server.logins).toEqual(["packer"]);
  });

  it("that a signal ends has 128 and the signal's number as its status", async () => {
    await using ssh = await setUp();
    expect((await run(ssh.communicator, "kill -TERM $$")).status).toBe(143);
  });

  it("gets a terminal where one is asked for", async () => {
    await using ssh = await setUp({}, { pty: true });
    expect(await run(ssh.communicator, "echo $TERM")).toMatchObject({ stdout: "xterm\n" });
  });

  it("runs without anyone listening to its output", async () => {
    await using ssh = await setUp();
    const command = "head -c 5000000 /dev/zero; head -c 5000000 /dev/zero >&2";
    expect(await ssh.communicator.start({ command })).toBe(0);
  });

  it("passes on output no faster than it is taken", async () => {
    await using ssh = await setUp();
    let taken = 0;
    const slow = new Writable({
      highWaterMark: 1024,
      write(chunk: Buffer, _encoding, done) {
        taken += chunk.length;
        setImmediate(done);
      },
    });
    const command = "head -c 20000000 /dev/zero";
    expect(await ssh.communicator.start({ command, stdout: slow })).toBe(0);
    expect(taken).toBe(20_000_000);
  });

  it("several of which run at once share the connection", async () => {
    await using ssh = await setUp();
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) => run(ssh.communicator, `sleep 0.05; echo ${index}`)),
    );
    expect(results.map(({ stdout }) => stdout.trim())).toEqual([
      "0",
      "1",
      "2",
      "3",
      "4",
      "5",
      "6",
      "7",
    ]);
    expect(ssh.server.logins).toHaveLength(1);
  });

  it("ends when it is cancelled, with the reason", async () => {
    await using ssh = await setUp();
    const controller = new AbortController();
    const running = ssh.communicator.start({ command: "sleep 60" }, { signal: controller.signal });
    await sleep(50);
    controller.abort(new Error("Ctrl-C"));
    await expect(running).rejects.toThrow("Ctrl-C");
  });

  it("ends when it is cancelled before the machine has heard of it", async () => {
    await using ssh = await setUp();
    await ssh.communicator.connect();
    const controller = new AbortController();
    const running = ssh.communicator.start({ command: "sleep 60" }, { signal: controller.signal });
    setImmediate(() => controller.abort(new Error("Ctrl-C")));
    await expect(running).rejects.toThrow("Ctrl-C");
  });

  it("fails with its input", async () => {
    await using ssh = await setUp();
    const stdin = new Readable({
      read() {
        this.destroy(new Error("the input broke"));
      },
    });
    await expect(ssh.communicator.start({ command: "cat", stdin })).rejects.toMatchObject({
      code: "SSH_COMMAND_FAILED",
      message: expect.stringContaining("the input broke"),
    });
  });

  it("whose connection is lost has a status of its own, and the next one finds the machine again", async () => {
    await using ssh = await setUp();
    const running = run(ssh.communicator, "echo started; sleep 60");
    await expect.poll(() => ssh.server.commands.length).toBe(1);
    ssh.server.cut();
    expect((await running).status).toBe(DISCONNECTED);
    expect(await run(ssh.communicator, "echo back")).toMatchObject({ status: 0, stdout: "back\n" });
  });
});

describe("a connection", () => {
  it("is tried until the machine is up", async () => {
    const { port } = await free();
    const communicator = new SshCommunicator(usual(port));
    const connecting = communicator.connect();
    await sleep(40);
    await using server = await startSshServer({ authorizedKeys: [pair.publicKey], port });
    await connecting;
    expect(server.logins).toEqual(["packer"]);
    await communicator.close();
  });

  it("is tried again while the machine does not know the key yet", async () => {
    await using ssh = await setUp({ refuse: 2 });
    await ssh.communicator.connect();
    expect(ssh.server.logins).toEqual(["packer"]);
  });

  it("works with a password, and with an RSA key", async () => {
    await using server = await startSshServer({ password: "s3cret" });
    const options = { ...usual(server.port), privateKey: undefined, password: "s3cret" };
    await using withPassword = new SshCommunicator(options);
    await withPassword.connect();
    const rsa = await generateSshKeyPair({ type: "rsa", bits: 2048 });
    await using ssh = await setUp(
      { authorizedKeys: [rsa.publicKey] },
      { privateKey: rsa.privateKey },
    );
    await ssh.communicator.connect();
    expect(rsa.publicKey).toMatch(/^ssh-rsa /);
  });

  it("that is refused too often says so, and not how the password was", async () => {
    await using ssh = await setUp(
      { password: "right" },
      { privateKey: undefined, password: "wrong-s3cret" },
    );
    const error = await ssh.communicator.connect().catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({
      code: "SSH_AUTHENTICATION_FAILED",
      message: expect.stringContaining(
        `packer@127.0.0.1:${ssh.server.port} refused the login 3 times`,
      ),
    });
    expect(String(error)).not.toContain("wrong-s3cret");
  });

  it("that does not come about in time says why", async () => {
    const { port } = await free();
    await using communicator = new SshCommunicator({ ...usual(port), timeout: 60 });
    await expect(communicator.connect()).rejects.toMatchObject({
      code: "SSH_TIMEOUT",
      message: expect.stringMatching(/within 60ms \(.*ECONNREFUSED.*\): check/),
    });
  });

  it("ends early when it is cancelled", async () => {
    const { port } = await free();
    await using communicator = new SshCommunicator(usual(port));
    const signal = AbortSignal.timeout(30);
    await expect(communicator.connect({ signal })).rejects.toThrow("aborted due to timeout");
  });

  it("to another machine at the same address is refused", async () => {
    await using ssh = await setUp();
    await ssh.communicator.connect();
    const { port } = ssh.server;
    await ssh.server.close();
    await using _other = await startSshServer({ authorizedKeys: [pair.publicKey], port });
    await expect(run(ssh.communicator, "true")).rejects.toMatchObject({
      code: "SSH_HOST_KEY_CHANGED",
    });
  });

  it("is refused where the host key is not the one that was asked for", async () => {
    await using ssh = await setUp({}, { hostKey: "SHA256:AAAA" });
    await expect(ssh.communicator.connect()).rejects.toMatchObject({
      code: "SSH_HOST_KEY_CHANGED",
    });
  });

  it("with a key that is none is one clear error", async () => {
    await using ssh = await setUp({}, { privateKey: "no key" });
    await expect(ssh.communicator.connect()).rejects.toMatchObject({ code: "SSH_BAD_SETTING" });
  });

  it("that was closed stays so", async () => {
    await using ssh = await setUp();
    await ssh.communicator.connect();
    await ssh.communicator.close();
    await ssh.communicator.close();
    await expect(run(ssh.communicator, "true")).rejects.toMatchObject({ code: "SSH_CLOSED" });
  });
});

/** A port of 127.0.0.1 where nothing listens. */
async function free(): Promise<{ port: number }> {
  const server = await startSshServer();
  await server.close();
  return { port: server.port };
}
