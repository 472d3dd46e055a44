import { matchesGlob } from "node:path";
import { fileNotFound, VimFault } from "../fault.ts";
import { Datacenter, type Datastore, DatastoreBrowser, Folder } from "../inventory.ts";
import { Task, taskAnswer } from "../tasks.ts";
import { data, plainReference, reference } from "../values.ts";
import { VirtualMachine } from "../virtual-machine.ts";
import { type Call, type Methods, required } from "./call.ts";

/** Methods of folders, tasks, and the files of datastores. */
export const folderAndFileMethods: Methods = {
  CreateFolder({ vcenter, self, parameters }) {
    const parent = vcenter.registry.getA(Folder, self.id);
    const name = required(parameters, "name");
    vcenter.demandFreeName(parent, name);
    const folder = vcenter.newFolder(parent, name);
    parent.entries.push(folder);
    vcenter.registry.changed();
    return { returnval: plainReference(folder) };
  },

  MoveIntoFolder_Task({ vcenter, self, parameters }) {
    const folder = vcenter.registry.getA(Folder, self.id);
    const machine = vcenter.registry.getA(VirtualMachine, required(parameters, "list"));
    const task = vcenter.tasks.start(machine, () => {
      vcenter.demandFreeName(folder, machine.name);
      machine.parent.entries.splice(machine.parent.entries.indexOf(machine), 1);
      folder.entries.push(machine);
      machine.parent = folder;
      return undefined;
    });
    return taskAnswer(task);
  },

  CancelTask({ vcenter, self }) {
    vcenter.tasks.cancel(vcenter.registry.getA(Task, self.id));
    return undefined;
  },

  MakeDirectory(call) {
    const { datastore, path } = placeOf(call, "name", "datacenter");
    if (datastore.folders.has(path)) {
      throw new VimFault("FileAlreadyExists", `File ${path} already exists.`, { file: path });
    }
    datastore.folders.add(path);
    return undefined;
  },

  DeleteDatastoreFile_Task(call) {
    const { datastore, path } = placeOf(call, "name", "datacenter");
    const task = call.vcenter.tasks.start(call.self, () => {
      if (!datastore.files.delete(path)) throw fileNotFound(path);
      return undefined;
    });
    return taskAnswer(task);
  },

  MoveDatastoreFile_Task(call) {
    const from = placeOf(call, "sourceName", "sourceDatacenter");
    const to = placeOf(call, "destinationName", "destinationDatacenter");
    const isForced = call.parameters.childText("force") === "true";
    const task = call.vcenter.tasks.start(call.self, () => {
      const file = from.datastore.files.get(from.path);
      if (file === undefined) throw fileNotFound(from.path);
      if (to.datastore.files.has(to.path) && !isForced) {
        throw new VimFault("FileAlreadyExists", `File ${to.path} already exists.`, {
          file: to.path,
        });
      }
      from.datastore.files.delete(from.path);
      to.datastore.files.set(to.path, file);
      return undefined;
    });
    return taskAnswer(task);
  },

  SearchDatastore_Task(call) {
    const { vcenter, self, parameters } = call;
    const { datastore } = vcenter.registry.getA(DatastoreBrowser, self.id);
    const text = required(parameters, "datastorePath");
    const { path } = vcenter.datastorePath(text, vcenter.datacenterOf(datastore));
    const pattern = parameters.child("searchSpec")?.childText("matchPattern") ?? "*";
    const task = vcenter.tasks.start(self, () => {
      if (path !== "" && !datastore.folders.has(path)) throw fileNotFound(path);
      return data("HostDatastoreBrowserSearchResults", {
        datastore: reference(datastore),
        folderPath: text,
        file: filesIn(datastore, path)
          .filter((name) => matchesGlob(name, pattern))
          .map((name) => data("FileInfo", { path: name })),
      });
    });
    return taskAnswer(task);
  },
};

/** The names of the files directly in a folder. */
function filesIn(datastore: Datastore, folder: string): string[] {
  const start = folder === "" ? "" : `${folder}/`;
  return [...datastore.files.keys()]
    .filter((path) => path.startsWith(start) && !path.slice(start.length).includes("/"))
    .map((path) => path.slice(start.length));
}

function placeOf(
  { vcenter, parameters }: Call,
  name: string,
  datacenter: string,
): { datastore: Datastore; path: string } {
  const where = vcenter.registry.getA(Datacenter, required(parameters, datacenter));
  return vcenter.datastorePath(required(parameters, name), where);
}
