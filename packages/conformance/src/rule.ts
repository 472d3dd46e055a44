import type { Expectations, Subject } from "./subject.ts";

/** Something every artifact must keep to. Rules are data: every door of the kit runs the same ones. */
export interface Rule {
  /** Stable and unique, such as `image/source-id`. */
  readonly id: string;
  /** What the artifact does when it keeps the rule. */
  readonly title: string;
  /** One sentence on what goes wrong otherwise. */
  readonly why: string;
  /** Where the rule comes from. */
  readonly source: string;
  /** Why the rule does not apply here; `undefined` where it does. */
  notApplicable?(subject: Subject, expectations: Expectations): string | undefined;
  /** Resolves where the rule is kept. @throws {RuleViolation} where it is not. */
  check(subject: Subject, expectations: Expectations): Promise<void>;
}

/** A rule that an artifact does not keep; the message says what was found, what was expected and the cure. */
export class RuleViolation extends Error {
  override readonly name = "RuleViolation";
  readonly code = "RULE_VIOLATED";
}

/** @throws {RuleViolation} with the message, unless the condition holds. */
export function demand(condition: unknown, message: () => string): asserts condition {
  if (!condition) throw new RuleViolation(message());
}

/** A value as it stands in a message: JSON, cut at 200 characters. */
export function show(value: unknown): string {
  const text = JSON.stringify(value, (_, entry) =>
    typeof entry === "bigint" ? `${entry}` : entry,
  );
  const shown = text ?? String(value);
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
}

/** Sources that several rules refer to. */
export const SOURCES = {
  hcpPage: "https://developer.hashicorp.com/packer/docs/plugins/creation/hcp-support",
  imageGo:
    "https://github.com/hashicorp/packer-plugin-sdk/blob/v0.6.10/packer/registry/image/image.go",
  artifactGo: "https://github.com/hashicorp/packer-plugin-sdk/blob/v0.6.10/packer/artifact.go",
  bucketGo:
    "https://github.com/hashicorp/packer/blob/v1.16.0/internal/hcp/registry/types.bucket.go",
  buildsGo:
    "https://github.com/hashicorp/packer/blob/v1.16.0/internal/hcp/registry/types.builds.go",
  contract: "docs/image-contract.md",
} as const;
