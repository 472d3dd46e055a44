import { describeBuilds, measureBuilds } from "./build-time.ts";
import { openDockerPlugins } from "./docker-plugins.ts";
import { compareTransfers } from "./transfer.ts";

// Prints how fast and how large our docker plugin is beside the official one, at the sizes of docs/benchmarks.md.
await using plugins = await openDockerPlugins();
console.log(`docker, the official plugin's command line is ${plugins.commandLine}`);
console.log(describeBuilds(await measureBuilds(plugins, 11)));
await compareTransfers(plugins, 2 ** 30, 3);
