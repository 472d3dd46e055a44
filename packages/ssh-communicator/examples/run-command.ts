import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { generateSshKeyPair, SshCommunicator } from "@packerkit/ssh-communicator";
import { startSshServer } from "@packerkit/ssh-communicator/test/ssh-server";

const { privateKey, publicKey } = await generateSshKeyPair({ comment: "packer" });
await using machine = await startSshServer({ authorizedKeys: [publicKey] });

await using communicator = new SshCommunicator({
  host: "127.0.0.1",
  port: machine.port,
  username: "ubuntu",
  privateKey,
  timeout: 300_000,
  handshakeAttempts: 10,
  keepAliveInterval: 5000,
  pty: false,
});
await communicator.connect();
const stdout = new PassThrough();
const [status, output] = await Promise.all([
  communicator.start({ command: "echo hello; exit 3", stdout }),
  text(stdout),
]);

assert.deepEqual({ status, output }, { status: 3, output: "hello\n" });
