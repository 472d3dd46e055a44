import type { DockerSeedImage } from "./model.ts";

const ACCOUNTS = {
  "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
  "/etc/group": "root:x:0:\nnogroup:x:65534:\n",
};

const BUSYBOX: DockerSeedImage = {
  reference: "busybox:latest",
  files: { ...ACCOUNTS, "/bin/busybox": "#!/bin/sh\n" },
  command: ["sh"],
};

/** What an engine has unless it is told otherwise. */
export const PRESENT_IMAGES: readonly DockerSeedImage[] = [BUSYBOX];

/** What an engine can pull unless it is told otherwise. */
export const PULLABLE_IMAGES: readonly DockerSeedImage[] = [
  BUSYBOX,
  {
    reference: "alpine:3.20",
    files: {
      ...ACCOUNTS,
      "/etc/alpine-release": "3.20.0\n",
      "/etc/os-release": 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.0\n',
    },
  },
  {
    reference: "debian:stable-slim",
    files: {
      ...ACCOUNTS,
      "/etc/debian_version": "12.7\n",
      "/etc/os-release": 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n',
    },
    command: ["bash"],
  },
];
