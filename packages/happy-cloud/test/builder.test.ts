import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Communicator } from "@packerkit/plugin-sdk";
import { collectImages } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { build, leftovers, startCloud } from "./cloud.ts";

describe("a build", () => {
  it("makes an image whose metadata has name, region, provider, source and labels", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud);
    expect(await collectImages(artifact)).toEqual({
      images: [
        {
          imageId: "web-1",
          providerName: "happy-cloud",
          providerRegion: "Sunny East",
          labels: { team: "web" },
          sourceImageId: "img-happylinux1east",
        },
      ],
      labels: { team: "web" },
      dropped: [],
    });
    expect(artifact.state("generated_data")).toEqual({
      SourceImageId: "img-happylinux1east",
      SourceImageName: "happy-linux-1",
    });
    expect(leftovers(cloud)).toEqual([artifact.id()]);
  });

  it("starts from an image given by id, and a child sees what its parent's provisioner wrote", async () => {
    await using cloud = await startCloud();
    const parent = await build(cloud);
    let hello = "";
    const child = await build(
      cloud,
      { source_image: parent.id(), image_name: "web-2" },
      {
        provisioners: [
          async ({ communicator, data }) => {
            const output = new PassThrough();
            const [, content] = await Promise.all([
              communicator.download("/srv/hello", output),
              text(output),
            ]);
            hello = `${content}${data["SourceImageName"]}`;
          },
        ],
      },
    );
    expect(hello).toBe("hello\nweb-1");
    const { images } = await collectImages(child);
    expect(images[0]?.sourceImageId).toBe(parent.id());
  });

  it("with -force replaces the image that has the name", async () => {
    await using cloud = await startCloud();
    const first = await build(cloud);
    const second = await build(cloud, {}, { packer: { force: true } });
    expect(leftovers(cloud)).toEqual([second.id()]);
    expect(second.id()).not.toBe(first.id());
  });
});

describe("the communicator", () => {
  it("keeps exit status, stdin, stdout and stderr apart", async () => {
    await using cloud = await startCloud();
    const seen: unknown[] = [];
    await build(
      cloud,
      {},
      {
        provisioners: [
          async ({ communicator }) => {
            const stdout = new PassThrough();
            const stderr = new PassThrough();
            const status = await communicator.start({
              command: "cat; echo oops >&2; exit 3",
              stdin: Readable.from(["from stdin"]),
              stdout,
              stderr,
            });
            seen.push(status, await text(stdout), await text(stderr));
          },
        ],
      },
    );
    expect(seen).toEqual([3, "from stdin", "oops\n"]);
  });

  it("copies folders there and back, without what is excluded", async () => {
    await using cloud = await startCloud();
    const folder = await mkdtemp(join(tmpdir(), "happy-"));
    try {
      await mkdir(join(folder, "site/css"), { recursive: true });
      await writeFile(join(folder, "site/index.html"), "<p>it's here</p>");
      await writeFile(join(folder, "site/css/a.css"), "p {}");
      await writeFile(join(folder, "site/notes.tmp"), "scratch");
      await build(
        cloud,
        {},
        {
          provisioners: [
            async ({ communicator }: { communicator: Communicator }) => {
              await communicator.uploadDirectory("/srv", join(folder, "site"), ["*.tmp"]);
              await communicator.uploadDirectory("/flat", `${join(folder, "site")}/`, ["*.tmp"]);
              await communicator.downloadDirectory("/srv/site", join(folder, "back"), []);
              await communicator.downloadDirectory("/flat", join(folder, "flat"), ["css/*"]);
            },
          ],
        },
      );
      expect(await readFile(join(folder, "back/index.html"), "utf8")).toBe("<p>it's here</p>");
      expect(await readFile(join(folder, "back/css/a.css"), "utf8")).toBe("p {}");
      expect(await readFile(join(folder, "flat/index.html"), "utf8")).toBe("<p>it's here</p>");
      await expect(readFile(join(folder, "back/notes.tmp"))).rejects.toThrow("ENOENT");
      await expect(readFile(join(folder, "flat/css/a.css"))).rejects.toThrow("ENOENT");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("streams a file that is larger than any one chunk, byte for byte", async () => {
    await using cloud = await startCloud();
    const content = Buffer.from(Uint8Array.from({ length: 5 << 20 }, (_, index) => index % 251));
    const back: Buffer[] = [];
    await build(
      cloud,
      {},
      {
        provisioners: [
          async ({ communicator }) => {
            await communicator.upload("/srv/big", Readable.from([content]));
            const collect = new Writable({
              write(chunk, _, done) {
                back.push(chunk);
                done();
              },
            });
            await communicator.download("/srv/big", collect);
          },
        ],
      },
    );
    expect(Buffer.concat(back).equals(content)).toBe(true);
  });
});
