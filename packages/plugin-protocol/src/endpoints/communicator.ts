import { pipeline } from "node:stream/promises";
import type { MuxBroker } from "../broker.ts";
import type { Communicator } from "../contract/communicator.ts";
import type { RpcClient } from "../rpc/client.ts";
import type { RpcMethods } from "../rpc/server.ts";
import { StructReader } from "../rpc/struct-reader.ts";
import type { YamuxStream } from "../yamux/stream.ts";
import { throwBasicError } from "./basic-error.ts";
import { decodeFileInfo, encodeFileInfo } from "./file-info.ts";
import { whileOffering } from "./offered-streams.ts";
import { callStart, startCommand } from "./remote-command.ts";

/** Serves a communicator. Source: `CommunicatorServer`, packer-plugin-sdk `rpc/communicator.go`. */
export function registerCommunicator(
  methods: RpcMethods,
  communicator: Communicator,
  broker: MuxBroker,
): void {
  const signal = broker.lost;
  methods.set("Communicator.Start", (argument) => startCommand(communicator, broker, argument));
  methods.set("Communicator.Upload", async (argument) => {
    const args = new StructReader("Communicator.Upload", argument);
    const fileInfo = args.struct("FileInfo");
    const info = fileInfo === undefined ? undefined : decodeFileInfo(fileInfo);
    await withStream(broker, args.count("ReaderStreamId"), async (content) => {
      await communicator.upload(args.text("Path"), content, info, { signal });
      if (!content.readableEnded) content.destroy(); // Nobody will read the rest.
    });
  });
  methods.set("Communicator.Download", async (argument) => {
    const args = new StructReader("Communicator.Download", argument);
    await withStream(broker, args.count("WriterStreamId"), (destination) =>
      communicator.download(args.text("Path"), destination.resume(), { signal }),
    );
  });
  methods.set("Communicator.UploadDir", (argument) => {
    const args = new StructReader("Communicator.UploadDir", argument);
    const [destination, source, exclude] = [
      args.text("Dst"),
      args.text("Src"),
      args.texts("Exclude"),
    ];
    return communicator.uploadDirectory(destination, source, exclude, { signal });
  });
  methods.set("Communicator.DownloadDir", (argument) => {
    const args = new StructReader("Communicator.DownloadDir", argument);
    const [source, destination, exclude] = [
      args.text("Src"),
      args.text("Dst"),
      args.texts("Exclude"),
    ];
    return communicator.downloadDirectory(source, destination, exclude, { signal });
  });
}

/** A communicator that the other side serves. Source: `communicator`, packer-plugin-sdk `rpc/communicator.go`. */
export function remoteCommunicator(client: RpcClient, broker: MuxBroker): Communicator {
  const callForNothing = async (method: string, argument: unknown) =>
    throwBasicError(method, await client.call(method, argument));
  return {
    start: (command, options) => callStart(client, broker, command, options?.signal),
    upload: (path, content, info, options) =>
      whileOffering(broker, options?.signal, async (offerStream) => {
        const { id, done } = offerStream((stream) => pipeline(content, stream.resume()));
        const fileInfo = info === undefined ? null : encodeFileInfo(info);
        const argument = { Path: path, ReaderStreamId: id, FileInfo: fileInfo };
        const call = client.call("Communicator.Upload", argument);
        await Promise.race([call, done.then(() => call)]);
      }),
    download: (path, destination, options) =>
      whileOffering(broker, options?.signal, async (offerStream) => {
        const { id, done } = offerStream((stream) => pipeline(stream, destination));
        const argument = { Path: path, WriterStreamId: id };
        await Promise.all([client.call("Communicator.Download", argument), done]);
      }),
    uploadDirectory: (destination, source, exclude, options) =>
      whileOffering(broker, options?.signal, () =>
        callForNothing("Communicator.UploadDir", {
          Dst: destination,
          Src: source,
          Exclude: exclude,
        }),
      ),
    downloadDirectory: (source, destination, exclude, options) =>
      whileOffering(broker, options?.signal, () =>
        callForNothing("Communicator.DownloadDir", {
          Dst: destination,
          Src: source,
          Exclude: exclude,
        }),
      ),
  };
}

/** Dials a stream for one transfer; it is reset where the transfer fails, so that the other side does not wait on. */
async function withStream(
  broker: MuxBroker,
  id: number,
  transfer: (stream: YamuxStream) => Promise<void>,
): Promise<void> {
  const stream = await broker.dial(id);
  try {
    await transfer(stream);
    stream.end();
  } catch (error) {
    stream.destroy();
    throw error;
  }
}
