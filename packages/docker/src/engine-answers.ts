import { z } from "zod";

/** Lists that the engine leaves out or sends as `null` are empty lists. */
const list = z
  .array(z.string())
  .nullish()
  .transform((entries) => entries ?? []);

/** `GET /version`. */
export const versionAnswer = z.object({
  Version: z.string(),
  Os: z.string(),
  ApiVersion: z.string().default(""),
});

/** `GET /images/{name}/json`. */
export const imageAnswer = z
  .object({
    Id: z.string().min(1),
    RepoTags: list,
    RepoDigests: list,
    Config: z.object({ Cmd: list, Entrypoint: list }).nullish(),
  })
  .transform(({ Id, RepoTags, RepoDigests, Config }) => ({
    id: Id,
    names: RepoTags,
    digests: RepoDigests,
    command: Config?.Cmd ?? [],
    entrypoint: Config?.Entrypoint ?? [],
  }));

/** The entry of a push's progress that says under which digest the registry has the image. */
export const pushedAnswer = z.object({ Digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) });

/** The last entry of an import's progress. */
export const importedAnswer = z.object({ status: z.string().regex(/^sha256:[0-9a-f]{64}$/) });

/** `GET /images/json`, newest first. */
export const imageListAnswer = z
  .array(z.object({ Id: z.string().min(1), Created: z.number() }))
  .transform((images) => images.toSorted((a, b) => b.Created - a.Created).map((image) => image.Id));

/** A container's end of a network; without an address where the network has none, or the container does not run. */
const endpoint = z.object({ IPAddress: z.string().nullish() });

/** `GET /containers/{id}/json`. */
export const containerAnswer = z
  .object({
    Id: z.string().min(1),
    State: z.object({ Running: z.boolean(), Paused: z.boolean(), ExitCode: z.number() }),
    Config: z.object({ User: z.string().default("") }),
    NetworkSettings: z.object({ Networks: z.record(z.string(), endpoint).nullish() }).nullish(),
  })
  .transform(({ Id, State, Config, NetworkSettings }) => ({
    id: Id,
    running: State.Running,
    paused: State.Paused,
    exitStatus: State.ExitCode,
    user: Config.User,
    address: addressOf(Object.values(NetworkSettings?.Networks ?? {})),
  }));

/** `POST /containers/create`, `POST /commit` and `POST /containers/{id}/exec`. */
export const createdAnswer = z
  .object({ Id: z.string().min(1) })
  .or(z.object({ id: z.string().min(1) }).transform(({ id }) => ({ Id: id })));

/** `GET /exec/{id}/json`. */
export const execAnswer = z.object({ Running: z.boolean(), ExitCode: z.number().nullish() });

/** The header `X-Docker-Container-Path-Stat`; the mode is Go's `os.FileMode`. */
export const pathStatAnswer = z
  .object({ name: z.string(), mode: z.number() })
  .transform(({ name, mode }) => ({ name, isDirectory: Math.floor(mode / 2 ** 31) % 2 === 1 }));

function addressOf(endpoints: readonly z.output<typeof endpoint>[]): string {
  return endpoints.map(({ IPAddress }) => IPAddress).find(Boolean) ?? "";
}

/** What is known of an image on the engine. */
export type ImageDetails = z.output<typeof imageAnswer>;
/** What is known of a container. */
export type ContainerDetails = z.output<typeof containerAnswer>;
/** What is known of a path in a container. */
export type PathDetails = z.output<typeof pathStatAnswer>;
