import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeFailure, startCommand } from "./command.ts";
import { PeerError } from "./peer-error.ts";
import { installPythonPeer } from "./python-peer.ts";

const PEER = "schemathesis";

/** What to ask a server, as whom. */
export interface Fuzz {
  /** The address of the OpenAPI document; what it describes is asked on the same server. */
  document: string;
  token: string;
  /** The values of path parameters by name, so that requests get further than the first check. */
  parameters: Readonly<Record<string, string>>;
  /** How many requests to generate for each operation at most, beside those for each of its schema's limits. */
  examples: number;
  seed: number;
  /** Asks only these operations, by their ids; all by default. */
  only?: readonly string[];
  /** Leaves these operations out. */
  without?: readonly string[];
}

/** A request with its answer. */
export interface Exchange {
  method: string;
  url: string;
  /** 0 where the server did not answer. */
  status: number;
  contentType: string;
  answer: string;
}

/**
 * Has schemathesis make up requests to a server, and answers all of them: what they must not be is for the caller to
 * say. What schemathesis itself thinks of them does not count, as an error of its own would be no different.
 *
 * @throws {PeerError} where schemathesis cannot be installed, or ended without a record.
 */
export async function fuzz(options: Fuzz): Promise<Exchange[]> {
  const python = await installPythonPeer(PEER);
  const folder = await mkdtemp(join(tmpdir(), "pk-schemathesis-"));
  const configuration = `${folder}/schemathesis.toml`;
  const record = `${folder}/exchanges.har`;
  try {
    await writeFile(configuration, configurationOf(options, record));
    const program = ["-m", "schemathesis.cli", "--config-file", configuration];
    const chosen = [
      ...(options.only ?? []).map((id) => `--include-operation-id=${id}`),
      ...(options.without ?? []).map((id) => `--exclude-operation-id=${id}`),
    ];
    const command = [...program, "run", options.document, ...chosen];
    const result = await startCommand(python, command, { cwd: folder });
    return await readExchanges(record, describeFailure(result));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readExchanges(record: string, printed: string): Promise<Exchange[]> {
  try {
    return JSON.parse(await readFile(record, "utf8")).log.entries.map(exchangeOf);
  } catch (cause) {
    const message = `ended without a record of what it asked: ${printed}`;
    throw new PeerError("PEER_NOT_READY", PEER, message, { cause });
  }
}

/**
 * The token is in here and not among the arguments, which every user of a machine sees. One worker only: Python before
 * 3.11.8 fails in two threads that parse Python at a time (python/cpython#106905), and hypothesis parses its lambdas.
 */
function configurationOf({ parameters, token, examples, seed }: Fuzz, record: string): string {
  const values = Object.entries(parameters).map(
    ([name, value]) => `"path.${name}" = ${toml(value)}`,
  );
  return `
seed = ${seed}
workers = 1
color = false
continue-on-failure = true
suppress-health-check = ["all"]
cache.enabled = false
headers.Authorization = ${toml(`Bearer ${token}`)}
generation.max-examples = ${examples}
generation.database = "none"
reports.har.path = ${toml(record)}
phases.examples.enabled = false
phases.stateful.enabled = false
checks.enabled = false
checks.not_a_server_error.enabled = true
[parameters]
${values.join("\n")}
`;
}

/** JSON's strings are among TOML's. */
function toml(text: string): string {
  return JSON.stringify(text);
}

interface HarEntry {
  request: { method: string; url: string };
  response: { status: number; content: { mimeType?: string; text?: string } };
}

function exchangeOf({ request, response }: HarEntry): Exchange {
  const { method, url } = request;
  const { mimeType = "", text = "" } = response.content;
  return { method, url, status: response.status, contentType: mimeType, answer: text };
}
