import { expect, it } from "vitest";
import { familiarName, isSameRegistry, registryOf, splitTag } from "../src/image-reference.ts";
import { configSchema } from "../src/index.ts";
import { credentialsFor } from "../src/registry-credentials.ts";

it.each([
  ["busybox", { fromImage: "busybox", tag: "latest" }, "docker.io"],
  ["busybox:1.37", { fromImage: "busybox", tag: "1.37" }, "docker.io"],
  ["ada/web:2", { fromImage: "ada/web", tag: "2" }, "docker.io"],
  ["ghcr.io/ada/web", { fromImage: "ghcr.io/ada/web", tag: "latest" }, "ghcr.io"],
  ["localhost/web", { fromImage: "localhost/web", tag: "latest" }, "localhost"],
  ["10.0.0.1:5000/web", { fromImage: "10.0.0.1:5000/web", tag: "latest" }, "10.0.0.1:5000"],
  ["r.example:5000/web:1", { fromImage: "r.example:5000/web", tag: "1" }, "r.example:5000"],
  ["web@sha256:ab", { fromImage: "web", tag: "sha256:ab" }, "docker.io"],
])("splits the reference %s", (reference, parts, registry) => {
  expect(splitTag(reference)).toEqual(parts);
  expect(registryOf(reference)).toBe(registry);
});

it.each([
  ["web", "web"],
  ["docker.io/library/web", "web"],
  ["library/web", "web"],
  ["index.docker.io/ada/web", "ada/web"],
  ["docker.io/library/ada/web", "library/ada/web"],
  ["registry.example/library/web", "registry.example/library/web"],
])("shows the repository %s as the engine does", (repository, shown) => {
  expect(familiarName(repository)).toBe(shown);
});

it("knows a registry by all its names", () => {
  expect(isSameRegistry("registry-1.docker.io", "https://index.docker.io/v1/")).toBe(true);
  expect(isSameRegistry("R.example:5000", "https://r.example:5000/v2/")).toBe(true);
  expect(isSameRegistry("r.example", "r.example:5000")).toBe(false);
});

it("shows credentials to no other registry than theirs", () => {
  const login = { login: true, login_username: "ada", login_password: "lovelace" };
  const of = (image: string, login_server?: string) =>
    credentialsFor(configSchema.parse({ image, commit: true, ...login, login_server }), image);
  expect(of("ada/web")).toMatchObject({ username: "ada", password: "lovelace" });
  expect(of("ghcr.io/ada/web")).toBeUndefined();
  expect(of("ghcr.io/ada/web", "ghcr.io")).toMatchObject({ username: "ada" });
  expect(of("ada/web", "ghcr.io")).toBeUndefined();
});
