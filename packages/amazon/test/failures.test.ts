import { setTimeout as sleep } from "node:timers/promises";
import type { Ec2StandIn, Fault } from "@packerkit/cloud-sim";
import { type RunBuildOptions, StepsError } from "@packerkit/plugin-sdk";
import { type SshServer, startSshServer } from "@packerkit/ssh-communicator/test/ssh-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeEbsBuilder, makeEbsVolumeBuilder, type Pace } from "../src/index.ts";
import { access, HOME, leftovers, PACE, run, SOURCE, startCloud } from "./cloud.ts";

/** Whose key pairs the SSH server knows: it stands for the instances of all clouds. */
const clouds = new Set<Ec2StandIn>();
let ssh: SshServer;

beforeAll(async () => {
  const authorizedKeys = () => [...clouds].flatMap((cloud) => cloud.publicKeys(HOME));
  ssh = await startSshServer({ authorizedKeys });
});

afterAll(async () => {
  await ssh.close();
});

interface Attempt {
  cloud: Ec2StandIn;
  options?: Partial<RunBuildOptions>;
  pace?: Partial<Pace>;
}

const kinds = {
  /** Everything that makes calls: SSH, an added volume, a copy, tags, sharing. */
  ebs: ({ cloud, options, pace }: Attempt) =>
    run(
      makeEbsBuilder({ ...PACE, ...pace }),
      {
        ...instance(cloud),
        ami_name: "web-1",
        ami_regions: ["us-west-2"],
        tags: { Name: "web" },
        ami_users: ["111122223333"],
        snapshot_users: ["111122223333"],
        deprecate_at: "2035-01-31T12:00:00Z",
        launch_block_device_mappings: [
          { device_name: "/dev/xvdb", volume_size: 1, delete_on_termination: true },
        ],
      },
      options,
    ),
  ebsvolume: ({ cloud, options, pace }: Attempt) =>
    run(
      makeEbsVolumeBuilder({ ...PACE, ...pace }),
      {
        ...instance(cloud),
        communicator: "none",
        run_volume_tags: { Kind: "data" },
        ebs_volumes: [
          { device_name: "/dev/xvdb", volume_size: 1, snapshot_volume: true, tags: { Name: "b" } },
          { device_name: "/dev/xvdc", volume_size: 1 },
        ],
      },
      options,
    ),
};

type Kind = keyof typeof kinds;

function instance(cloud: Ec2StandIn): Record<string, unknown> {
  return {
    ...access(cloud),
    source_ami: SOURCE,
    instance_type: "t3.micro",
    ssh_username: "packer",
    ssh_port: ssh.port,
    temporary_key_pair_type: "ed25519",
  };
}

async function withCloud<Result>(work: (cloud: Ec2StandIn) => Promise<Result>): Promise<Result> {
  await using cloud = await startCloud();
  clouds.add(cloud);
  try {
    return await work(cloud);
  } finally {
    clouds.delete(cloud);
  }
}

/** The operations of one whole build, as the cloud counted them: nothing here lists them by hand. */
async function callsOf(kind: Kind): Promise<string[]> {
  return await withCloud(async (cloud) => {
    await kinds[kind]({ cloud });
    return cloud.requests.map(({ operation }) => operation);
  });
}

/** What an artifact's text names: everything else must be gone. */
async function remaining(cloud: Ec2StandIn, artifactId: string): Promise<string[]> {
  const { images } = cloud.snapshot();
  const kept = new Set(artifactId.split(",").map((pair) => pair.split(":")[1] ?? ""));
  for (const { id, snapshotIds } of images) {
    if (kept.has(id)) for (const snapshot of snapshotIds) kept.add(snapshot);
  }
  return leftovers(cloud).filter((id) => !kept.has(id));
}

interface Trial {
  fault: Omit<Fault, "call">;
  pace?: Partial<Pace>;
  /** Only for calls that change something: whether the answer of another is lost, or never comes, is all the same. */
  onlyChanges?: boolean;
  /** How many of the builds, at least, must fail: a test in which all succeed shows nothing. */
  failing: number;
}

const REFUSED = { kind: "error", status: 403, code: "UnauthorizedOperation" } as const;
const ONCE = { attempts: 1, secondLooks: [20, 40, 80, 160, 200] } as const;

const trials: Record<string, Trial> = {
  "is refused": { fault: REFUSED, failing: 0.6 },
  "times out, and is carried out later": {
    fault: { kind: "delay", delayMs: 600 },
    pace: { ...ONCE, requestTimeout: 400 },
    failing: 0.6,
  },
  "gets no answer, and is not repeated": {
    fault: { kind: "drop" },
    pace: ONCE,
    onlyChanges: true,
    failing: 0.4,
  },
  "is carried out, but its answer is lost, and it is not repeated": {
    fault: { kind: "dropAfter" },
    pace: ONCE,
    onlyChanges: true,
    failing: 0.4,
  },
  "is carried out, but its answer is lost, and it is repeated": {
    fault: { kind: "dropAfter" },
    onlyChanges: true,
    failing: 0,
  },
};

/** A test makes dozens of builds; on a machine that is busy they take their time. */
const PATIENCE = { timeout: 120_000 };

/** How many builds run at a time, each in a cloud of its own: many of them wait for something. */
const AT_ONCE = 4;

/** Does the same with each call of a build. */
async function withEach(
  calls: readonly (readonly [number, string])[],
  work: (call: number, what: string) => Promise<void>,
): Promise<void> {
  const queue = calls.values();
  const worker = async () => {
    for (const [index, operation] of queue) await work(index + 1, `${index + 1}, ${operation}`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

describe.each(["ebs", "ebsvolume"] as const)("an %s build", PATIENCE, (kind) => {
  let calls: (readonly [number, string])[] = [];

  beforeAll(async () => {
    calls = [...(await callsOf(kind)).entries()];
    expect(calls.length).toBeGreaterThanOrEqual(kind === "ebs" ? 14 : 12);
  });

  const changes = () => calls.filter(([, operation]) => !operation.startsWith("Describe"));

  it.each(Object.entries(trials))("of which any one call %s leaves nothing", async (_, trial) => {
    let failed = 0;
    const tried = trial.onlyChanges ? changes() : calls;
    await withEach(tried, async (call, what) => {
      await withCloud(async (cloud) => {
        cloud.faults.inject({ ...trial.fault, call });
        const id = await kinds[kind]({ cloud, ...(trial.pace ? { pace: trial.pace } : {}) }).then(
          (artifact) => artifact.id(),
          (error: unknown) => {
            expect(error, what).toBeInstanceOf(StepsError);
            expect((error as StepsError).leftBehind, what).toEqual([]);
            expect((error as StepsError).message, what).not.toContain(cloud.secretAccessKey);
            failed++;
            return "";
          },
        );
        await sleep(trial.fault.delayMs ?? 0); // what the cloud is still at
        expect(await remaining(cloud, id), what).toEqual([]);
      });
    });
    expect(failed).toBeGreaterThanOrEqual(tried.length * trial.failing);
  });

  it("that is cancelled at any one call leaves nothing, and says that it was cancelled", async () => {
    let cancelled = 0;
    await withEach(calls, async (call, what) => {
      await withCloud(async (cloud) => {
        const controller = new AbortController();
        cloud.faults.inject({ kind: "delay", call, delayMs: 20 });
        const timer = setInterval(() => {
          if (cloud.requests.length >= call) controller.abort(new Error("Ctrl-C"));
        }, 1);
        const id = await kinds[kind]({ cloud, options: { signal: controller.signal } }).then(
          (artifact) => artifact.id(),
          (error: unknown) => {
            expect(error, what).toMatchObject({ code: "CANCELLED", leftBehind: [] });
            cancelled++;
            return "";
          },
        );
        clearInterval(timer);
        await sleep(25); // what the cloud is still at
        expect(await remaining(cloud, id), what).toEqual([]);
      });
    });
    expect(cancelled).toBeGreaterThan(calls.length / 2);
  });
});
