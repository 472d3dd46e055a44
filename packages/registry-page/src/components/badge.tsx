import type { AncestryStatus, BuildStatus, VersionStatus } from "../api/index.ts";

type Tone = "good" | "bad" | "warn" | "busy" | "plain";

const VERSION: Record<VersionStatus, [Tone, string]> = {
  VERSION_ACTIVE: ["good", "Active"],
  VERSION_REVOKED: ["bad", "Revoked"],
  VERSION_REVOCATION_SCHEDULED: ["warn", "To be revoked"],
  VERSION_RUNNING: ["busy", "Building"],
  VERSION_FAILED: ["bad", "Failed"],
  VERSION_CANCELLED: ["plain", "Cancelled"],
  VERSION_INCOMPLETE: ["plain", "Incomplete"],
  VERSION_UNSET: ["plain", "Incomplete"],
};

const BUILD: Record<BuildStatus, [Tone, string]> = {
  BUILD_DONE: ["good", "Done"],
  BUILD_RUNNING: ["busy", "Running"],
  BUILD_FAILED: ["bad", "Failed"],
  BUILD_CANCELLED: ["plain", "Cancelled"],
  BUILD_UNSET: ["plain", "Waiting"],
};

const ANCESTRY: Record<AncestryStatus, [Tone, string]> = {
  UP_TO_DATE: ["good", "Up to date"],
  OUT_OF_DATE: ["warn", "Out of date"],
  UNDETERMINED: ["plain", "No channel"],
};

export function Badge({ tone, children }: { tone: Tone; children: string }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}

export function VersionBadge({ status }: { status: VersionStatus }) {
  return <StatusBadge of={VERSION[status]} status={status} />;
}

export function BuildBadge({ status }: { status: BuildStatus }) {
  return <StatusBadge of={BUILD[status]} status={status} />;
}

export function AncestryBadge({ status }: { status: AncestryStatus }) {
  return <StatusBadge of={ANCESTRY[status]} status={status} />;
}

/** A status of a newer server shows as it was sent. */
function StatusBadge({ of, status }: { of: [Tone, string] | undefined; status: string }) {
  const [tone, text] = of ?? ["plain", status];
  return <Badge tone={tone}>{text}</Badge>;
}
