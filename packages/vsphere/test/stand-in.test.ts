import { describeVSphereContract } from "./contract.ts";
import { openStandIn } from "./stand-in.ts";

describeVSphereContract("the embedded stand-in", () => openStandIn());
