import {
  describeVSphereContract,
  describeVSphereLeftovers,
} from "@packerkit/vsphere/test/contract";
import { startVcsim } from "./vsphere/vcsim.ts";

describeVSphereContract("VMware's own simulator, vcsim", () => startVcsim());
describeVSphereLeftovers("VMware's own simulator, vcsim,", () => startVcsim());
