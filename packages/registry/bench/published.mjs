import { registerHooks } from "node:module";

// In this repository a package's exports are its sources; who installs it from npm gets what was built of them.
const BUILT = {
  "@packerkit/registry-image": new URL("../../registry-image/dist/index.mjs", import.meta.url).href,
};

registerHooks({
  resolve: (specifier, context, next) => {
    const url = BUILT[specifier];
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
  },
});
