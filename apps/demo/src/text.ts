import { styleText } from "node:util";
import type { Image } from "@packerkit/registry-image";
import Table from "cli-table3";
import type { FlowReport } from "./run-flow.ts";

/** A report as text for people; `width` is that of the terminal, in columns. */
export function reportText(report: FlowReport, width: number): string {
  const lines = [
    styleText("bold", report.app),
    field("backend", report.backend && `${report.backend.kind} (${report.backend.description})`),
    field("builder id", report.builderId),
    field("artifact id", report.artifactId),
    field("artifact", report.text),
    ...(report.images.length > 0 ? [imageTable(report.images, width)] : []),
    ...report.dropped.map(({ index, message }) => `  dropped: image ${index}: ${message}`),
    verdict(report),
  ];
  return lines.filter((line) => line !== undefined).join("\n");
}

function field(name: string, value: string | undefined): string | undefined {
  return value === undefined
    ? undefined
    : `  ${name.padEnd(12)}${value.replaceAll("\n", "\n".padEnd(15))}`;
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

/** One label a line. A label is foreign text: what a terminal would act on is shown escaped. */
function labelLines(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) =>
      `${key}=${value}`.replaceAll(/\p{Cc}/gu, (c) => JSON.stringify(c).slice(1, -1)),
    )
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
  const kept = report.rules.filter(({ outcome }) => outcome === "kept").length;
  const asked = report.rules.filter(({ outcome }) => outcome !== "not-applicable").length;
  const rules = `${kept} of ${asked} conformance rules kept`;
  const seconds = `${(report.duration / 1000).toFixed(1)} s`;
  if (report.ok) {
    const end = report.kept ? "artifact kept" : "artifact destroyed";
    return styleText("green", `  ✓ ${rules}, ${end} (${seconds})`);
  }
  return [
    styleText("red", `  ✗ failed${asked > 0 ? `, ${rules}` : ""} (${seconds})`),
    ...report.errors.map((error) => styleText("red", `    ${error.replaceAll("\n", "\n    ")}`)),
  ].join("\n");
}
