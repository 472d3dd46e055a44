import { z } from "zod";
import {
  downloadAnswer,
  LIMITS,
  listSbomsAnswer,
  sbomAnswer,
  uploadSbomBody,
} from "../../api/index.ts";
import type { App, Services } from "../app.ts";
import { downloadSbom, findSbom, listSboms, uploadSbom } from "../rules/sboms.ts";
import { presentSbom } from "../views/sbom-view.ts";
import type { Routes } from "./index.ts";
import { answers, buildParams, describe, sbomParams } from "./schemas.ts";
import { pathOf } from "./versions.ts";

const DOWNLOAD = "packerkit-registry/sbom";
/** For how long a download link is good, in seconds. */
const LINK_LIFETIME = 300;

export const sbomRoutes: Routes = (app, { settings, signer }, workOf) => {
  const url = "/buckets/:bucket_name/versions/:fingerprint/builds/:build_id/sboms";

  for (const [method, operation] of [
    ["PUT", "UploadSbom"],
    ["POST", "UploadSbomByPost"],
  ] as const) {
    app.route({
      method,
      url,
      bodyLimit: LIMITS.sbomBody + 1024,
      config: { role: "contributor" },
      schema: {
        ...describe("sboms", operation, "Keep an SBOM of a build that is not done"),
        params: buildParams,
        body: uploadSbomBody,
        response: answers(sbomAnswer),
      },
      handler: async (request) => {
        const { build_id: id } = request.params;
        const row = await uploadSbom(workOf(request), pathOf(request.params), id, request.body);
        return { sbom: presentSbom(row) };
      },
    });
  }

  app.get(
    url,
    {
      schema: {
        ...describe("sboms", "ListSboms", "The SBOMs of a build"),
        params: buildParams,
        response: answers(listSbomsAnswer),
      },
    },
    async (request) => {
      const { build_id: id } = request.params;
      const rows = await listSboms(workOf(request), pathOf(request.params), id);
      return { sboms: rows.map(presentSbom) };
    },
  );

  app.get(
    `${url}/:sbom_name`,
    {
      schema: {
        ...describe("sboms", "GetSbom", "A link, good for minutes, to an SBOM's JSON"),
        params: sbomParams,
        response: answers(downloadAnswer),
      },
    },
    async (request) => {
      const { build_id: id, sbom_name: name } = request.params;
      const sbom = await findSbom(workOf(request), pathOf(request.params), id, name);
      const base = settings.publicUrl ?? `${request.protocol}://${request.host}`;
      const token = await signer.sign(DOWNLOAD, sbom.id, LINK_LIFETIME);
      return { download_url: `${base}/downloads/sboms/${token}` };
    },
  );
};

/** Where download links point: the link itself is the permission. */
export function sbomDownloadRoute(app: App, { storage, signer }: Services): void {
  app.get(
    "/downloads/sboms/:token",
    {
      schema: {
        tags: ["sboms"],
        operationId: "DownloadSbom",
        summary: "The JSON of an SBOM",
        params: z.object({ token: z.string().max(512) }),
      },
    },
    async (request, reply) => {
      const id = await signer.verify(DOWNLOAD, request.params.token);
      const { name, content } = await downloadSbom(storage, id);
      return await reply
        .header("content-type", "application/json; charset=utf-8")
        .header("content-disposition", `attachment; filename="${name}.json"`)
        .header("x-content-type-options", "nosniff")
        .header("cache-control", "private, no-store")
        .send(content);
    },
  );
}
