import { fileURLToPath } from "node:url";

/** The root of the repository, absolute and with no slash at its end. */
export const repositoryRoot = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Where the Go modules of the peers are, a folder each. */
export const goPeersFolder = `${repositoryRoot}/interop/peers`;
