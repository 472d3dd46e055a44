import { ConfigError, parseConfig } from "@packerkit/plugin-sdk";
import { describe, expect, it } from "vitest";
import { configSchema, dockerBuilder } from "../src/index.ts";
import { containerSettings } from "../src/steps/start-container.ts";

const minimal = { image: "busybox", commit: true };

function parse(settings: Readonly<Record<string, unknown>>) {
  return parseConfig("docker.example", configSchema, settings);
}

function problemsOf(settings: Readonly<Record<string, unknown>>): Record<string, string> {
  try {
    parse(settings);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.problems.map(({ attribute, message }) => [attribute, message]));
  }
  return {};
}

describe("the settings", () => {
  it("have the official plugin's defaults", () => {
    expect(parse(minimal)).toMatchObject({
      discard: false,
      changes: [],
      entrypoint: ["/bin/sh"],
      command: [],
      container_dir: "/packer-files",
      fix_upload_owner: true,
      privileged: false,
      pty: false,
    });
    expect(parse({ build: { path: "Dockerfile" }, discard: true }).build).toEqual({
      path: "Dockerfile",
      build_dir: ".",
      arguments: {},
      pull: true,
      compress: false,
    });
  });

  it.each([
    [{ image: "x" }, "commit", /set one of commit, discard and export_path/],
    [{ image: "x", commit: true, discard: true }, "discard", /together with commit/],
    [{ image: "x", commit: true, export_path: "x.tar" }, "export_path", /together with commit/],
    [{ image: "x", discard: true, export_path: "x.tar" }, "export_path", /together with discard/],
    [{ image: "x", export_path: "out/" }, "export_path", /must name a file/],
    [{ image: "x", export_path: "" }, "export_path", /must name a file/],
    [{ commit: true }, "image", /is missing/],
    [{ ...minimal, build: { path: "Dockerfile" } }, "image", /together with build/],
    [{ image: " ", commit: true }, "image", /no name of an image/],
    [{ image: "a b", commit: true }, "image", /no name of an image/],
    [{ image: "x?tag=y", commit: true }, "image", /no name of an image/],
    [{ build: { path: "" }, commit: true }, "build.path", /name the Dockerfile/],
    [{ build: {}, commit: true }, "build.path", /./],
    [{ ...minimal, login: true }, "login_username", /needed with login/],
    [{ ...minimal, login_password: "x" }, "login_password", /login = true/],
    [{ ...minimal, device: ["fuse"] }, "device[0]", /starts with \//],
    [{ ...minimal, container_dir: "files" }, "container_dir", /absolute/],
    [{ ...minimal, communicator: "ssh" }, "communicator", /can only be docker/],
    [{ ...minimal, imagee: "x" }, "imagee", /./],
  ])("refuse %j", (settings, attribute, reason) => {
    expect(problemsOf(settings)).toMatchObject({ [attribute]: expect.stringMatching(reason) });
  });

  it.each([
    ["windows_container", true, /Linux container/],
    ["ecr_login", true, /get-login-password/],
    ["aws_access_key", "x", /ecr_login/],
    ["aws_secret_key", "x", /ecr_login/],
    ["aws_token", "x", /ecr_login/],
    ["aws_profile", "x", /ecr_login/],
    ["aws_force_use_public_ecr", true, /ecr_login/],
    ["run_command", ["-d"], /entrypoint, command/],
    ["docker_path", "podman", /docker_host/],
  ])("refuse the official option %s by name", (attribute, value, cure) => {
    const problems = problemsOf({ ...minimal, [attribute]: value });
    expect(problems).toEqual({ [attribute]: expect.stringMatching(cure) });
  });

  it("take options that are left out where they are switched off", () => {
    expect(problemsOf({ ...minimal, windows_container: false, ecr_login: false })).toEqual({});
  });

  it("warn of a pull that has no effect", () => {
    const config = parse({ build: { path: "Dockerfile" }, pull: true, discard: true });
    expect(dockerBuilder.warnings?.(config)).toEqual([expect.stringContaining("build.pull")]);
    expect(dockerBuilder.warnings?.(parse({ ...minimal, pull: true }))).toEqual([]);
  });
});

describe("the container's settings", () => {
  it("say to the engine what its command line says to it", () => {
    const config = parse({
      ...minimal,
      entrypoint: ["/bin/init"],
      command: ["--wait"],
      network: "none",
      volumes: { "/host": "/guest:ro", cache: "/cache" },
      tmpfs: ["/run", "/tmp:size=1m,mode=1777"],
      device: ["/dev/fuse", "/dev/sda:/dev/xvda", "/dev/sdb:r", "/dev/sdc:/dev/xvdc:rw"],
      cap_add: ["SYS_ADMIN"],
      cap_drop: ["NET_RAW"],
      privileged: true,
      runtime: "runsc",
    });
    const device = (PathOnHost: string, PathInContainer: string, CgroupPermissions: string) => ({
      ...{ PathOnHost, PathInContainer, CgroupPermissions },
    });
    expect(containerSettings(config, "sha256:x")).toEqual({
      Image: "sha256:x",
      Entrypoint: ["/bin/init"],
      Cmd: ["--wait"],
      Tty: true,
      OpenStdin: true,
      HostConfig: {
        Binds: ["/host:/guest:ro", "cache:/cache"],
        Mounts: [{ Type: "volume", Source: "", Target: "/packer-files" }],
        Tmpfs: { "/run": "", "/tmp": "size=1m,mode=1777" },
        Devices: [
          device("/dev/fuse", "/dev/fuse", "rwm"),
          device("/dev/sda", "/dev/xvda", "rwm"),
          device("/dev/sdb", "/dev/sdb", "r"),
          device("/dev/sdc", "/dev/xvdc", "rw"),
        ],
        CapAdd: ["SYS_ADMIN"],
        CapDrop: ["NET_RAW"],
        Privileged: true,
        Runtime: "runsc",
        NetworkMode: "none",
      },
    });
  });

  it("make local paths absolute", () => {
    const config = parse({ ...minimal, volumes: { "~/data": "/data", "./here": "/here" } });
    const [home, here] = containerSettings(config, "sha256:x").HostConfig?.Binds ?? [];
    expect(home).toMatch(/^\/.*\/data:\/data$/);
    expect(here).toBe(`${process.cwd()}/here:/here`);
  });
});
