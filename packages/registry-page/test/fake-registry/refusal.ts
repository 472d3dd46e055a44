const HTTP_STATUS: Record<number, number> = {
  3: 400,
  5: 404,
  6: 409,
  7: 403,
  9: 400,
  14: 503,
  16: 401,
};

/** A refusal, which becomes the answer. */
export class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return HTTP_STATUS[this.code] ?? 500;
  }
}

/** @throws {Refusal} always. */
export function refuse(code: number, message: string): never {
  throw new Refusal(code, message);
}
