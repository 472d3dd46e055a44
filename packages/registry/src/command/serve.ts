import { once } from "node:events";
import { Command, InvalidArgumentError, Option } from "commander";
import { RegistryError } from "../errors.ts";
import { readCertificate } from "../serve/certificate.ts";
import { exportLines } from "../serve/environment.ts";
import type { TlsOption } from "../serve/listen.ts";
import type { RunningRegistry } from "../serve/start.ts";
import { stayFrugal } from "../storage/frugal-wasm.ts";
import { type Terminal, write } from "./output.ts";
import { FOLDER, storeOf } from "./store-options.ts";

interface Options {
  folder?: string;
  host: string;
  port: number;
  tlsPort: number;
  tls: boolean;
  tlsCertificate?: string;
  tlsKey?: string;
  publicUrl?: string;
  trustProxy?: boolean;
  heartbeatTimeout: number;
  rateLimit: number;
  json?: boolean;
}

/** Finds the page's files; `undefined` where there is no page. */
export type PageFolder = () => Promise<string | undefined>;

/** `serve`: runs a registry until it is told to stop. */
export function serveCommand(terminal: Terminal, pageFolder: PageFolder): Command {
  return new Command("serve")
    .description("Run a registry, on the PostgreSQL of DATABASE_URL or in a folder.")
    .option(...FOLDER)
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option("--port <number>", "the port of the API and the page; 0 takes a free one", port, 8080)
    .option(
      "--tls-port <number>",
      "the port of HTTPS with the server's own certificate",
      port,
      8443,
    )
    .option("--no-tls", "HTTP alone, for a proxy in front that speaks HTTPS")
    .option("--tls-certificate <file>", "a certificate in PEM: HTTPS alone, on --port")
    .option("--tls-key <file>", "its private key in PEM")
    .option("--public-url <url>", "what clients reach the server as, such as a proxy's address")
    .option("--trust-proxy", "take the client's address from X-Forwarded-For")
    .addOption(
      new Option("--heartbeat-timeout <seconds>", "how long a silent build counts as running")
        .argParser(positive)
        .default(300),
    )
    .addOption(
      new Option("--rate-limit <number>", "the most requests of a principal in a second")
        .argParser(positive)
        .default(500),
    )
    .option("--json", "print where it listens, and the first principal, as JSON")
    .action(async (options: Options) => await serve(options, terminal, pageFolder));
}

async function serve(options: Options, terminal: Terminal, pageFolder: PageFolder): Promise<void> {
  const storage = storeOf(options.folder, terminal.environment);
  if ("folder" in storage) stayFrugal();
  const { startRegistry } = await import("../serve/start.ts");
  const registry = await startRegistry({
    storage,
    host: options.host,
    port: options.port,
    tlsPort: options.tlsPort,
    tls: await tlsOf(options),
    settings: {
      heartbeatTimeout: options.heartbeatTimeout * 1000,
      requestsPerSecond: options.rateLimit,
      trustProxy: options.trustProxy ?? false,
      publicUrl: publicUrlOf(options.publicUrl),
      pageFolder: await pageFolder(),
      log: terminal.stderr,
    },
  });
  const stopped = stopSignal();
  await write(terminal.stdout, options.json ? asJson(registry) : asText(registry, options));
  await stopped;
  await registry.close();
}

function asJson(registry: RunningRegistry): string {
  const { url, addresses, firstPrincipal } = registry;
  const environment =
    firstPrincipal === undefined ? addresses : registry.environmentOf(firstPrincipal);
  return `${JSON.stringify({ url, isFirstStart: firstPrincipal !== undefined, environment })}\n`;
}

function asText(registry: RunningRegistry, options: Options): string {
  const { url, addresses, firstPrincipal } = registry;
  const lines = [`The registry is at ${url}`];
  if (!addresses.HCP_AUTH_URL.startsWith("https:")) {
    lines.push(
      "Packer and Terraform take tokens over HTTPS only: put a proxy that speaks it in front, and name it with --public-url.",
    );
  }
  if (firstPrincipal === undefined) {
    lines.push(
      "Make principals with: packerkit-registry principal create --name ci --role contributor",
    );
  } else {
    lines.push(
      "",
      "This is its first start. Paste this for Packer and Terraform; the secret is not shown again:",
      "",
      exportLines(registry.environmentOf(firstPrincipal)),
      "",
      `It signs in the principal ${firstPrincipal.name}, which may do everything. For a pipeline, make one that may only publish:`,
      `packerkit-registry principal create --name ci --role contributor${options.folder === undefined ? "" : ` --folder ${options.folder}`}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

async function tlsOf(options: Options): Promise<TlsOption> {
  const { tls, tlsCertificate: certificate, tlsKey: key } = options;
  if (!tls) return "off";
  if (certificate === undefined && key === undefined) return "self-signed";
  if (certificate !== undefined && key !== undefined) {
    return await readCertificate({ certificate, key });
  }
  throw new RegistryError("BAD_OPTION", "--tls-certificate and --tls-key belong together");
}

function publicUrlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text).origin;
  throw new RegistryError(
    "BAD_OPTION",
    `--public-url ${JSON.stringify(text)} is no address: give it with its scheme, such as https://registry.example.com`,
  );
}

/** Settles once the process is asked to stop; a second request ends it at once, as without us. */
async function stopSignal(): Promise<void> {
  const listening = new AbortController();
  const { signal } = listening;
  await Promise.race([
    once(process, "SIGINT", { signal }),
    once(process, "SIGTERM", { signal }),
  ]).finally(() => listening.abort());
}

function port(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new InvalidArgumentError("Use a number from 0 to 65535.");
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0 && number <= 1e9) return number;
  throw new InvalidArgumentError("Use a number above 0.");
}
