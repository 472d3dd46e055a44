import { BinaryReader } from "@bufbuild/protobuf/wire";

/**
 * Reads a message of BuildKit: the instructions that it begins or finds in its cache, and what they print.
 *
 * Source: `StatusResponse`, `Vertex` and `VertexLog`, moby/buildkit `api/services/control/control.proto`.
 */
export function readTrace(message: Uint8Array): string[] {
  const lines: string[] = [];
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1) lines.push(...readVertex(reader.bytes()));
    else if (field === 3) lines.push(...readLog(reader.bytes()));
    else reader.skip(type);
  }
  return lines;
}

function readVertex(message: Uint8Array): string[] {
  const reader = new BinaryReader(message);
  const vertex = { name: "", isCached: false, isStarted: false, isCompleted: false };
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 3) vertex.name = reader.string();
    else if (field === 4) vertex.isCached = reader.bool();
    else {
      if (field === 5) vertex.isStarted = true;
      if (field === 6) vertex.isCompleted = true;
      reader.skip(type);
    }
  }
  if (vertex.isCached) return [`${vertex.name} (cached)`];
  return vertex.isStarted && !vertex.isCompleted ? [vertex.name] : [];
}

function readLog(message: Uint8Array): string[] {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 4) return new TextDecoder().decode(reader.bytes()).split("\n");
    reader.skip(type);
  }
  return [];
}
