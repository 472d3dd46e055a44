import { DEPTH } from "./fill.ts";
import { type Client, publish, repeat, signIn, type Times, timesOf } from "./load.ts";
import type { ServerProcess } from "./server.ts";

/** How long each case is measured, in milliseconds. */
const DURATION = Number(process.env["BENCH_SECONDS"] ?? 10) * 1000;

export interface PublishFigures {
  clients: number;
  /** Publishes a second. */
  rate: number;
  /** CPU time of the server for one publish, in milliseconds. */
  cpu: number;
  /** The look-up by channel meanwhile. */
  lookUp: Times;
}

/** Between two look-ups, in milliseconds: those of a reader without pause would take the server from the publishers. */
const PAUSE = 20;

/** Lets clients publish, each to a bucket of its own, while one more looks up the artifact of a channel now and then. */
export async function measurePublishing(
  server: ServerProcess,
  clients: number,
  duration = DURATION,
): Promise<PublishFigures> {
  const publisher = await signIn(server, clients);
  const reader = await signIn(server, 1);
  const buckets = Array.from({ length: clients }, (_, index) => `load-${index}`);
  for (const name of buckets) {
    await publisher.ask("PUT", "/buckets", { name }, 200).catch(() => {});
    await publish(publisher, name); // the first on a connection prepares its statements
  }
  const before = server.cpu();
  const started = performance.now();
  const until = started + duration;
  const [looks, ...published] = await Promise.all([
    repeat(until, async () => await byChannel(reader, "load-0"), PAUSE),
    ...buckets.map((name) => repeat(until, async () => await publish(publisher, name))),
  ]);
  const seconds = (performance.now() - started) / 1000;
  const count = published.flat().length;
  const cpu = ((server.cpu() - before) * 1000) / count;
  await Promise.all([publisher.close(), reader.close()]);
  return { clients, rate: count / seconds, cpu, lookUp: timesOf(looks) };
}

/** What the data source hcp-packer-artifact asks. */
async function byChannel({ ask }: Client, bucket: string): Promise<void> {
  const { channel } = await ask("GET", `/buckets/${bucket}/channels/latest`);
  if (channel.version?.builds[0]?.artifacts.length === 0) throw new Error("no artifact");
}

/** Look-ups by a name, in a registry that {@link fillRegistry} filled; `buckets` is how many `fill-` buckets it has. */
export function lookUpsOf({ ask }: Client, buckets: number): Record<string, () => Promise<void>> {
  let turn = 0;
  const next = () => 1 + ((turn++ * 7919) % buckets);
  const search = async (external_identifier: string) => {
    const { artifacts } = await ask("POST", "/_search/external_artifact", { external_identifier });
    if (artifacts.length !== 1) throw new Error(`found ${artifacts.length} of one`);
  };
  const relations = async (path: string) => {
    const answer = await ask("GET", `/buckets/${path}`);
    if (answer.relations.length === 0) throw new Error(`no relation at ${path}`);
  };
  const children = "ancestry?type=ANCESTRY_TYPE_CHILDREN";
  const parents = "ancestry?type=ANCESTRY_TYPE_PARENTS";
  return {
    "artifact by channel": async () =>
      await byChannel({ ask, close: async () => {} }, `fill-${next()}`),
    "version by fingerprint": async () => {
      const bucket = next();
      const id = `VR${String(bucket * 1000 + 1).padStart(24, "0")}`;
      await ask("GET", `/buckets/fill-${bucket}/versions/print-${id}`);
    },
    "image by its id": async () => await search(`image-${next()}-50-1-3`),
    "parents, 50 deep": async () => await relations(`line-${DEPTH}/${parents}`),
    "children, the first 50 of 1,000": async () =>
      await relations(`fan-0/${children}&pagination.page_size=50`),
    "versions of a bucket, the newest 20": async () => {
      await ask("GET", `/buckets/fill-${next()}/versions?pagination.page_size=20`);
    },
    "buckets, the first 20": async () => {
      await ask("GET", "/buckets?pagination.page_size=20");
    },
  };
}

/** Times of each look-up, one request at a time; the look-ups take turns, so that a busy moment hits all alike. */
export async function measureLookUps(
  lookUps: Readonly<Record<string, () => Promise<void>>>,
  rounds = 100,
): Promise<Map<string, Times>> {
  const times = new Map(Object.keys(lookUps).map((name) => [name, [] as number[]]));
  for (let round = -10; round < rounds; round++) {
    for (const [name, lookUp] of Object.entries(lookUps)) {
      const started = performance.now();
      await lookUp();
      if (round >= 0) times.get(name)?.push(performance.now() - started);
    }
  }
  return new Map([...times].map(([name, all]) => [name, timesOf(all)]));
}
