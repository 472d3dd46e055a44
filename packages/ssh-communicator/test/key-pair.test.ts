import ssh2, { type ParsedKey } from "ssh2";
import { describe, expect, it } from "vitest";
import { generateSshKeyPair, type KeyPairOptions, publicKeyOf } from "../src/index.ts";

function parse(text: string): ParsedKey {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

async function checkPair(options: KeyPairOptions): Promise<void> {
  const { privateKey, publicKey } = await generateSshKeyPair(options);
  const data = Buffer.from("to be signed");
  expect(parse(publicKey).verify(data, parse(privateKey).sign(data) as Buffer)).toBe(true);
}

describe("a pair of keys", () => {
  it.each([
    { type: "rsa", bits: 2048 },
    { type: "ecdsa" },
    { type: "ecdsa", bits: 384 },
    { type: "ecdsa", bits: 521 },
    {},
  ] as const)("made with %j is in OpenSSH's form, and its halves fit", async (options) => {
    await checkPair(options);
    const { privateKey, publicKey } = await generateSshKeyPair({ ...options, comment: "packer_1" });
    expect(privateKey).toMatch(
      /^-----BEGIN OPENSSH PRIVATE KEY-----\n([A-Za-z0-9+/=]{1,70}\n)+-----END/,
    );
    expect(publicKey).toMatch(/^(ssh|ecdsa)-\S+ [A-Za-z0-9+/=]+ packer_1$/);
    expect(parse(privateKey).comment).toBe("packer_1");
  });

  it("is right whatever its numbers start with", async () => {
    // One in 256 starts with a zero byte: among so many, some do.
    await Promise.all(Array.from({ length: 1500 }, () => checkPair({ type: "ed25519" })));
  });

  it.each([
    [{ type: "rsa", bits: 1024 }, "no keys of type rsa with 1024 bits: use 2048 to 16384"],
    [{ type: "ecdsa", bits: 100 }, "use 256, 384 or 521"],
    [{ type: "ed25519", bits: 512 }, "use 256"],
    [{ comment: "two\nlines" }, "not one line of printable ASCII"],
  ] as const)("with %j is refused", async (options, message) => {
    await expect(generateSshKeyPair(options)).rejects.toMatchObject({
      code: "SSH_BAD_SETTING",
      message: expect.stringContaining(message),
    });
  });
});

describe("the public half of a private key", () => {
  it.each([{ type: "rsa", bits: 2048 }, { type: "ecdsa" }, {}] as const)(
    "is found for %j",
    async (options) => {
      const { privateKey, publicKey } = await generateSshKeyPair(options);
      expect(await publicKeyOf(privateKey)).toBe(publicKey);
    },
  );

  it("is refused for a text that is no key, which is not shown", async () => {
    const error = await publicKeyOf("private-text").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "SSH_BAD_SETTING" });
    expect(String(error)).toContain("check ssh_private_key_file");
    expect(String(error)).not.toContain("private-text");
  });
});
