import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { LIMITS, type UploadSbomBody } from "../../api/index.ts";
import { inTransaction } from "../../storage/database.ts";
import { and, asc, eq } from "../../storage/drizzle.ts";
import { sboms } from "../../storage/schema/index.ts";
import { invalid, notFound, refused } from "../grpc-error.ts";
import { newId } from "../ids.ts";
import { type Work, within } from "../work.ts";
import { findBuild } from "./builds.ts";
import { lockVersion, type VersionPath } from "./versions.ts";

const decompress = promisify<Buffer, { maxOutputLength: number }, Buffer>(zstdDecompress);

/** An SBOM without its content. */
export type SbomRow = Pick<typeof sboms.$inferSelect, "id" | "name" | "format">;

const SHOWN = { id: sboms.id, name: sboms.name, format: sboms.format };

/**
 * Keeps an SBOM of a build that is not done; one of the same name is replaced, as when a failed build is resumed.
 *
 * @throws {GrpcError} 3 for what is no JSON in zstd, or not of the format it claims; 9 for a build that is done.
 */
export async function uploadSbom(
  work: Work,
  path: VersionPath,
  buildId: string,
  body: UploadSbomBody,
): Promise<SbomRow> {
  const compressed = Buffer.from(body.compressed_sbom, "base64");
  requireFormat(await readSbom(compressed), body.format);
  return await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    await lockVersion(inside, path);
    const build = await findBuild(inside, { ...path, build: buildId });
    if (build.status === "BUILD_DONE") {
      throw refused(`the build ${buildId} is done and takes no SBOM: upload it before`);
    }
    const id = newId();
    const row = {
      id,
      buildId,
      name: body.name || id.toLowerCase(),
      format: body.format,
      compressed,
      createdAt: work.now,
    };
    const [kept = row] = await transaction
      .insert(sboms)
      .values(row)
      .onConflictDoUpdate({
        target: [sboms.buildId, sboms.name],
        set: { format: row.format, compressed, createdAt: row.createdAt },
      })
      .returning(SHOWN);
    return kept;
  });
}

/** The SBOMs of a build, oldest first, without their contents. */
export async function listSboms(work: Work, path: VersionPath, buildId: string) {
  const build = await findBuild(work, { ...path, build: buildId });
  return await work.database
    .select(SHOWN)
    .from(sboms)
    .where(eq(sboms.buildId, build.id))
    .orderBy(asc(sboms.id));
}

/** @throws {GrpcError} 5 where the build has no SBOM of that name. */
export async function findSbom(
  work: Work,
  path: VersionPath,
  buildId: string,
  name: string,
): Promise<SbomRow> {
  const build = await findBuild(work, { ...path, build: buildId });
  const [sbom] = await work.database
    .select(SHOWN)
    .from(sboms)
    .where(and(eq(sboms.buildId, build.id), eq(sboms.name, name)));
  if (sbom !== undefined) return sbom;
  throw notFound(`the build ${buildId} has no SBOM ${JSON.stringify(name)}`);
}

/** An SBOM's JSON as text. @throws {GrpcError} 5 where it was removed. */
export async function downloadSbom({ database }: Pick<Work, "database">, id: string) {
  const [row] = await database.select().from(sboms).where(eq(sboms.id, id));
  if (row === undefined) throw notFound("the SBOM was removed");
  const content = await decompress(row.compressed, { maxOutputLength: LIMITS.sbomContent });
  return { name: row.name, content };
}

async function readSbom(compressed: Buffer): Promise<unknown> {
  let content: Buffer;
  try {
    content = await decompress(compressed, { maxOutputLength: LIMITS.sbomContent });
  } catch {
    throw invalid(
      `compressed_sbom is not zstd, or holds more than ${LIMITS.sbomContent} bytes: compress the SBOM's JSON with zstd`,
    );
  }
  try {
    return JSON.parse(content.toString());
  } catch {
    throw invalid("compressed_sbom does not hold JSON: XML is not supported");
  }
}

function requireFormat(content: unknown, format: UploadSbomBody["format"]): void {
  const { bomFormat, spdxVersion } = Object(content) as Record<string, unknown>;
  const fits = format === "CYCLONEDX" ? bomFormat === "CycloneDX" : typeof spdxVersion === "string";
  if (fits) return;
  const field = format === "CYCLONEDX" ? 'bomFormat "CycloneDX"' : "an spdxVersion";
  throw invalid(`the SBOM is no ${format}: its JSON has not ${field}`);
}
