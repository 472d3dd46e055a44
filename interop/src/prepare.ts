import { installDockerEngine } from "./docker-engine.ts";
import { buildGoPeer, goPeerNames } from "./go-peer.ts";
import { installOciRegistry } from "./oci-registry.ts";
import { installOpenSsh } from "./openssh.ts";
import { installPostgres } from "./postgres.ts";
import { installPythonPeer, pythonPeerNames } from "./python-peer.ts";

/** Gets every peer ready, so that no test waits for one: `pnpm --filter @packerkit/interop run peers`. */
await installDockerEngine();
await installOciRegistry();
await installOpenSsh();
await installPostgres();
for (const name of goPeerNames()) console.log(`${name}: ${await buildGoPeer(name)}`);
for (const name of pythonPeerNames()) console.log(`${name}: ${await installPythonPeer(name)}`);
