import { readFile } from "node:fs/promises";
import { repositoryRoot } from "./paths.ts";

/** A fenced block of a page. */
interface Block {
  language: string;
  text: string;
}

/** What a page of the documentation tells its reader to run. */
export class DocsPage {
  readonly #path: string;
  readonly #text: string;
  readonly #blocks: readonly Block[];
  readonly #taken = new Set<Block>();

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
    this.#blocks = blocksOf(text);
  }

  /** Reads a page; the path is from the root of the repository. */
  static async read(path: string): Promise<DocsPage> {
    return new DocsPage(path, await readFile(`${repositoryRoot}/${path}`, "utf8"));
  }

  /** The first block of a language that holds `text` and was not taken yet. @throws where there is none. */
  take(language: string, text: string): string {
    const found = this.#blocks.find(
      (block) =>
        block.language === language && block.text.includes(text) && !this.#taken.has(block),
    );
    if (found === undefined) {
      throw new Error(`${this.#path} has no further block of ${language} with ${text}`);
    }
    this.#taken.add(found);
    return found.text;
  }

  /** The blocks of a language that nobody took. */
  rest(language: string): string[] {
    return this.#blocks
      .filter((block) => block.language === language && !this.#taken.has(block))
      .map((block) => block.text);
  }

  /** The commands within the running text that begin with `start`. */
  inlineCommands(start: string): string[] {
    const spans = [...this.#text.matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)];
    return spans.map(([, span = ""]) => span).filter((span) => span.startsWith(start));
  }
}

/** All blocks, those within lists too. */
function blocksOf(text: string): Block[] {
  const fences = text.matchAll(/^( *)```(\w+)\n(.*?)^\1```$/gms);
  return [...fences].map(([, indent = "", language = "", body = ""]) => ({
    language,
    text: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}
