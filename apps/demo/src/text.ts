import { styleText } from "node:util";
import type { Dropped, Image } from "@packerkit/registry-image";
import Table from "cli-table3";
import type { BuildReport, FlowReport } from "./report.ts";
import { visible } from "./visible.ts";

/** A report as text for people; `width` is that of the terminal, in columns. */
export function reportText(report: FlowReport, width: number): string {
  const lines = [
    styleText("bold", report.app),
    field("backend", report.backend && `${report.backend.kind} (${report.backend.description})`),
    field("builder id", report.builderId),
    field("artifact id", report.artifactId),
    field("artifact", report.text),
    field("published", publishedText(report)),
    ...(report.images.length > 0 ? [imageTable(imagesOf(report), width)] : []),
    ...droppedOf(report).map(({ index, message }) => `  dropped: image ${index}: ${message}`),
    verdict(report),
  ];
  return lines.filter((line) => line !== undefined).join("\n");
}

function buildsOf(report: FlowReport): BuildReport[] {
  return report.child === undefined ? [report] : [report, report.child];
}

function imagesOf(report: FlowReport): Image[] {
  return buildsOf(report).flatMap(({ images }) => images);
}

function droppedOf(report: FlowReport): Dropped[] {
  return buildsOf(report).flatMap(({ dropped }) => dropped);
}

function publishedText(report: FlowReport): string | undefined {
  const places = buildsOf(report).flatMap(({ published }) =>
    published === undefined ? [] : [`${published.bucket} ${published.version}`],
  );
  return places.length === 0 ? undefined : places.join(", ");
}

function field(name: string, value: string | undefined): string | undefined {
  return value === undefined
    ? undefined
    : `  ${name.padEnd(12)}${value.trimEnd().replaceAll("\n", "\n".padEnd(15))}`;
}

function imageTable(images: readonly Image[], width: number): string {
  const rows = images.map((image) => [
    image.providerName,
    image.providerRegion,
    image.imageId,
    image.sourceImageId || "-",
    labelLines(image.labels) || "-",
  ]);
  const head = ["provider", "region", "image id", "source id", "labels"];
  const table = new Table({
    head,
    colWidths: columnWidths([head, ...rows], width),
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [] },
  });
  table.push(...rows);
  return table
    .toString()
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}

/** One label a line. */
function labelLines(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => visible(`${key}=${value}`))
    .join("\n");
}

/** As wide as the contents, the widest columns narrowed first until the table fits; never under 12. */
function columnWidths(rows: readonly string[][], width: number): number[] {
  const widths = (rows[0] ?? []).map(
    (_, column) =>
      2 +
      Math.max(
        ...rows.flatMap((row) => (row[column] ?? "").split("\n").map((line) => line.length)),
      ),
  );
  const room = width - 2 - (widths.length + 1);
  for (;;) {
    const excess = widths.reduce((sum, one) => sum + one, 0) - room;
    const widest = Math.max(...widths);
    if (excess <= 0 || widest <= 12) return widths;
    widths[widths.indexOf(widest)] = widest - 1;
  }
}

function verdict(report: FlowReport): string {
  const results = buildsOf(report).flatMap(({ rules }) => rules);
  const kept = results.filter(({ outcome }) => outcome === "kept").length;
  const asked = results.filter(({ outcome }) => outcome !== "not-applicable").length;
  const rules = `${kept} of ${asked} conformance rules kept`;
  const seconds = `${(report.duration / 1000).toFixed(1)} s`;
  if (report.ok) {
    const end = `artifact${report.child === undefined ? "" : "s"} ${report.kept ? "kept" : "destroyed"}`;
    return styleText("green", `  ✓ ${rules}, ${end} (${seconds})`);
  }
  return [
    styleText("red", `  ✗ failed${asked > 0 ? `, ${rules}` : ""} (${seconds})`),
    ...report.errors.map((error) => styleText("red", `    ${error.replaceAll("\n", "\n    ")}`)),
  ].join("\n");
}
