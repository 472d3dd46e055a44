import { ConfigError, type PostProcessorDefinition, parseConfig } from "@packerkit/plugin-sdk";
import { describe, expect, it } from "vitest";
import { dockerImport, dockerPush, dockerSave, dockerTag } from "../src/index.ts";

const postProcessors = { dockerTag, dockerPush, dockerImport, dockerSave };
type Name = keyof typeof postProcessors;

function problemsOf(name: Name, settings: Readonly<Record<string, unknown>>) {
  // biome-ignore lint/suspicious/noExplicitAny: any of the four schemas.
  const { config }: PostProcessorDefinition<any> = postProcessors[name];
  try {
    parseConfig(name, config, settings);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.problems.map(({ attribute, message }) => [attribute, message]));
  }
  return {};
}

const minimal: Readonly<Record<Name, Readonly<Record<string, unknown>>>> = {
  dockerTag: { repository: "local/web" },
  dockerPush: {},
  dockerImport: { repository: "local/web" },
  dockerSave: { path: "web.tar" },
};

describe("the settings of the post-processors", () => {
  it.each<[Name, Record<string, unknown>]>([
    ["dockerTag", {}],
    ["dockerTag", { tags: ["1.0", "latest", "v1_2-rc.1"] }],
    ["dockerTag", { tag: ["1.0"], force: true }],
    ["dockerTag", { repository: "R.example:5000/team/web-1__a.b:1" }],
    ["dockerPush", { login: true, login_username: "ada", login_password: "x" }],
    ["dockerPush", { platform: "linux/arm64/v8", ecr_login: false }],
    ["dockerImport", { tag: "1", changes: ["USER app"], platform: "linux/arm64" }],
    ["dockerSave", { path: "/tmp/out/web.tar" }],
  ])("take what the official plugin takes: %s %j", (name, settings) => {
    expect(problemsOf(name, { ...minimal[name], ...settings })).toEqual({});
  });

  it.each<[Name, Record<string, unknown>, string, RegExp]>([
    ["dockerTag", { repository: undefined }, "repository", /missing/],
    ["dockerTag", { repository: "Team/Web" }, "repository", /no name of a repository/],
    ["dockerTag", { repository: "web//x" }, "repository", /no name of a repository/],
    ["dockerTag", { repository: "web:a:b" }, "repository", /no name of a repository/],
    ["dockerTag", { repository: "web@sha256:ab" }, "repository", /no name of a repository/],
    ["dockerTag", { repository: "../containers/x" }, "repository", /no name of a repository/],
    ["dockerTag", { repository: "a".repeat(256) }, "repository", /no name of a repository/],
    ["dockerTag", { repository: "ab".repeat(32) }, "repository", /no name of a repository/],
    ["dockerTag", { repository: "-host.example/web" }, "repository", /no name of a repository/],
    ["dockerTag", { tags: ["ok", "not ok"] }, "tags[1]", /no tag/],
    ["dockerTag", { tags: ["-x"] }, "tags[0]", /no tag/],
    ["dockerTag", { tags: ["a/b"] }, "tags[0]", /no tag/],
    ["dockerTag", { tags: [""] }, "tags[0]", /no tag/],
    ["dockerTag", { tags: ["x".repeat(129)] }, "tags[0]", /no tag/],
    ["dockerTag", { tag: ["a\nb"] }, "tag[0]", /no tag/],
    ["dockerTag", { repository: "web:1", tags: ["2"] }, "tags", /web:1, which has a tag already/],
    ["dockerImport", { repository: undefined }, "repository", /missing/],
    ["dockerImport", { tag: "ü" }, "tag", /no tag/],
    ["dockerImport", { repository: "web:1", tag: "2" }, "tag", /has a tag already/],
    ["dockerPush", { login: true }, "login_username", /needed with login/],
    ["dockerPush", { login_password: "x" }, "login_password", /login = true/],
    ["dockerPush", { platform: "arm64" }, "platform", /no platform/],
    ["dockerSave", { path: undefined }, "path", /missing/],
    ["dockerSave", { path: "" }, "path", /must name a file/],
    ["dockerSave", { path: "out/" }, "path", /must name a file/],
    ["dockerSave", { pathh: "x" }, "pathh", /./],
  ])("refuse: %s %j", (name, settings, attribute, reason) => {
    const problems = problemsOf(name, { ...minimal[name], ...settings });
    expect(problems).toMatchObject({ [attribute]: expect.stringMatching(reason) });
  });

  it.each<[Name, string, unknown, RegExp]>([
    ["dockerTag", "docker_path", "podman", /docker_host/],
    ["dockerImport", "docker_path", "podman", /docker_host/],
    ["dockerSave", "docker_path", "podman", /docker_host/],
    ["dockerPush", "docker_path", "podman", /docker_host/],
    ["dockerPush", "ecr_login", true, /get-login-password/],
    ["dockerPush", "aws_access_key", "x", /ecr_login/],
    ["dockerPush", "aws_secret_key", "x", /ecr_login/],
    ["dockerPush", "aws_token", "x", /ecr_login/],
    ["dockerPush", "aws_profile", "x", /ecr_login/],
    ["dockerPush", "aws_force_use_public_ecr", true, /ecr_login/],
  ])("refuse official options by name: %s %s", (name, attribute, value, cure) => {
    const problems = problemsOf(name, { ...minimal[name], [attribute]: value });
    expect(problems).toEqual({ [attribute]: expect.stringMatching(cure) });
  });
});
