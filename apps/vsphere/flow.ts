import { startVSphere } from "@packerkit/cloud-sim";
import { defineFlow } from "@packerkit/demo";
import { BUILDER_ID, vsphereCloneBuilder } from "@packerkit/vsphere";

/** Clones a template in an embedded vCenter, and makes a template of the clone: hardly anybody has a vCenter at hand. */
export default defineFlow({
  name: "vsphere",
  builder: vsphereCloneBuilder,
  async open() {
    const vcenter = await startVSphere();
    return {
      kind: "embedded",
      description: `vCenter at ${vcenter.server}`,
      config: {
        vcenter_server: vcenter.server,
        username: vcenter.username,
        password: vcenter.password,
        insecure_connection: true,
        datacenter: "east",
        cluster: "cluster-1",
        resource_pool: "images",
        datastore: "datastore1",
        folder: "templates/web",
        template: "debian-12",
        vm_name: "web-1",
        notes: "the shop's web server",
        CPUs: 2,
        RAM: 4096,
        network: "web",
        communicator: "none",
        convert_to_template: true,
      },
      expectations: {
        builderId: BUILDER_ID,
        provider: "vsphere",
        imageId: /^web-[12]$/,
        region: /^east$/,
        sourceId: /^debian-12$/,
        labels: [
          "annotation",
          "cluster",
          "datastore",
          "memory_mb",
          "network",
          "num_cpu",
          "vsphere_uuid",
        ],
        stateKeys: ["generated_data", "metadata", "source_template"],
        secrets: [vcenter.password],
      },
      childConfig: ({ images: [base] }) => ({ template: base.imageId, vm_name: "web-2" }),
      close: () => vcenter.close(),
    };
  },
});
