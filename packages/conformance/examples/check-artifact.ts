import assert from "node:assert/strict";
import { rules, runRules } from "@packerkit/conformance";
import { type Artifact, answerState, fromArtifact, withRegion } from "@packerkit/registry-image";

class ForgetfulArtifact implements Artifact {
  builderId = () => "example.builder";
  files = () => [];
  id = () => "image-2";
  toString = () => "An example image";
  destroy = async () => {};
  state = (name: string) => answerState(name, {}, () => fromArtifact(this, withRegion("here")));
}

const none = { none: "this example has no provider behind it" };
const results = await runRules(
  () => ({
    artifact: new ForgetfulArtifact(),
    withGeneratedData: none,
    remaining: none,
    breakDestroy: none,
  }),
  { provider: "example" },
);

const violated = results.filter(({ outcome }) => outcome === "violated");
for (const { rule, detail } of violated) console.log(`${rule.id}: ${detail}`);

assert.deepEqual(
  violated.map(({ rule }) => rule.id),
  ["image/provider", "image/source-id"],
);
assert.ok(rules.length > violated.length);
