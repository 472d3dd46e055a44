import { RestSession } from "../src/rest/rest-session.ts";
import { runTask } from "../src/vim25/tasks.ts";
import type { TestVCenter } from "./backend.ts";
import { Observer } from "./harness.ts";

/** Gives a vCenter that has only machines what the contract wants: a snapshot of its template, and a library. */
export async function prepareVCenter(vcenter: TestVCenter): Promise<void> {
  await using observer = new Observer(vcenter);
  const template = await observer.find(
    [vcenter.templateFolder, vcenter.template].filter(Boolean).join("/"),
  );
  if (template === undefined) throw new Error(`there is no ${vcenter.template}`);
  const snapshot = { name: "base", memory: false, quiesce: false };
  await runTask(observer.session, "CreateSnapshot_Task", template, snapshot);
  await observer.makeCacheFolder();
  const rest = new RestSession(observer.session);
  await rest.request({
    method: "POST",
    path: "/com/vmware/content/local-library",
    body: {
      create_spec: {
        name: vcenter.library,
        type: "LOCAL",
        storage_backings: [{ type: "DATASTORE", datastore_id: await observer.datastoreId() }],
      },
    },
  });
  await rest.signOut();
}
