import { fileURLToPath } from "node:url";

/** The root of the repository, absolute and with no slash at its end. */
export const repositoryRoot = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** What the peers that are built or installed are made from, a folder each. */
export const peersFolder = `${repositoryRoot}/interop/peers`;
