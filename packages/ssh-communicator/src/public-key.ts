import { SshError } from "./errors.ts";

/**
 * The line of an `authorized_keys` file that lets the owner of a private key in.
 *
 * @param privateKey The text of a private key's file, which has no passphrase.
 * @throws {SshError} `SSH_BAD_SETTING` where it is none.
 */
export async function publicKeyOf(privateKey: string | Buffer): Promise<string> {
  const { default: ssh2 } = await import("ssh2");
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) {
    // The parser's own message is of its own format names, and shows nothing of the key.
    throw new SshError(
      "SSH_BAD_SETTING",
      `the private key cannot be read (${key.message}): check ssh_private_key_file; it must have no passphrase`,
    );
  }
  return `${key.type} ${key.getPublicSSH().toString("base64")}`;
}
