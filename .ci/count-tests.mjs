// Prints "PASSED FAILED" over vitest's JSON reports: node count-tests.mjs EXIT_STATUS REPORT…
// It runs on whatever Node the machine has, before and after the project brought its own.
import { existsSync, readFileSync } from "node:fs";

const [status, ...paths] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const path of paths.filter((one) => existsSync(one))) {
  const report = JSON.parse(readFileSync(path, "utf8"));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  for (const file of report.testResults) {
    const broken =
      file.status === "failed" && file.assertionResults.every((one) => one.status !== "failed");
    if (!broken) continue;
    failed += 1; // the file could not be loaded, or one of its hooks failed
    console.error(`${file.name}: ${file.message}`);
  }
}
if (failed === 0 && (status !== "0" || passed === 0)) failed = 1;
console.log(`${passed} ${failed}`);
