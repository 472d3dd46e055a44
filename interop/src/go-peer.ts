import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cachedFile } from "./cache.ts";
import { describeFailure, startCommand } from "./command.ts";
import { peersFolder } from "./paths.ts";
import { PeerError } from "./peer-error.ts";

const buildFlags = ["-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags=-s -w"];

/** No C compiler and no workspace around: the same sources give the same binary anywhere. */
const buildEnvironment = { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" };

/** The names of all peers that are built from a Go module: the folders of `interop/peers`. */
export function goPeerNames(): string[] {
  return readdirSync(peersFolder).filter((name) => existsSync(`${peersFolder}/${name}/go.mod`));
}

/**
 * Builds a Go peer where the cache does not hold it yet, and answers the path of its executable. The peer is the
 * `main` package of its folder or, where there is none, the one that its go.mod names as a `tool`.
 *
 * @throws {PeerError} `PEER_MISSING` where there is no Go; `PEER_NOT_BUILT` with what `go build` printed.
 */
export async function buildGoPeer(name: string): Promise<string> {
  const folder = `${peersFolder}/${name}`;
  const goVersion = await askGoVersion(name);
  return await cachedFile(name, fingerprint(folder, goVersion), async (path) => {
    console.error(`${name}: building with ${goVersion}; minutes where nothing is cached`);
    const started = performance.now();
    const target = existsSync(`${folder}/main.go`) ? "." : "tool";
    const result = await startCommand("go", ["build", ...buildFlags, "-o", path, target], {
      cwd: folder,
      env: { ...process.env, ...buildEnvironment },
    });
    if (result.failed) {
      throw new PeerError(
        "PEER_NOT_BUILT",
        name,
        `could not be built; it needs the Go module proxy: ${describeFailure(result)}`,
      );
    }
    console.error(`${name}: built in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  });
}

async function askGoVersion(peer: string): Promise<string> {
  const result = await startCommand("go", ["env", "GOVERSION", "GOOS", "GOARCH"], {
    cwd: `${peersFolder}/${peer}`,
    env: { ...process.env, ...buildEnvironment },
  });
  if (result.failed) {
    throw new PeerError(
      "PEER_MISSING",
      peer,
      `needs Go: put the go command of Go 1.26 or newer on the PATH (${describeFailure(result)})`,
    );
  }
  return result.stdout.replaceAll("\n", " ");
}

/** Everything that the executable depends on: go.sum pins the modules by content. */
function fingerprint(folder: string, goVersion: string): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([goVersion, buildFlags, buildEnvironment]));
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const file of sources.filter((name) => /\.go$|^go\.(mod|sum)$/.test(name)).sort()) {
    hash.update(`\0${file}\0`).update(readFileSync(`${folder}/${file}`));
  }
  return hash.digest("hex").slice(0, 16);
}
