import { cpSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { buildPage } from "@packerkit/registry-page/folder";

// The page goes into the published package, beside the code.
const target = resolve(import.meta.dirname, "../dist/page");
rmSync(target, { recursive: true, force: true });
cpSync(await buildPage(), target, { recursive: true });
