// Plain JavaScript on purpose: whatever Node runs this can at least say that it is too old.
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  fail(
    `Packerkit needs Node 22.18 or newer, and this is ${process.versions.node}: run "npx -y pnpm@12 demo", which brings its own.`,
  );
} else {
  try {
    const { main } = await import("./src/cli.ts");
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
    fail(
      `A dependency is missing: run "npx -y pnpm@12 demo", which installs it. (${error.message})`,
    );
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
