import { setTimeout as sleep } from "node:timers/promises";
import type { Client, ConnectConfig } from "ssh2";
import { formatDuration } from "./duration.ts";
import { messageOf, SshError } from "./errors.ts";
import type { HostKeyMemory } from "./host-key.ts";
import { addressOf, type SshOptions } from "./options.ts";

/** How long one handshake may take, in milliseconds. */
const HANDSHAKE_TIMEOUT = 20_000;

/** The longest pause between two attempts, in milliseconds. */
const LONGEST_PAUSE = 5000;

/**
 * How many signs of life may stay unanswered. A machine that is under load, or that is being set up, may be silent for
 * minutes; one whose connection is gone is noticed all the same.
 */
const MAX_UNANSWERED = 60;

/**
 * Connects to a machine, again and again until it lets us in: it may still be starting.
 *
 * @throws {SshError} `SSH_TIMEOUT`, `SSH_AUTHENTICATION_FAILED`, `SSH_HOST_KEY_CHANGED`, `SSH_BAD_SETTING`; the
 * signal's reason where it was aborted.
 */
export async function connect(
  options: SshOptions,
  hostKeys: HostKeyMemory,
  signal: AbortSignal | undefined,
): Promise<Client> {
  const address = addressOf(options);
  const end = performance.now() + options.timeout;
  let refusals = 0;
  for (let pause = options.retryPause ?? 250; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    signal?.throwIfAborted();
    const left = end - performance.now();
    let failure: unknown;
    try {
      return await connectOnce(options, hostKeys, Math.min(left, HANDSHAKE_TIMEOUT), signal);
    } catch (error) {
      signal?.throwIfAborted();
      failure = hostKeys.refusal(address) ?? error;
    }
    if (failure instanceof SshError) throw failure;
    if (isRefusal(failure) && ++refusals === options.handshakeAttempts) {
      throw new SshError(
        "SSH_AUTHENTICATION_FAILED",
        `${address} refused the login ${refusals} times (${messageOf(failure)}): check the user's name, and the key or the password`,
        { cause: failure },
      );
    }
    if (performance.now() + pause >= end) throw timeout(address, options.timeout, failure);
    await sleep(pause, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
}

function timeout(address: string, milliseconds: number, cause: unknown): SshError {
  return new SshError(
    "SSH_TIMEOUT",
    `no SSH connection to ${address} within ${formatDuration(milliseconds)} (${messageOf(cause)}): check that the machine has an SSH server there, that the network and its firewalls let us through, or allow more time`,
    { cause },
  );
}

function isRefusal(error: unknown): boolean {
  return (error as { level?: unknown }).level === "client-authentication";
}

async function connectOnce(
  options: SshOptions,
  hostKeys: HostKeyMemory,
  readyTimeout: number,
  signal: AbortSignal | undefined,
): Promise<Client> {
  const { default: ssh2 } = await import("ssh2");
  const client = new ssh2.Client();
  // Whoever uses the connection sees it closing; an error event without a listener would end the process.
  client.on("error", () => {});
  const abort = () => client.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      // Small requests must not wait until the answers to the ones before have come.
      client.once("connect", () => client.setNoDelay(true));
      client.once("ready", resolve);
      client.on("keyboard-interactive", (_name, _instructions, _language, prompts, answer) =>
        answer(prompts.map(() => options.password ?? "")),
      );
      client.once("error", reject);
      client.once("close", () => reject(new Error("the connection was closed")));
      client.connect(clientSettings(options, hostKeys, readyTimeout));
    });
  } catch (error) {
    client.destroy();
    throw isBadSetting(error) ? badSetting(error) : error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
  return client;
}

function clientSettings(
  options: SshOptions,
  hostKeys: HostKeyMemory,
  readyTimeout: number,
): ConnectConfig {
  const { host, port, username, password, privateKey, agent } = options;
  const { ciphers = [], keyExchanges = [] } = options;
  const algorithms = {
    ...(ciphers.length === 0 ? {} : { cipher: [...ciphers] }),
    ...(keyExchanges.length === 0 ? {} : { kex: [...keyExchanges] }),
  };
  return {
    host,
    port,
    username,
    ...(password === undefined ? {} : { password, tryKeyboard: true }),
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(agent === undefined ? {} : { agent }),
    readyTimeout: Math.max(1, readyTimeout),
    keepaliveInterval: options.keepAliveInterval,
    keepaliveCountMax: MAX_UNANSWERED,
    hostVerifier: (key: Buffer) => hostKeys.accept(key),
    algorithms: algorithms as ConnectConfig["algorithms"] & object,
  };
}

/** What ssh2 throws, before it connects, over a key or an algorithm that it cannot use. */
function isBadSetting(error: unknown): boolean {
  const text = messageOf(error);
  return /^Cannot parse privateKey|^Unsupported algorithm|privateKey value does not/.test(text);
}

function badSetting(cause: unknown): SshError {
  return new SshError(
    "SSH_BAD_SETTING",
    `${messageOf(cause)}: give a private key without a passphrase, and algorithms that OpenSSH knows`,
    { cause },
  );
}
