import assert from "node:assert/strict";
import { startVSphere } from "@packerkit/cloud-sim";
import { runBuild } from "@packerkit/plugin-sdk";
import { collectImages } from "@packerkit/registry-image";
import { vsphereCloneBuilder } from "@packerkit/vsphere";

const vcenter = await startVSphere();

const artifact = await runBuild(vsphereCloneBuilder, {
  config: {
    vcenter_server: vcenter.server,
    username: vcenter.username,
    password: vcenter.password,
    insecure_connection: true,
    datacenter: "east",
    template: "debian-12",
    host: "esx-9",
    datastore: "datastore1",
    vm_name: "web-1",
    communicator: "none",
    convert_to_template: true,
  },
});
const { images } = await collectImages(artifact);

assert.equal(images[0]?.imageId, "web-1");
assert.equal(images[0]?.providerRegion, "east");
assert.equal(images[0]?.sourceImageId, "debian-12");
await artifact?.destroy();
await vcenter.close();
